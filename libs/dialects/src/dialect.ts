import type { DialectId, GatewayError, Operation } from '@tollgate/contracts';

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
}

export interface RequestPatch {
  /** The vendor's name of the model. */
  readonly model: string;
  /** Ask the vendor for usage in the stream. */
  readonly streamUsage: boolean;
  /** Set when the balance covers no more than this many output tokens a choice. */
  readonly outputTokensMax?: { readonly field: string; readonly tokens: number };
}

/** One request in the client's own bytes, read once and patched for each attempt. */
export interface PassThroughRequest {
  readonly envelope: RequestEnvelope;
  /** The body for the vendor: the client's bytes with only our fields spliced. */
  encode(patch: RequestPatch): Buffer;
}

/** Usage as the vendor wrote it, in the canonical names, not yet checked. */
export type ReportedUsage = Readonly<Record<string, unknown>>;

/** Watches a stream that passes, without parsing what it does not need. */
export interface StreamTap {
  /** Takes pieces as they came; returns the bytes for the client (complete events, possibly none) in one piece. */
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
}

/** The whole contract of a wire dialect. */
export interface Dialect {
  readonly id: DialectId;
  /** We serve it. */
  readonly inbound: {
    encodeError(error: GatewayError, requestId: string): EncodedError;
    /** An error as the last event of a stream that has begun. */
    encodeStreamError(error: GatewayError): string;
  };
  /** Client and vendor speak it: bytes pass. */
  readonly passThrough: {
    /** @throws GatewayError `invalid_json`, `duplicate_field`, `invalid_request` */
    readRequest(body: Buffer, operation: Operation): PassThroughRequest;
    /** Usage of a JSON answer, read from its tail. */
    readUsage(body: Buffer): ReportedUsage | undefined;
    tapStream(options: { readonly hideUsage: boolean }): StreamTap;
  };
  /** We speak it. */
  readonly outbound: {
    decodeError(status: number, body: Buffer): VendorError;
  };
}
