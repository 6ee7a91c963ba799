import { GatewayError } from '@tollgate/contracts';
import type { BodySink } from './exchange.js';
import { GatheredBody } from './gathered-body.js';

/** Counts the bytes of all bodies in memory. */
export interface BodyMeter {
  /** `false`: so much more does not fit. */
  grow(bytes: number): boolean;
  shrink(bytes: number): void;
}

/** Who waits for a body. */
export interface BodyReader {
  resolve(body: Buffer): void;
  reject(error: GatewayError): void;
}

/** Gathers a request's body to its end, within a bound. Told from outside when the client leaves. */
export class BodyReading implements BodySink {
  private readonly body = new GatheredBody();
  private stopped = false;

  constructor(
    private readonly bytesMax: number,
    private meter: BodyMeter | undefined,
    private readonly reader: BodyReader,
  ) {}

  push(piece: Buffer): void {
    const { body, bytesMax } = this;
    if (this.stopped) return;
    if (body.size + piece.length > bytesMax) this.fail(requestTooLarge(bytesMax));
    else if (this.meter?.grow(piece.length) === false) this.fail(tooManyBodies());
    else body.push(piece);
  }

  end(): void {
    if (!this.stopped) this.reader.resolve(this.body.bytes());
  }

  fail(error: GatewayError): void {
    this.stopped = true;
    this.reader.reject(error);
  }

  /** The request has ended, its body is let go. */
  uncount(): void {
    this.meter?.shrink(this.body.size);
    this.meter = undefined;
  }
}

/** For a body that does not fit beside those of other requests. */
export function tooManyBodies(): GatewayError {
  return new GatewayError('overloaded', 'The gateway holds as many bytes of requests as it can carry.', {
    retryAfterSeconds: 1,
  });
}

export function requestTooLarge(bytesMax: number): GatewayError {
  return new GatewayError('request_too_large', `The body is larger than the limit of ${bytesMax} bytes.`);
}
