export { GatewayProcess, type GatewayProcessOptions } from './gateway-process.js';
