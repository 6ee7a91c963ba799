export { providerCatalogue, type ProviderDescription } from './catalogue.js';
export { classifyStatus, failureError, type FailureClass } from './failure.js';
export type { FlatHeaders, Provider, ProviderDialect } from './provider.js';
export { PROVIDERS } from './registry.js';
export { EgressGuard } from './transport/egress-guard.js';
export { HttpTransport, type HttpTransportOptions } from './transport/http-transport.js';
export type {
  Transport,
  UpstreamExchange,
  UpstreamHandler,
  UpstreamHeaders,
  UpstreamRequest,
  UpstreamTimeouts,
} from './transport/transport.js';
