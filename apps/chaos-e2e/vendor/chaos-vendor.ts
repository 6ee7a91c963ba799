import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { VENDOR_WRITERS, type VendorRequest, type WrittenDialect } from '@tollgate/testing/vendor';
import { nonceOf, usageOf } from '../traffic/vendor-usage.js';
import { VENDOR_TROUBLES, type VendorTroubleName } from './vendor-trouble.js';

/** Between two events of a stream, so that faults hit streams that run. */
const EVENT_INTERVAL_MS = 8;
const WORDS = ['One', ' answer', ' in', ' a', ' few', ' words', '.'];
const PATHS: readonly (readonly [RegExp, WrittenDialect])[] = [
  [/\/chat\/completions$/, 'openai-chat'],
  [/\/responses$/, 'openai-responses'],
  [/\/messages$/, 'anthropic-messages'],
  [/:(stream)?[gG]enerateContent/, 'gemini'],
];

/** Of all requests, every how many-th meets the trouble: 1 is each. */
export interface VendorMood {
  readonly trouble: VendorTroubleName;
  readonly every: number;
}

/** A vendor of all dialects on one port that answers by the book, or in the mood it was put into. */
export class ChaosVendor {
  /** Nonces of the prompts that arrived whole. */
  readonly seen = new Set<number>();
  /** Requests that it has not finished and that nobody gave up. */
  underWay = 0;
  /** Answers that it broke off, as it began to refuse. */
  brokenOff = 0;
  private server: Server | undefined;
  private mood: VendorMood | undefined;
  private turn = 0;

  private constructor(private port: number) {}

  static async start(): Promise<ChaosVendor> {
    const vendor = new ChaosVendor(0);
    await vendor.open();
    return vendor;
  }

  get address(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** From now on; `undefined`: by the book. */
  behave(mood: VendorMood | undefined): void {
    this.mood = mood;
  }

  /** Listens (again) on its port. */
  async open(): Promise<void> {
    const server = createServer((request, response) => void this.serve(request, response));
    server.on('connection', (socket) => socket.on('error', () => undefined));
    // The gateway keeps connections for long; a vendor that closed them first would be a fault of its own.
    server.keepAliveTimeout = 60_000;
    server.listen(this.port, '127.0.0.1');
    await once(server, 'listening');
    this.port = (server.address() as AddressInfo).port;
    this.server = server;
  }

  /** Nobody listens any more, and who was connected is cut off. */
  async refuse(): Promise<void> {
    const { server } = this;
    this.server = undefined;
    if (server === undefined) return;
    this.brokenOff += this.underWay;
    const closed = once(server, 'close');
    server.closeAllConnections();
    server.close();
    await closed;
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.underWay += 1;
    response.once('close', () => (this.underWay -= 1));
    const seen = await read(request);
    if (seen === undefined) return;
    this.seen.add(nonceOf(seen.text));
    const dialect = PATHS.find(([pattern]) => pattern.test(seen.path))?.[1];
    if (dialect === undefined) {
      response.writeHead(404).end();
      return;
    }
    await this.answer(dialect, seen, response);
  }

  private async answer(
    dialect: WrittenDialect,
    request: VendorRequest,
    response: ServerResponse,
  ): Promise<void> {
    const writer = VENDOR_WRITERS[dialect];
    const said = { words: WORDS, usage: usageOf(nonceOf(request.text)) };
    const streamed = writer.wantsStream(request);
    const events = streamed ? writer.stream(said) : [JSON.stringify(writer.json(said))];
    const contentType = streamed ? 'text/event-stream' : 'application/json';
    const { mood } = this;
    this.turn += 1;
    const { socket } = response;
    if (mood !== undefined && this.turn % mood.every === 0 && socket !== null) {
      await VENDOR_TROUBLES[mood.trouble]({ socket, streamed, contentType, body: events.join('') });
      return;
    }
    response.writeHead(200, { 'content-type': contentType });
    for (const event of events) {
      if (response.destroyed) return;
      response.write(event);
      if (streamed) await delay(EVENT_INTERVAL_MS);
    }
    response.end();
  }
}

/** `undefined`: the gateway went away in the middle of its request. */
async function read(request: IncomingMessage): Promise<VendorRequest | undefined> {
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of request) chunks.push(chunk as Buffer);
  } catch {
    return undefined;
  }
  const text = Buffer.concat(chunks).toString();
  const path = request.url ?? '';
  try {
    const json = JSON.parse(text) as Readonly<Record<string, unknown>>;
    return { path, headers: request.headers, text, json };
  } catch {
    return { path, headers: request.headers, text, json: undefined };
  }
}
