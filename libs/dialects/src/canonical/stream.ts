import type { GatewayError } from '@tollgate/contracts';
import type { Delta } from './delta.js';
import type { Citation, JsonObject, OpaquePart, Signature } from './part.js';
import type { Finish, TokenLogprob } from './response.js';
import type { ReportedUsage } from './usage.js';

/**
 * One step of an answer that is being produced. Within a choice, blocks follow one another and never overlap:
 *
 * ```
 * response-start
 *   { text-start text-delta* citation* text-end
 *   | reasoning-start reasoning-delta* reasoning-end
 *   | tool-call-start tool-input-delta* tool-call-end
 *   | refusal-start refusal-delta* refusal-end
 *   | image | audio | opaque } *
 * finish            once a choice
 * usage             any number of times, anywhere; the last one counts
 * ```
 *
 * `choice` is 0 but for requests with `choices` above 1, whose choices interleave.
 */
export type StreamPart =
  | {
      readonly type: 'response-start';
      readonly id: string | null;
      readonly model: string | null;
      readonly createdAt: number | null;
    }
  | { readonly type: 'text-start'; readonly choice: number }
  | ({ readonly type: 'text-delta'; readonly choice: number } & Delta)
  | { readonly type: 'citation'; readonly choice: number; readonly citation: Citation }
  | { readonly type: 'text-end'; readonly choice: number; readonly signature?: Signature }
  | {
      readonly type: 'reasoning-start';
      readonly choice: number;
      readonly id?: string;
      readonly redacted?: boolean;
    }
  | ({ readonly type: 'reasoning-delta'; readonly choice: number } & Delta)
  | { readonly type: 'reasoning-end'; readonly choice: number; readonly signature?: Signature }
  | {
      readonly type: 'tool-call-start';
      readonly choice: number;
      readonly id: string;
      readonly name: string;
      readonly kind: 'function' | 'custom';
      readonly signature?: Signature;
    }
  /** A piece of the JSON text of the arguments (of the free text, for `custom`). */
  | { readonly type: 'tool-input-delta'; readonly choice: number; readonly text: string }
  | { readonly type: 'tool-call-end'; readonly choice: number }
  | { readonly type: 'refusal-start'; readonly choice: number }
  | { readonly type: 'refusal-delta'; readonly choice: number; readonly text: string }
  | { readonly type: 'refusal-end'; readonly choice: number }
  | { readonly type: 'image'; readonly choice: number; readonly data: string; readonly mediaType: string }
  | { readonly type: 'audio'; readonly choice: number; readonly data: string; readonly mediaType: string }
  /** A vendor's own block, whole; `events` are its events as they came, for a client of the same dialect. */
  | ({ readonly choice: number; readonly events?: readonly JsonObject[] } & OpaquePart)
  | { readonly type: 'logprobs'; readonly choice: number; readonly tokens: readonly TokenLogprob[] }
  | { readonly type: 'usage'; readonly usage: ReportedUsage }
  | { readonly type: 'finish'; readonly choice: number; readonly finish: Finish };

export type EmitPart = (part: StreamPart) => void;

/** Reads a vendor's stream, event by event. */
export interface StreamDecoder {
  /**
   * One event: its name (`''` when it has none) and its data.
   *
   * @throws GatewayError `upstream_invalid_response` for data that is no event of the dialect;
   *   `upstream_error`, `upstream_rate_limited` … when the vendor reports an error in its stream
   */
  push(event: string, data: string): void;
  /**
   * Reads events ahead that are like one that was pushed, in the text of the stream from `from` on. Returns the position
   * behind them; `from` for none.
   *
   * @param frame what stands before an event's data: its name, and `data:`
   */
  pushDeltas?(text: string, from: number, frame: string): number;
  /** The vendor closed the stream: ends what is open. Emits no `finish` for a stream that broke off. */
  end(): void;
  /** The stream said that it is complete. */
  readonly complete: boolean;
}

/** Writes a stream to a client; returns what is to be sent, framed, possibly nothing. */
export interface StreamEncoder {
  push(part: StreamPart): string;
  /** After the last part: closing events. */
  end(): string;
  /** Instead of `end`: the answer broke off. */
  fail(error: GatewayError): string;
}
