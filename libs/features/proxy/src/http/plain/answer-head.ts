import { STATUS_CODES } from 'node:http';
import { isFieldCharacter, TOKEN } from '@tollgate/providers/http1';

/** How the body of an answer is framed, and what becomes of its connection. */
export interface AnswerFraming {
  /** Bytes of the body; `undefined`: it comes in chunks, however many. */
  readonly bodyBytes: number | undefined;
  /** The connection is closed behind it. */
  readonly last: boolean;
}

export interface AnswerHead {
  /** To its empty line. */
  readonly bytes: Buffer;
  readonly framing: AnswerFraming;
}

/** These have no body, and no header says so: https://www.rfc-editor.org/rfc/rfc9112#name-message-body-length */
const BODILESS: ReadonlySet<number> = new Set([204, 304]);
const CHUNKED = Buffer.from('transfer-encoding: chunked\r\n');
const CLOSE = Buffer.from('connection: close\r\n\r\n');
const NOTHING = Buffer.alloc(0);
const CARRIAGE_RETURN = 0x0d;
const LINE_FEED = 0x0a;
/** Behind a name, and behind a value. */
const AROUND_VALUE = ': \r\n'.length;

/**
 * @param headers names in lower case and values by turns
 * @param last in any case
 * @param keepAliveSeconds how long the connection waits for the next request
 * @throws Error for a header that would end its line
 */
export function answerHead(
  status: number,
  headers: readonly string[],
  last: boolean,
  keepAliveSeconds: number,
): AnswerHead {
  const { length, contentLength, closes } = survey(headers);
  const bodyBytes = BODILESS.has(status) ? 0 : contentLength;
  const statusLine = known(statusLines, status, encodeStatusLine);
  const transfer = bodyBytes === undefined ? CHUNKED : NOTHING;
  const ending = last || closes ? CLOSE : known(keepAlives, keepAliveSeconds, encodeKeepAlive);
  const bytes = Buffer.allocUnsafe(statusLine.length + length + transfer.length + ending.length);
  bytes.set(statusLine);
  let at = statusLine.length;
  for (let index = 0; index < headers.length; index += 2) {
    const name = headers[index] ?? '';
    if (name !== 'connection') at = writeHeader(bytes, at, name, headers[index + 1] ?? '');
  }
  bytes.set(transfer, at);
  bytes.set(ending, at + transfer.length);
  return { bytes, framing: { bodyBytes, last: last || closes } };
}

interface Survey {
  /** Of all lines but that of `connection`. */
  readonly length: number;
  readonly contentLength: number | undefined;
  readonly closes: boolean;
}

function survey(headers: readonly string[]): Survey {
  let length = 0;
  let contentLength: number | undefined;
  let closes = false;
  for (let at = 0; at < headers.length; at += 2) {
    const name = headers[at] ?? '';
    const value = headers[at + 1] ?? '';
    if (name === 'content-length') contentLength ??= Number(value);
    if (name === 'connection') closes ||= value === 'close';
    else length += name.length + value.length + AROUND_VALUE;
  }
  return { length, contentLength, closes };
}

/** @returns where it ends */
function writeHeader(bytes: Buffer, from: number, name: string, value: string): number {
  const begun = known(names, name, encodeName);
  bytes.set(begun, from);
  let at = from + begun.length;
  for (let index = 0; index < value.length; index += 1) {
    const code = value.charCodeAt(index);
    if (!isFieldCharacter(code)) throw noHeader(name);
    bytes[at] = code;
    at += 1;
  }
  bytes[at] = CARRIAGE_RETURN;
  bytes[at + 1] = LINE_FEED;
  return at + 2;
}

/** What heads say again and again: all of it is ours, and there is not much of it. */
const statusLines = new Map<number, Buffer>();
const names = new Map<string, Buffer>();
const keepAlives = new Map<number, Buffer>();

function known<Key>(all: Map<Key, Buffer>, key: Key, encode: (key: Key) => string): Buffer {
  let bytes = all.get(key);
  if (bytes === undefined) {
    bytes = Buffer.from(encode(key));
    all.set(key, bytes);
  }
  return bytes;
}

function encodeStatusLine(status: number): string {
  return `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n`;
}

function encodeKeepAlive(seconds: number): string {
  return `connection: keep-alive\r\nkeep-alive: timeout=${seconds}\r\n\r\n`;
}

/** @throws Error for what would be no name of a header */
function encodeName(name: string): string {
  if (!TOKEN.test(name)) throw noHeader(name);
  return `${name}: `;
}

function noHeader(name: string): Error {
  return new Error(`the header "${name}" would be no header`);
}
