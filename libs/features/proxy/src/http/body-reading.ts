import type { IncomingMessage } from 'node:http';
import { GatewayError } from '@tollgate/contracts';
import { GatheredBody } from './gathered-body.js';

/** Counts the bytes of all bodies in memory. */
export interface BodyMeter {
  /** `false`: so much more does not fit. */
  grow(bytes: number): boolean;
  shrink(bytes: number): void;
}

/** Reads a request's body to its end, within a bound. Told from outside when the client leaves. */
export class BodyReading {
  /** To be set before the first piece comes. */
  meter: BodyMeter | undefined;
  private readonly body = new GatheredBody();

  constructor(
    private readonly request: IncomingMessage,
    private readonly bytesMax: number,
    private readonly resolve: (body: Buffer) => void,
    private readonly reject: (error: GatewayError) => void,
  ) {
    request.on('data', (chunk: Buffer) => this.push(chunk));
    request.on('end', () => this.resolve(this.body.bytes()));
  }

  fail(error: GatewayError): void {
    this.reject(error);
  }

  /** The request has ended, its body is let go. */
  uncount(): void {
    this.meter?.shrink(this.body.size);
    this.meter = undefined;
  }

  private push(chunk: Buffer): void {
    const { body, bytesMax } = this;
    if (body.size + chunk.length > bytesMax) this.stop(requestTooLarge(bytesMax));
    else if (this.meter?.grow(chunk.length) === false) this.stop(tooManyBodies());
    else body.push(chunk);
  }

  private stop(error: GatewayError): void {
    this.request.removeAllListeners('data');
    this.reject(error);
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
