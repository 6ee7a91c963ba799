export type {
  Dialect,
  EncodedError,
  PassThroughRequest,
  ReportedUsage,
  RequestEnvelope,
  RequestPatch,
  StreamTap,
  VendorError,
} from './dialect.js';
export { openaiChat } from './openai-chat/index.js';
export { DIALECTS } from './registry.js';
