export { listenFailure, type ListenAddress } from './listen-failure.js';
