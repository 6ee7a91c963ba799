import type { DialectId, GatewayError, GuardedMember, Operation } from '@tollgate/contracts';
import type { CanonicalEmbeddingRequest, CanonicalEmbeddingResponse } from './canonical/embeddings.js';
import type { CanonicalRequest } from './canonical/request.js';
import type { CanonicalResponse } from './canonical/response.js';
import type { EmitPart, StreamDecoder, StreamEncoder } from './canonical/stream.js';
import type { TargetProfile } from './canonical/target.js';
import type { ReportedUsage } from './canonical/usage.js';
import type { Warning, Warnings } from './canonical/warning.js';

/** What the path and the query of a request say. */
export interface RequestPath {
  readonly operation: Operation;
  /** The model, where the path names it (Gemini). */
  readonly model?: string;
  /** The answer is to be streamed, where the path says so (Gemini). */
  readonly streamed?: boolean;
  /** The path of one of several requests of an operation: Gemini's `embedContent` next to `batchEmbedContents`. */
  readonly variant?: string;
}

/** What the gateway reads of a request before it knows where it goes. */
export interface RequestEnvelope {
  readonly model: string;
  readonly streamed: boolean;
  /** The client asked for usage in the stream, so the usage event is passed on. */
  readonly wantsStreamUsage: boolean;
  /** Most output tokens that the client allows, all choices together; `null` when it sets no limit. */
  readonly outputTokensMax: number | null;
  /** Choices asked for (`n`): multiplies a limit that the gateway sets. */
  readonly choices: number;
  /** Input tokens are at most this many: no token is shorter than a byte, media are added by their documented size. */
  readonly inputTokensMax: number;
  /** Input lies at the vendor (a stored conversation): it may be as much as the model's context holds. */
  readonly storedInput: boolean;
  /** Id of what the request goes on with (`previous_response_id`): only the channel that made it knows it. */
  readonly continues: string | null;
  /** Id of the conversation at the vendor that the request belongs to; only one channel knows it. */
  readonly conversation: string | null;
  /** The vendor keeps the answer under its id: the channel that made it has to be remembered. */
  readonly stored: boolean;
}

export interface RequestPatch {
  /** The vendor's name of the model. */
  readonly model: string;
  /** Ask the vendor for usage in the stream. */
  readonly streamUsage: boolean;
  /** The vendor's member for the limit of output tokens. A limit under the dialect's other name is renamed to it. */
  readonly outputLimitField: string;
  /** Set when the balance covers no more than this many output tokens a choice. */
  readonly outputTokensMax?: number | undefined;
  /** Members that this vendor does not take in the body: it has them in the path (Bedrock, Vertex). */
  readonly remove?: readonly string[] | undefined;
  /** Members that this vendor wants besides; the client's own win. */
  readonly add?: Readonly<Record<string, unknown>> | undefined;
  /** Guarded members that this vendor does not get. */
  readonly withhold?: readonly GuardedMember[];
  /** Nothing is changed but the model, and a limit that the balance sets. */
  readonly verbatim?: boolean;
}

/** One request in the client's own bytes, read once and patched for each attempt. */
export interface ClientBody {
  readonly envelope: RequestEnvelope;
  /** The body holds state of a vendor of another dialect: it must be translated, even to its own dialect. */
  readonly foreignState: boolean;
  /** Members that the client wrote and that a vendor only gets where its channel allows them. */
  readonly guarded: readonly GuardedMember[];
  /** The body for a vendor of the same dialect: the client's bytes with only our fields spliced. */
  encode(patch: RequestPatch): Buffer;
}

/** Watches a stream that passes, without parsing what it does not need. */
export interface StreamTap {
  /**
   * Takes pieces as they came, which are its own from then on; returns the bytes for the client (complete events, possibly
   * none) in one piece.
   */
  push(pieces: readonly Buffer[]): Buffer | null;
  /** The vendor ended the stream: the rest for the client, if any. */
  end(): Buffer | null;
  /** The last usage that the vendor reported. */
  readonly usage: ReportedUsage | undefined;
  /** The stream said that it is complete. */
  readonly complete: boolean;
  /** The vendor wrote an error into the stream. */
  readonly failed: boolean;
  /** Length of an early event: with the bytes passed it estimates the events, one token each, of a stream that breaks off. */
  readonly bytesPerEvent: number;
  /** The vendor's id of the answer, where the dialect stores answers (Responses); `null` elsewhere and before it came. */
  readonly responseId: string | null;
}

export interface EncodedError {
  readonly status: number;
  readonly body: string;
}

/** A vendor's refusal, read from its status and body. */
export interface VendorError {
  /** The vendor's own words, for the client; bounded length. */
  readonly message: string;
  readonly code: string | null;
  /** When to try again, where the body says so; a header wins. */
  readonly retryAfterSeconds?: number;
}

/** What an answer is written with besides its own facts. */
export interface AnswerContext {
  readonly request: CanonicalRequest;
  /** The gateway's id of the request: stands for ids that the vendor did not give. */
  readonly requestId: string;
  /** Seconds since the epoch, for answers that carry no time of their own. */
  readonly now: number;
  /** What the answer can't say in this dialect. */
  readonly warnings: Warnings;
  /** The client wants usage in its stream. */
  readonly streamUsage: boolean;
}

export interface EncodedRequest {
  /** To be written as JSON. */
  readonly body: Readonly<Record<string, unknown>>;
  readonly warnings: readonly Warning[];
}

/** A model as lists show it. */
export interface ListedModel {
  readonly name: string;
  readonly displayName: string | null;
  readonly description: string | null;
  readonly ownedBy: string | null;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  readonly contextTokensMax: number | null;
  readonly outputTokensMax: number | null;
}

/** We are the server. */
export interface InboundDialect {
  /** Headers of clients that a vendor of the same dialect is given, too: versions and betas of the API. */
  readonly forwardedHeaders?: readonly string[];
  /** @throws GatewayError `invalid_json`, `duplicate_field`, `invalid_request` */
  readRequest(body: Buffer, path: RequestPath): ClientBody;
  /** @throws GatewayError `invalid_request` with the path of the field at fault */
  decodeRequest(body: unknown, path: RequestPath): CanonicalRequest;
  /** The value to be written as JSON. */
  encodeResponse(response: CanonicalResponse, context: AnswerContext): unknown;
  encodeStream(context: AnswerContext): StreamEncoder;
  encodeError(error: GatewayError, requestId: string): EncodedError;
  /** An error as the last event of a stream that passed and has begun. */
  encodeStreamError(error: GatewayError): string;
  encodeModels(models: readonly ListedModel[]): unknown;
  encodeModel(model: ListedModel): unknown;
  readonly embeddings?: {
    decodeRequest(body: unknown, path: RequestPath): CanonicalEmbeddingRequest;
    encodeResponse(response: CanonicalEmbeddingResponse, request: CanonicalEmbeddingRequest): unknown;
  };
  /** The answer to a request for a count of tokens. */
  readonly encodeTokenCount?: (tokens: number) => unknown;
}

/** What is known of the request whose answer passes. */
export interface TapOptions {
  /** The client did not ask for usage; the gateway did. */
  readonly hideUsage: boolean;
  /** How many answers the client asked for at once: the stream ends with the last of them. */
  readonly choices: number;
}

/** We are the client. */
export interface OutboundDialect {
  /** @throws GatewayError `unsupported_feature`, to be tried on the next channel, for what the target can't be told */
  encodeRequest(request: CanonicalRequest, target: TargetProfile): EncodedRequest;
  /** @throws GatewayError `upstream_invalid_response`, or the vendor's error where it answers one with status 200 */
  decodeResponse(body: unknown): CanonicalResponse;
  decodeStream(emit: EmitPart): StreamDecoder;
  decodeError(status: number, body: Buffer): VendorError;
  /** Usage of a JSON answer that passes, read from its tail. */
  readUsage(body: Buffer): ReportedUsage | undefined;
  /** The vendor's id of a whole answer that passes, where the dialect stores answers. */
  readResponseId?(body: Buffer): string | null;
  /** A tap for streams that pass; absent where no client speaks the dialect. */
  tapStream?(options: TapOptions): StreamTap;
  readonly embeddings?: {
    encodeRequest(request: CanonicalEmbeddingRequest, target: TargetProfile): EncodedRequest;
    decodeResponse(body: unknown): CanonicalEmbeddingResponse;
  };
  readonly tokenCount?: {
    encodeRequest(request: CanonicalRequest, target: TargetProfile): EncodedRequest;
    decodeResponse(body: unknown): number;
  };
}

/** The whole contract of a wire dialect. One half may be missing. */
export interface Dialect {
  readonly id: DialectId;
  readonly inbound?: InboundDialect;
  readonly outbound?: OutboundDialect;
}
