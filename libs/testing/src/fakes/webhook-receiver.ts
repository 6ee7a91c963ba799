import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import { type AddressInfo } from 'node:net';

export interface ReceivedWebhook {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** A receiver of webhooks on this machine: keeps what it got, and answers as told. */
export class WebhookReceiver {
  readonly received: ReceivedWebhook[] = [];
  /** What it answers with, in turn; then 204. */
  readonly statuses: number[] = [];

  private constructor(private readonly server: Server) {}

  static async start(): Promise<WebhookReceiver> {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const receiver = new WebhookReceiver(server);
    server.on('request', (request, response) => {
      let body = '';
      request.on('data', (chunk: Buffer) => (body += chunk.toString()));
      request.on('end', () => {
        receiver.received.push({ headers: request.headers, body });
        response.statusCode = receiver.statuses.shift() ?? 204;
        response.end();
      });
    });
    return receiver;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/hook?x=1`;
  }

  forget(): void {
    this.received.length = 0;
    this.statuses.length = 0;
  }

  stop(): void {
    this.server.closeAllConnections();
    this.server.close();
  }
}

/** When a webhook was signed, in seconds since the epoch, as its receiver finds out; `undefined`: not with this secret. */
export function signedAt({ headers, body }: ReceivedWebhook, secret: string): number | undefined {
  const signature = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(String(headers['x-tollgate-signature']));
  const [, seconds, digest] = signature ?? [];
  const expected = createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex');
  return digest === expected ? Number(seconds) : undefined;
}
