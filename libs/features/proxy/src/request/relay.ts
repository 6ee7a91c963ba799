import { GatewayError } from '@tollgate/contracts';
import type { Dialect, ReportedUsage, StreamTap } from '@tollgate/dialects';
import {
  classifyStatus,
  failureError,
  type UpstreamExchange,
  type UpstreamHandler,
  type UpstreamHeaders,
} from '@tollgate/providers';
import type { ClientRequest } from '../http/client-request.js';

/** How one attempt at one channel ended. */
export type RelayResult =
  /** The answer went to the client, whole. */
  | {
      readonly kind: 'answered';
      readonly status: number;
      readonly usage: ReportedUsage | undefined;
      readonly outputBytes: number;
      readonly bytesPerEvent: number;
    }
  /** The vendor refused the request itself; its own words went to the client. */
  | { readonly kind: 'refused'; readonly status: number; readonly error: GatewayError }
  /** Nothing has reached the client: another channel may be tried. */
  | { readonly kind: 'failed'; readonly error: GatewayError; readonly blamesChannel: boolean }
  /** Something has reached the client, then the vendor failed. */
  | { readonly kind: 'broken'; readonly error: GatewayError; readonly outputBytes: number }
  /** The client went away, or stopped reading. `outputBytes` is 0 when the vendor had not begun to answer. */
  | {
      readonly kind: 'abandoned';
      readonly usage: ReportedUsage | undefined;
      readonly outputBytes: number;
      readonly bytesPerEvent: number;
    };

export interface RelayOptions {
  readonly client: ClientRequest;
  readonly dialect: Dialect;
  readonly streamed: boolean;
  /** The client did not ask for usage in its stream; the gateway did. */
  readonly hideUsage: boolean;
  /** Called when the first byte of the answer leaves for the client. */
  readonly onFirstByte: () => void;
  readonly onResult: (result: RelayResult) => void;
}

/** A JSON answer up to this size is held until it is whole: its errors can then still be retried. */
const WHOLE_ANSWER_BYTES_MAX = 1_048_576;
const ERROR_BYTES_MAX = 65_536;
const USAGE_TAIL_BYTES = 65_536;

/**
 * Carries one vendor's answer to the client: bytes as they come, gathered within one turn of the event loop into one
 * write, paused while the client reads slower. Tells its result exactly once.
 */
export class Relay implements UpstreamHandler {
  private exchange: UpstreamExchange | undefined;
  private mode: 'waiting' | 'stream' | 'json' | 'error' = 'waiting';
  private status = 0;
  private headers: UpstreamHeaders = {};
  private gathered: Buffer[] = [];
  private gatheredBytes = 0;
  private flushPending = false;
  private stalled = false;
  private outputBytes = 0;
  private tail: Buffer | undefined;
  private tap: StreamTap | undefined;
  private over = false;

  constructor(private readonly options: RelayOptions) {}

  /** Connects the relay with its exchange, right after the dispatch. */
  follow(exchange: UpstreamExchange): void {
    this.exchange = exchange;
    this.options.client.onClose = () => this.abandon();
    if (this.options.client.closed) this.abandon();
  }

  response(status: number, headers: UpstreamHeaders): void {
    this.status = status;
    this.headers = headers;
    if (status < 200 || status >= 300) this.mode = 'error';
    else if (this.options.streamed && isEventStream(headers)) {
      this.mode = 'stream';
      this.tap = this.options.dialect.passThrough.tapStream({ hideUsage: this.options.hideUsage });
    } else this.mode = 'json';
  }

  data(chunk: Buffer): void {
    if (this.over) return;
    this.gathered.push(chunk);
    this.gatheredBytes += chunk.length;
    if (this.mode === 'error' && this.gatheredBytes > ERROR_BYTES_MAX) {
      // It said enough, and may never end.
      this.exchange?.abort();
      this.endError();
    } else if (this.mode === 'stream') this.flushSoon();
    else if (this.mode === 'json' && this.gatheredBytes > WHOLE_ANSWER_BYTES_MAX) this.flushSoon();
  }

  end(): void {
    if (this.over) return;
    if (this.mode === 'error') this.endError();
    else if (this.mode === 'stream') this.endStream();
    else this.endJson();
  }

  error(error: GatewayError): void {
    if (this.over) return;
    // A stream that said it was complete is; how its connection ended does not matter.
    if (this.mode === 'stream') this.flush();
    if (this.over) return;
    if (this.tap?.complete === true) this.endStream();
    else this.fail(error, true);
  }

  private flushSoon(): void {
    if (this.flushPending || this.stalled) return;
    this.flushPending = true;
    setImmediate(() => {
      this.flushPending = false;
      if (!this.over && !this.stalled) this.flush();
    });
  }

  private flush(): void {
    if (this.gathered.length === 0) return;
    if (this.tap === undefined) this.pass(this.keepTail(this.take()));
    else this.pass(this.tap.push(this.takePieces()));
  }

  private takePieces(): readonly Buffer[] {
    const { gathered } = this;
    this.gathered = [];
    this.gatheredBytes = 0;
    return gathered;
  }

  private take(): Buffer {
    const pieces = this.takePieces();
    return pieces.length === 1 && pieces[0] !== undefined ? pieces[0] : Buffer.concat(pieces);
  }

  /** Remembers the end of an answer that is too large to be held whole: its usage lies there. */
  private keepTail(bytes: Buffer): Buffer {
    const joined = this.tail === undefined ? bytes : Buffer.concat([this.tail, bytes]);
    this.tail = Buffer.from(joined.subarray(Math.max(0, joined.length - USAGE_TAIL_BYTES)));
    return bytes;
  }

  private pass(bytes: Buffer | null): void {
    if (bytes === null) return;
    const { client } = this.options;
    if (!client.answered) {
      if (this.tap?.failed === true) {
        this.fail(errorInAnswer(), true);
        return;
      }
      this.begin();
    }
    this.outputBytes += bytes.length;
    if (client.write(bytes)) return;
    this.stalled = true;
    this.exchange?.pause();
    client.onDrain(() => {
      this.stalled = false;
      this.exchange?.resume();
      if (!this.over) this.flush();
    });
  }

  private begin(more: readonly string[] = []): void {
    const type = single(this.headers['content-type']) ?? 'application/json';
    const encoding = single(this.headers['content-encoding']);
    const headers = encoding === undefined ? more : [...more, 'content-encoding', encoding];
    this.options.client.begin(this.status, type, headers);
    this.options.onFirstByte();
  }

  private endStream(): void {
    this.flush();
    if (this.over) return;
    this.pass(this.tap?.end() ?? null);
    if (this.over) return;
    const tap = this.tap;
    if (tap === undefined || tap.failed) this.fail(errorInAnswer(), true);
    else if (tap.complete || tap.usage !== undefined) this.answered(tap.usage);
    else this.fail(cut(), true);
  }

  private endJson(): void {
    const { client } = this.options;
    const bytes = this.take();
    if (client.answered) {
      this.keepTail(bytes);
      const usage = this.options.dialect.passThrough.readUsage(this.tail ?? bytes);
      this.outputBytes += bytes.length;
      this.answered(usage, bytes);
      return;
    }
    const usage = this.options.dialect.passThrough.readUsage(bytes);
    const fault =
      usage === undefined && this.headers['content-encoding'] === undefined ? faultOf(bytes) : undefined;
    if (fault !== undefined) {
      this.fail(fault, true);
      return;
    }
    this.outputBytes = bytes.length;
    this.begin(['content-length', String(bytes.length)]);
    this.answered(usage, bytes);
  }

  private answered(usage: ReportedUsage | undefined, last?: Buffer): void {
    const { outputBytes, status } = this;
    this.options.client.end(last);
    const bytesPerEvent = this.tap?.bytesPerEvent ?? 0;
    this.finish({ kind: 'answered', status, usage, outputBytes, bytesPerEvent });
  }

  private endError(): void {
    const body = this.take();
    const { status } = this;
    const failure = classifyStatus(status);
    const vendor = this.options.dialect.outbound.decodeError(status, body);
    const retryAfter = single(this.headers['retry-after']);
    const error = failureError(failure, { ...vendor, status, retryAfter });
    if (!failure.relayed) {
      this.fail(error, failure.blamesChannel);
      return;
    }
    if (isJson(this.headers) && body.length <= ERROR_BYTES_MAX) {
      this.begin(['content-length', String(body.length)]);
      this.options.client.end(body);
    } else this.options.client.refuse(error, false);
    this.finish({ kind: 'refused', status, error });
  }

  private fail(error: GatewayError, blamesChannel: boolean): void {
    const { client, streamed } = this.options;
    this.exchange?.abort();
    if (!client.answered) {
      this.finish({ kind: 'failed', error, blamesChannel });
      return;
    }
    // Time ran out while the client did not read: its doing, not the vendor's, else slow reading would be free.
    if (this.stalled && error.code === 'upstream_timeout') {
      this.abandon();
      client.destroy();
      return;
    }
    // The vendor's own error event has told the client already.
    if (this.tap?.failed === true) client.end();
    else client.refuse(error, streamed);
    this.finish({ kind: 'broken', error, outputBytes: this.outputBytes });
  }

  private abandon(): void {
    if (this.over) return;
    this.exchange?.abort();
    const { outputBytes } = this;
    const bytesPerEvent = this.tap?.bytesPerEvent ?? 0;
    this.finish({ kind: 'abandoned', usage: this.tap?.usage, outputBytes, bytesPerEvent });
  }

  private finish(result: RelayResult): void {
    if (this.over) throw new Error('a relay has ended twice');
    this.over = true;
    this.options.client.onClose = undefined;
    this.gathered = [];
    this.options.onResult(result);
  }
}

function single(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value;
}

function isEventStream(headers: UpstreamHeaders): boolean {
  return single(headers['content-type'])?.startsWith('text/event-stream') === true;
}

function isJson(headers: UpstreamHeaders): boolean {
  return /^application\/(?:[\w.+-]+\+)?json\b/.test(single(headers['content-type']) ?? '');
}

/** Asked only of an answer without usage: garbage, or an error with status 200 as some vendors send. */
function faultOf(bytes: Buffer): GatewayError | undefined {
  try {
    const value: unknown = JSON.parse(bytes.toString('utf8'));
    const isObject = typeof value === 'object' && value !== null;
    if (!isObject) return invalidAnswer();
    return 'error' in value && value.error !== null ? errorInAnswer() : undefined;
  } catch (cause) {
    return invalidAnswer(cause);
  }
}

function invalidAnswer(cause?: unknown): GatewayError {
  return new GatewayError('upstream_invalid_response', "The vendor's answer is not valid JSON.", {
    retry: 'next-channel',
    cause,
  });
}

function errorInAnswer(): GatewayError {
  return new GatewayError('upstream_error', 'The vendor reported an error in its answer.', {
    retry: 'next-channel',
  });
}

function cut(): GatewayError {
  return new GatewayError('upstream_cut', 'The vendor broke off in the middle of its answer.', {
    retry: 'next-channel',
  });
}
