export { providerCatalogue, type ProviderDescription } from './catalogue.js';
export { chooseRoute, routePath, storedResponsesPath, type VendorRoute } from './channel-route.js';
export type { Authenticator, FlatHeaders, UnsignedRequest } from './authenticator.js';
export { endpointPath, fillOptions } from './endpoints.js';
export {
  classifyFailure,
  failureError,
  judgeFault,
  VendorRefusal,
  type FailureClass,
  type FailureRule,
  type JudgedFault,
} from './failure.js';
export { retryAfterSeconds } from './retry-after.js';
export { refusalOf, type Refusal } from './refusal.js';
export type { ChannelOptions, Provider, ProviderDialect, ProviderOption } from './provider.js';
export { PROVIDERS } from './registry.js';
export { readBalance, readModelList, type VendorBalance } from './vendor-answers.js';
export { EgressGuard } from './transport/egress-guard.js';
export { GuardedPoster, type GuardedPost } from './transport/guarded-post.js';
export { HttpTransport, type HttpTransportOptions } from './transport/http-transport.js';
export { MediaFetcher, type FetchedMedia, type MediaFetcherOptions } from './transport/media-fetcher.js';
export { reframed } from './transport/stream-framing.js';
export {
  upstreamConnection,
  type UpstreamConnection,
  type UpstreamProxy,
  type UpstreamTls,
} from './transport/upstream-connection.js';
export type {
  HeadMemo,
  Transport,
  UpstreamExchange,
  UpstreamHandler,
  UpstreamHeaders,
  UpstreamRequest,
  UpstreamTimeouts,
} from './transport/transport.js';
