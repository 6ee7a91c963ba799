import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What the vendor does with one request. */
export type VendorBehaviour =
  | {
      readonly kind: 'answer';
      /** Default 200. */
      readonly status?: number;
      /** A string goes out as it is, anything else as JSON. */
      readonly body: unknown;
      readonly headers?: Readonly<Record<string, string>>;
      readonly delayMs?: number;
    }
  | {
      readonly kind: 'stream';
      /** Each goes out as one piece, as it is. */
      readonly events: readonly string[];
      readonly intervalMs?: number;
      /** After the last event: end properly (default), cut the connection, or say nothing more. */
      readonly ending?: 'clean' | 'cut' | 'silent';
    }
  /** Takes the request and never answers. */
  | { readonly kind: 'silent' }
  /** Takes the request and cuts the connection. */
  | { readonly kind: 'cut' };

export interface VendorRequest {
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly text: string;
  /** The body as JSON; `undefined` when it is none. */
  readonly json: Readonly<Record<string, unknown>> | undefined;
}

export type VendorScript = VendorBehaviour | ((request: VendorRequest) => VendorBehaviour);

/** A vendor on a free loopback port that does what the test says, and remembers what it was asked. */
export class FakeVendor {
  readonly requests: VendorRequest[] = [];
  /** Connections of requests that the gateway gave up. */
  abortedCount = 0;
  /** Of streams: so many events were taken from it, by the gateway or by what lies between. */
  eventsTaken = 0;

  private constructor(
    private readonly server: Server,
    private script: VendorScript,
  ) {}

  static async start(script: VendorScript): Promise<FakeVendor> {
    const server = createServer();
    const vendor = new FakeVendor(server, script);
    server.on('request', (request, response) => void vendor.serve(request, response));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return vendor;
  }

  get baseUrl(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/v1`;
  }

  /** From now on. */
  respond(script: VendorScript): void {
    this.script = script;
  }

  /** As new: nobody has asked it anything, and it answers so from now on. */
  renew(script: VendorScript = { kind: 'silent' }): void {
    this.script = script;
    this.requests.length = 0;
    this.abortedCount = 0;
    this.eventsTaken = 0;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const text = Buffer.concat(chunks).toString();
    const seen = { path: request.url ?? '', headers: request.headers, text, json: parse(text) };
    this.requests.push(seen);
    response.on('close', () => {
      if (!response.writableEnded) this.abortedCount += 1;
    });
    const behaviour = typeof this.script === 'function' ? this.script(seen) : this.script;
    await perform(behaviour, response, () => (this.eventsTaken += 1));
  }
}

async function perform(
  behaviour: VendorBehaviour,
  response: ServerResponse,
  taken: () => void,
): Promise<void> {
  switch (behaviour.kind) {
    case 'answer': {
      if (behaviour.delayMs !== undefined) await pause(behaviour.delayMs);
      const { body } = behaviour;
      const text = typeof body === 'string' ? body : JSON.stringify(body);
      response.writeHead(behaviour.status ?? 200, {
        'content-type': typeof body === 'string' ? 'text/html' : 'application/json',
        'content-length': Buffer.byteLength(text),
        ...behaviour.headers,
      });
      response.end(text);
      return;
    }
    case 'stream':
      await stream(behaviour, response, taken);
      return;
    case 'cut':
      response.destroy();
      return;
    case 'silent':
      return;
  }
}

async function stream(
  { events, intervalMs, ending }: Extract<VendorBehaviour, { kind: 'stream' }>,
  response: ServerResponse,
  taken: () => void,
): Promise<void> {
  const { socket } = response;
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  for (const event of events) {
    // A socket that was destroyed calls back without an error, too.
    response.write(event, () => {
      if (socket?.destroyed === false) taken();
    });
    if (intervalMs !== undefined) await pause(intervalMs);
    if (response.destroyed) return;
  }
  if (ending === 'cut') {
    // What was written reaches the gateway before the connection goes.
    response.write('', () => response.destroy());
  } else if (ending !== 'silent') response.end();
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

function parse(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    return JSON.parse(text) as Readonly<Record<string, unknown>>;
  } catch {
    // A test may send what is no JSON on purpose.
    return undefined;
  }
}
