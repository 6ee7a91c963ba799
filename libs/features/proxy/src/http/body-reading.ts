import type { IncomingMessage } from 'node:http';
import { GatewayError } from '@tollgate/contracts';
import { GatheredBody } from './gathered-body.js';

/** Reads a request's body to its end, within a bound. Told from outside when the client leaves. */
export class BodyReading {
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

  private push(chunk: Buffer): void {
    const { body, bytesMax, request } = this;
    if (body.size + chunk.length <= bytesMax) {
      body.push(chunk);
      return;
    }
    request.removeAllListeners('data');
    this.reject(requestTooLarge(bytesMax));
  }
}

export function requestTooLarge(bytesMax: number): GatewayError {
  return new GatewayError('request_too_large', `The body is larger than the limit of ${bytesMax} bytes.`);
}
