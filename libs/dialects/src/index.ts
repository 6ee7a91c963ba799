export { Blocks } from './canonical/blocks.js';
export { ResponseCollector } from './canonical/collect.js';
export type { CanonicalEmbeddingRequest, CanonicalEmbeddingResponse } from './canonical/embeddings.js';
export type {
  AnswerPart,
  Citation,
  FilePart,
  ImagePart,
  JsonObject,
  MediaSource,
  Part,
  Signature,
  TextPart,
  ToolCallPart,
  ToolResultPart,
} from './canonical/part.js';
export { deltaPart, GrowingText, lengthOf, startingWith, type Delta } from './canonical/delta.js';
export { replayResponse } from './canonical/replay.js';
export {
  EFFORTS,
  type CanonicalRequest,
  type Effort,
  type Message,
  type Parameter,
  type ReasoningRequest,
} from './canonical/request.js';
export type { CanonicalResponse, Choice, Finish, FinishReason } from './canonical/response.js';
export type { EmitPart, StreamDecoder, StreamEncoder, StreamPart } from './canonical/stream.js';
export {
  FULL_TARGET,
  REASONING_CONTROLS,
  type ReasoningControl,
  type TargetProfile,
} from './canonical/target.js';
export { usageTotals, type ReportedUsage, type UsageTotals } from './canonical/usage.js';
export { warningLabel, Warnings, type Warning, type WarningCode } from './canonical/warning.js';
export type {
  AnswerContext,
  ClientBody,
  Dialect,
  EncodedError,
  EncodedRequest,
  InboundDialect,
  ListedModel,
  OutboundDialect,
  RequestEnvelope,
  RequestPatch,
  RequestPath,
  StreamTap,
  VendorError,
} from './dialect.js';
export { VendorFault } from './vendor-fault.js';
export { anthropicMessages } from './anthropic-messages/index.js';
export { bedrockConverse } from './bedrock-converse/index.js';
export { cohereChat } from './cohere-chat/index.js';
export { gemini, GeminiJsonArray } from './gemini/index.js';
export { openaiChat } from './openai-chat/index.js';
export { openaiCompletions } from './openai-completions/index.js';
export { openaiResponses } from './openai-responses/index.js';
export { guardedName, withoutGuarded } from './json/guarded.js';
export { CLIENT_DIALECTS, DIALECTS, type ClientDialect, type VendorDialect } from './registry.js';
export { SseParser } from './sse/sse-parser.js';
