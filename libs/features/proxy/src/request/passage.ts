import type { EncodedError, ReportedUsage, StreamTap, VendorError } from '@tollgate/dialects';
import type { GatewayError } from '@tollgate/contracts';

/** A vendor's whole answer on its way to the client. */
export interface WholeAnswer {
  readonly body: Buffer;
  /** `undefined`: as the vendor's. */
  readonly contentType: string | undefined;
  readonly usage: ReportedUsage | undefined;
  /** What the model wrote, to be counted where usage is missing; `undefined`: not known. */
  readonly text: string | undefined;
  /** The vendor's id of the answer, where answers are stored. */
  readonly responseId: string | null;
  /** What could not be said in the client's dialect, as labels. */
  readonly warnings: readonly string[];
}

/** A stream on its way to the client. */
export interface StreamPassage extends StreamTap {
  /** Why the stream is over, when `failed`. */
  readonly fault: GatewayError | undefined;
  /** What a stream that has begun ends with instead, when the vendor fails. */
  fail(error: GatewayError): string;
  /** What the model wrote, to be counted where usage is missing; `undefined`: not known, or too long to be kept. */
  readonly text: string | undefined;
  /** Output tokens so far, guessed from what was passed. `bytes`: how many went to the client. */
  producedTokens(bytes: number): number;
  readonly contentType: string | undefined;
  readonly warnings: readonly string[];
}

/**
 * The way of one attempt through the dialects: what the vendor is sent, and how its answer becomes one that the client
 * reads. Bytes pass where both speak the same dialect; else everything goes through the canonical form.
 */
export interface Passage {
  readonly body: Buffer;
  /** What could not be said in the vendor's dialect, as labels. */
  readonly warnings: readonly string[];
  /** The answer can be passed on before it is whole: nothing is read but its tail. */
  readonly piecemeal: boolean;
  /** Usage in the last bytes of an answer that went on piecemeal. */
  readTail(tail: Buffer): ReportedUsage | undefined;
  /** @throws GatewayError when the answer is none: `upstream_invalid_response`, `upstream_error` … */
  readWhole(bytes: Buffer): WholeAnswer;
  openStream(): StreamPassage;
  decodeError(status: number, body: Buffer): VendorError;
  /** A vendor's refusal of the request as the client reads it; `undefined`: its own bytes are. */
  encodeRefusal(error: GatewayError): EncodedError | undefined;
}
