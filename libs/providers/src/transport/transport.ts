import type { GatewayError } from '@tollgate/contracts';
import type { UpstreamConnection } from './upstream-connection.js';

/** Each is kept to about a quarter of a second, never early. */
export interface UpstreamTimeouts {
  readonly connectTimeoutMs: number;
  /** From the dispatch to the answer's headers. */
  readonly firstByteTimeoutMs: number;
  /** Between two pieces of the answer; not while it is paused. */
  readonly idleTimeoutMs: number;
  /** From the start to the end. */
  readonly totalTimeoutMs: number;
}

export interface UpstreamRequest {
  /** Scheme, host and port, e.g. `https://api.openai.com`. */
  readonly origin: string;
  readonly path: string;
  readonly method: string;
  /** Names and values, one after the other. Built by the gateway: no header of the client is copied. */
  readonly headers: readonly string[];
  readonly body: Buffer;
  readonly timeouts: UpstreamTimeouts;
  /** Absent or `undefined`: connections are made the plain way. */
  readonly connection?: UpstreamConnection | undefined;
  /** The same one for all requests with these very headers; absent: they are of this request alone. */
  readonly memo?: HeadMemo | undefined;
}

/** Where the transport keeps what it made of headers that come again. */
export interface HeadMemo {
  head?: RequestHead;
}

/** The start of a request as bytes, up to its length. */
export interface RequestHead {
  readonly host: string;
  readonly method: string;
  readonly path: string;
  readonly headers: readonly string[];
  readonly bytes: Buffer;
}

/** What is read of an answer's headers, wherever it is read. Of the others there are many, and nobody asks for them. */
export const READ_HEADERS = [
  ...(['connection', 'content-encoding', 'content-length', 'content-type'] as const),
  ...(['date', 'keep-alive', 'retry-after', 'retry-after-ms', 'transfer-encoding'] as const),
] as const;

/** A header that occurs several times has a list. */
export type UpstreamHeaders = Readonly<
  Partial<Record<(typeof READ_HEADERS)[number], string | string[] | undefined>>
>;

/** Hears one exchange. After `end` or `error` nothing more comes. */
export interface UpstreamHandler {
  response(status: number, headers: UpstreamHeaders): void;
  /** @param chunk the handler's own from now on: it may keep it, and write to it */
  data(chunk: Buffer): void;
  end(): void;
  /**
   * `upstream_unreachable`, `upstream_timeout`, `upstream_invalid_response` before the answer;
   * `upstream_cut`, `upstream_timeout` within it. Not called after `abort`.
   */
  error(error: GatewayError): void;
}

/** One exchange under way. */
export interface UpstreamExchange {
  /** Ends the exchange at once and closes its connection. */
  abort(): void;
  /** Back-pressure, once the answer has begun: no `data` until `resume`, but for what has been read already. */
  pause(): void;
  resume(): void;
}

/** The way to a vendor. */
export interface Transport {
  dispatch(request: UpstreamRequest, handler: UpstreamHandler): UpstreamExchange;
  /** Cuts off exchanges under way and closes connections. */
  close(): void;
}
