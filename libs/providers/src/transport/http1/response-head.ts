import type { UpstreamHeaders } from '../transport.js';
import { readHeaderLines, STRAY_CONTROL } from './header-lines.js';
import { InvalidResponse } from './invalid-response.js';

/** Where an answer's body ends: https://www.rfc-editor.org/rfc/rfc9112#name-message-body-length */
export type BodyFraming = 'none' | 'length' | 'chunked' | 'until-close';

export interface ResponseHead {
  readonly status: number;
  /** Names in lower case; a name that occurs several times has a list. */
  readonly headers: UpstreamHeaders;
  readonly framing: BodyFraming;
  /** Bytes; 0 unless the framing is `length`. */
  readonly bodyBytes: number;
  /** Whether the vendor may be asked again on the same connection, and how long it says it waits for that. */
  readonly persistent: boolean;
  readonly keepAliveMs: number | undefined;
}

type Headers = Record<string, string | string[] | undefined>;

const STATUS_LINE = /^HTTP\/1\.([01]) ([1-9]\d\d)(?: |$)/;
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
  if (STRAY_CONTROL.test(text)) throw new InvalidResponse('its head has stray control characters');
  const firstEnd = text.indexOf('\r\n');
  const statusLine = STATUS_LINE.exec(firstEnd === -1 ? text : text.slice(0, firstEnd));
  if (statusLine === null) throw new InvalidResponse('the status line is not one of HTTP/1.1');
  const status = Number(statusLine[2]);
  const headers: Headers = firstEnd === -1 ? emptyHeaders() : readHeaders(text, firstEnd + 2);
  const recent = statusLine[1] === '1';
  const { framing, bodyBytes } = framingOf(status, headers, recent);
  const persistent = framing !== 'until-close' && staysOpen(headers, recent);
  return { status, headers, framing, bodyBytes, persistent, keepAliveMs: keepAliveMs(headers) };
}

function readHeaders(text: string, from: number): Headers {
  const headers = emptyHeaders();
  if (!readHeaderLines(text, from, (name, value) => add(headers, name, value)))
    throw new InvalidResponse('a line of the head is no header');
  return headers;
}

/** No name of a header means anything to it. */
function emptyHeaders(): Headers {
  return Object.create(null) as Headers;
}

function add(headers: Headers, name: string, value: string): void {
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
