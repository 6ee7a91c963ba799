import { GatewayError } from '@tollgate/contracts';
import { AwsEventStream } from './aws-event-stream.js';
import type { StreamReframer } from './stream-reframer.js';
import type { UpstreamHandler, UpstreamHeaders } from './transport.js';

/** How a vendor cuts a stream into events. */
export type StreamFraming = 'sse' | 'aws-event-stream';

/** `undefined`: the stream is server-sent events already. */
export function openFraming(framing: StreamFraming | undefined): StreamReframer | undefined {
  return framing === 'aws-event-stream' ? new AwsEventStream() : undefined;
}

/**
 * A handler that hears server-sent events whatever the vendor sends; the same one where nothing has to be turned.
 * Answers of another type, refusals among them, pass as they are.
 */
export function reframed(handler: UpstreamHandler, framing: StreamFraming | undefined): UpstreamHandler {
  const reframer = openFraming(framing);
  return reframer === undefined ? handler : new ReframedHandler(handler, reframer);
}

class ReframedHandler implements UpstreamHandler {
  private turning = false;
  private over = false;

  constructor(
    private readonly handler: UpstreamHandler,
    private readonly reframer: StreamReframer,
  ) {}

  response(status: number, headers: UpstreamHeaders): void {
    this.turning = isOfType(headers, this.reframer.contentType);
    this.handler.response(status, this.turning ? eventStreamHeaders(headers) : headers);
  }

  data(chunk: Buffer): void {
    if (this.over) return;
    if (!this.turning) {
      this.handler.data(chunk);
      return;
    }
    const events = this.guarded(() => this.reframer.push(chunk));
    if (events !== undefined && events.length > 0) this.handler.data(events);
  }

  end(): void {
    if (this.turning && !this.over) this.guarded(() => this.reframer.end());
    if (this.over) return;
    this.over = true;
    this.handler.end();
  }

  error(error: GatewayError): void {
    if (this.over) return;
    this.over = true;
    this.handler.error(error);
  }

  /** What comes behind a broken event means nothing any more. */
  private guarded<Result>(turn: () => Result): Result | undefined {
    try {
      return turn();
    } catch (error) {
      if (!(error instanceof GatewayError)) throw error;
      this.error(error);
      return undefined;
    }
  }
}

function isOfType(headers: UpstreamHeaders, type: string): boolean {
  const value = headers['content-type'];
  return typeof value === 'string' && value.toLowerCase().startsWith(type);
}

/** Neither type nor length are what the vendor said. */
function eventStreamHeaders(headers: UpstreamHeaders): UpstreamHeaders {
  return { ...headers, 'content-type': 'text/event-stream', 'content-length': undefined };
}
