import type { Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import type { VendorExchange } from './vendor-exchange.js';

/** Does one request wrong. Resolves when the vendor has nothing more to say. */
type Trouble = (exchange: VendorExchange) => void | Promise<void>;

const DRIP_INTERVAL_MS = 150;
const ENDLESS_INTERVAL_MS = 10;
const LATE_MS = 20;
const PADDING_BYTES = 64;

/**
 * What a vendor can do wrong with a request, by name. Some are only odd: `gzip`, `informational` and
 * `duplicate-headers` are answers that a client of HTTP must understand.
 */
export const VENDOR_TROUBLES = {
  'reset-before-headers': ({ socket }) => reset(socket),
  'reset-after-headers': async ({ socket, body, contentType }) => {
    socket.write(head({ contentType, length: body.length }));
    await delay(LATE_MS);
    reset(socket);
  },
  'reset-in-body': async ({ socket, body, contentType }) => {
    socket.write(head({ contentType, length: body.length }) + half(body));
    await delay(LATE_MS);
    reset(socket);
  },
  'cut-in-body': async ({ socket, body, contentType }) => {
    socket.write(head({ contentType, length: body.length }) + half(body));
    await delay(LATE_MS);
    socket.end();
  },
  'slow-headers': async ({ socket, body, contentType }) => {
    for (const letter of head({ contentType, length: body.length })) {
      if (socket.destroyed) return;
      socket.write(letter);
      await delay(DRIP_INTERVAL_MS);
    }
  },
  'stall-before-headers': () => undefined,
  'stall-in-body': ({ socket, body, contentType }) => {
    socket.write(head({ contentType, length: body.length }) + half(body));
  },
  'garbage-instead-of-http': ({ socket }) => {
    socket.end('\u0016\u0003\u0001 this is no HTTP at all\r\n\r\n');
  },
  'garbage-body': ({ socket, contentType }) => {
    const garbage = '<html>\u0000{"choices": [ oops';
    socket.end(head({ contentType, length: garbage.length }) + garbage);
  },
  'content-length-too-long': ({ socket, body, contentType }) => {
    socket.end(head({ contentType, length: body.length + PADDING_BYTES }) + body);
  },
  'content-length-too-short': ({ socket, body, contentType }) => {
    socket.end(head({ contentType, length: Math.floor(body.length / 2) }) + body);
  },
  'never-ending': async ({ socket, contentType, streamed }) => {
    socket.write(head({ contentType }));
    const more = streamed ? ': still here\n\n' : ' ';
    while (!socket.destroyed) {
      socket.write(`${more.length.toString(16)}\r\n${more}\r\n`);
      await delay(ENDLESS_INTERVAL_MS);
    }
  },
  gzip: ({ socket, body, contentType }) => {
    const packed = gzipSync(body);
    socket.write(head({ contentType, length: packed.length, more: ['content-encoding: gzip'] }));
    socket.end(packed);
  },
  informational: ({ socket, body, contentType }) => {
    socket.write('HTTP/1.1 103 Early Hints\r\nlink: </style.css>; rel=preload\r\n\r\n');
    socket.write('HTTP/1.1 102 Processing\r\n\r\n');
    socket.end(head({ contentType, length: body.length }) + body);
  },
  'duplicate-headers': ({ socket, body, contentType }) => {
    const more = [
      `content-type: ${contentType}`,
      'x-request-id: vendor-1',
      'x-request-id: vendor-2',
      'set-cookie: a=1',
      'set-cookie: b=2',
    ];
    socket.end(head({ contentType, length: body.length, more }) + body);
  },
  'server-error': refusal(500),
  'rate-limited': refusal(429, ['retry-after: 1']),
  overloaded: refusal(503, ['retry-after: 1']),
  unauthorized: refusal(401),
} as const satisfies Readonly<Record<string, Trouble>>;

export type VendorTroubleName = keyof typeof VENDOR_TROUBLES;
export const VENDOR_TROUBLE_NAMES = Object.keys(VENDOR_TROUBLES) as VendorTroubleName[];

interface HeadInput {
  readonly status?: number;
  readonly contentType: string;
  /** Without it the body comes in chunks. */
  readonly length?: number;
  readonly more?: readonly string[];
}

/** The vendor says what it likes on a connection, so it takes no other request on it. */
function head({ status = 200, contentType, length, more = [] }: HeadInput): string {
  const framing = length === undefined ? 'transfer-encoding: chunked' : `content-length: ${length}`;
  const lines = [`HTTP/1.1 ${status} Status`, `content-type: ${contentType}`, framing, ...more];
  return `${[...lines, 'connection: close'].join('\r\n')}\r\n\r\n`;
}

function refusal(status: number, more: readonly string[] = []): Trouble {
  const text = JSON.stringify({ error: { message: `Trouble ${status}.`, type: 'trouble', code: null } });
  return ({ socket }) => {
    socket.end(head({ status, contentType: 'application/json', length: text.length, more }) + text);
  };
}

function half(body: string): string {
  return body.slice(0, Math.floor(body.length / 2));
}

function reset(socket: Socket): void {
  socket.resetAndDestroy();
}
