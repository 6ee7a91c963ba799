import { READ_HEADERS, type UpstreamHeaders } from '../transport.js';
import { STRAY_CONTROL, valueOf } from './header-lines.js';
import { InvalidResponse } from './invalid-response.js';

/** Where an answer's body ends: https://www.rfc-editor.org/rfc/rfc9112#name-message-body-length */
export type BodyFraming = 'none' | 'length' | 'chunked' | 'until-close';

export interface ResponseHead {
  readonly status: number;
  readonly headers: UpstreamHeaders;
  readonly framing: BodyFraming;
  /** Bytes; 0 unless the framing is `length`. */
  readonly bodyBytes: number;
  /** Whether the vendor may be asked again on the same connection, and how long it says it waits for that. */
  readonly persistent: boolean;
  readonly keepAliveMs: number | undefined;
}

type HeaderName = (typeof READ_HEADERS)[number];
type Headers = { -readonly [Name in keyof UpstreamHeaders]: UpstreamHeaders[Name] };

/** The whole of it, so that a line which is not looked at is a header as well: all lines are read at one go. */
const HEAD =
  /^HTTP\/1\.([01]) ([1-9]\d\d)(?: [\t\x20-\x7e\x80-\xff]*)?(?:\r\n[!#$%&'*+\-.^_`|~0-9A-Za-z]+:[\t\x20-\x7e\x80-\xff]*)*$/;
const LENGTH = /^\d{1,15}$/;
const KEEP_ALIVE_TIMEOUT = /(?:^|[\s,;])timeout=(\d{1,6})(?:$|[\s,;])/i;

/**
 * Reads the head of an answer, as RFC 9112 has it and no laxer: no folded lines, no line without CR, one length at most,
 * and none beside `transfer-encoding`.
 *
 * @param text from the status line to before the last line's end, a character for each byte
 * @throws InvalidResponse
 */
export function readHead(text: string): ResponseHead {
  const read = HEAD.exec(text);
  if (read === null) throw new InvalidResponse(faultOf(text));
  const status = Number(read[2]);
  const headers = readHeaders(text);
  const recent = read[1] === '1';
  const { framing, bodyBytes } = framingOf(status, headers, recent);
  const persistent = framing !== 'until-close' && staysOpen(headers, recent);
  return { status, headers, framing, bodyBytes, persistent, keepAliveMs: keepAliveMs(headers) };
}

function faultOf(text: string): string {
  if (STRAY_CONTROL.test(text)) return 'its head has stray control characters';
  if (!/^HTTP\/1\.[01] [1-9]\d\d(?: |\r|$)/.test(text)) return 'the status line is not one of HTTP/1.1';
  return 'a line of the head is no header';
}

function readHeaders(text: string): Headers {
  const headers: Headers = {};
  let lineEnd = text.indexOf('\r\n');
  while (lineEnd !== -1) {
    const start = lineEnd + 2;
    const colon = text.indexOf(':', start);
    lineEnd = text.indexOf('\r\n', colon);
    const name = headerNamed(text, start, colon);
    if (name !== undefined)
      add(headers, name, valueOf(text, colon + 1, lineEnd === -1 ? text.length : lineEnd));
  }
  return headers;
}

/** By their length first: most names need not be read. */
const BY_LENGTH: (readonly HeaderName[] | undefined)[] = [];
for (const name of READ_HEADERS) BY_LENGTH[name.length] = [...(BY_LENGTH[name.length] ?? []), name];

function headerNamed(text: string, start: number, end: number): HeaderName | undefined {
  const candidates = BY_LENGTH[end - start];
  if (candidates === undefined) return undefined;
  const written = text.slice(start, end).toLowerCase();
  return candidates.find((name) => name === written);
}

function add(headers: Headers, name: HeaderName, value: string): void {
  const before = headers[name];
  if (before === undefined) headers[name] = value;
  else if (typeof before === 'string') headers[name] = [before, value];
  else before.push(value);
}

function framingOf(
  status: number,
  headers: Headers,
  recent: boolean,
): { framing: BodyFraming; bodyBytes: number } {
  const encoding = headers['transfer-encoding'];
  const length = headers['content-length'];
  if (encoding !== undefined) {
    if (length !== undefined) throw new InvalidResponse('it has a length and a transfer encoding');
    if (!recent || typeof encoding !== 'string' || encoding.toLowerCase() !== 'chunked')
      throw new InvalidResponse('its transfer encoding is not "chunked"');
  }
  if (length !== undefined && (typeof length !== 'string' || !LENGTH.test(length)))
    throw new InvalidResponse('its length is not one number');
  if (status < 200 || status === 204 || status === 304) return { framing: 'none', bodyBytes: 0 };
  if (encoding !== undefined) return { framing: 'chunked', bodyBytes: 0 };
  if (length === undefined) return { framing: 'until-close', bodyBytes: 0 };
  return { framing: 'length', bodyBytes: Number(length) };
}

function staysOpen(headers: Headers, recent: boolean): boolean {
  const { connection } = headers;
  if (connection === undefined) return recent;
  const wishes = String(connection).toLowerCase();
  return recent ? !wishes.includes('close') : wishes.includes('keep-alive');
}

function keepAliveMs(headers: Headers): number | undefined {
  const hint = headers['keep-alive'];
  const [, seconds] = (hint === undefined ? null : KEEP_ALIVE_TIMEOUT.exec(String(hint))) ?? [];
  return seconds === undefined ? undefined : Number(seconds) * 1_000;
}
