export { eventually } from '../contract/eventually.js';
export { GatewayProcess, type GatewayProcessOptions } from './gateway-process.js';
