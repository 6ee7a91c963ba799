export { eventually } from '../contract/eventually.js';
export { GatewayProcess, type GatewayProcessOptions, type ProcessOutcome } from './gateway-process.js';
