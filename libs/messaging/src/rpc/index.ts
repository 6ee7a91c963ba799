export { callRpc, type CallRpcOptions } from './call-rpc.js';
export { GatewayErrorRpcFilter } from './gateway-error-rpc.filter.js';
export {
  InProcessRpcClient,
  InProcessRpcHub,
  InProcessRpcServer,
  inProcessRpcTransport,
} from './in-process.js';
export { natsRpcTransport, type NatsRpcOptions } from './nats.js';
export type { RpcTransport } from './transport.js';
