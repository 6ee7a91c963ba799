import { readHeaderLines, STRAY_CONTROL } from '@tollgate/providers/http1';

const REQUEST_LINE = /^POST (\/[\x21-\x7e]*) HTTP\/1\.1$/;
const LENGTH_DIGITS_MAX = 15;
const LENGTH = new RegExp(`^\\d{1,${LENGTH_DIGITS_MAX}}$`);
/** Besides the length. */
const HEADERS_MAX = 63;
/** What makes a request more than a body of known length on a connection that stays or is closed. */
const NOT_PLAIN = ['transfer-encoding', 'expect', 'upgrade', 'trailer', 'proxy-connection'] as const;

/** The head of a plain request: a POST that says each thing once, with a body of known length. */
export class PlainHead {
  /** The client does not want its connection to be kept. */
  readonly last: boolean;

  constructor(
    readonly url: string,
    /** Names in lower case and values by turns, but for the body's length. */
    private readonly headers: readonly string[],
    /** Of itself, with the empty line. */
    readonly bytes: number,
    /** Of the body. */
    readonly bodyBytes: number,
  ) {
    this.last = this.header('connection')?.toLowerCase() === 'close';
  }

  header(name: string): string | undefined {
    if (name === 'content-length') return String(this.bodyBytes);
    const { headers } = this;
    for (let at = 0; at < headers.length; at += 2) if (headers[at] === name) return headers[at + 1];
    return undefined;
  }

  /** The same head before another body. */
  withBody(bytes: number, bodyBytes: number): PlainHead {
    return new PlainHead(this.url, this.headers, bytes, bodyBytes);
  }
}

const HEAD_END = Buffer.from('\r\n\r\n');
const HEAD_BYTES_MAX = 16_384;
const LENGTH_LINE = /\r\ncontent-length:[\t ]*(?=\d)/i;
const ZERO = 0x30;
const NINE = 0x39;

/** A head, and what stands around the digits of its length. */
interface KnownHead {
  readonly head: PlainHead;
  readonly before: Buffer;
  /** With the empty line. */
  readonly behind: Buffer;
}

/**
 * Reads the heads of one connection. A client says the same with each request, but for the length of its body: such a head
 * is compared with the one before, not read.
 */
export class PlainHeads {
  private known: KnownHead | undefined;

  /**
   * The head at the beginning of what came in.
   *
   * @returns as `readPlainHead`; also `undefined` if it is not whole, or too long
   */
  read(bytes: Buffer): PlainHead | undefined {
    return this.recall(bytes) ?? this.learn(bytes);
  }

  private recall(bytes: Buffer): PlainHead | undefined {
    if (this.known === undefined) return undefined;
    const { head, before, behind } = this.known;
    if (!standsAt(before, bytes, 0)) return undefined;
    let end = before.length;
    let bodyBytes = 0;
    for (; end < before.length + LENGTH_DIGITS_MAX; end += 1) {
      const digit = bytes[end];
      if (digit === undefined || digit < ZERO || digit > NINE) break;
      bodyBytes = bodyBytes * 10 + digit - ZERO;
    }
    if (end === before.length || !standsAt(behind, bytes, end)) return undefined;
    return head.withBody(end + behind.length, bodyBytes);
  }

  private learn(bytes: Buffer): PlainHead | undefined {
    const end = bytes.indexOf(HEAD_END);
    if (end === -1 || end > HEAD_BYTES_MAX) return undefined;
    const text = bytes.toString('latin1', 0, end);
    const head = readPlainHead(text);
    const line = LENGTH_LINE.exec(text);
    if (head === undefined || line === null) return head;
    const from = line.index + line[0].length;
    const digits = /^\d+/.exec(text.slice(from))?.[0].length ?? 0;
    const behind = Buffer.from(bytes.subarray(from + digits, end + HEAD_END.length));
    // One with a longer length is not above the bound either.
    if (from + LENGTH_DIGITS_MAX + behind.length <= HEAD_BYTES_MAX)
      this.known = { head, before: Buffer.from(bytes.subarray(0, from)), behind };
    return head;
  }
}

function standsAt(part: Buffer, bytes: Buffer, at: number): boolean {
  const end = at + part.length;
  return end <= bytes.length && bytes.compare(part, 0, part.length, at, end) === 0;
}

/**
 * Reads the head of a plain request. Whatever could be read in two ways, or needs more than reading, is not plain: what is
 * read here, every reader of RFC 9112 reads in the same way.
 *
 * @param text from the request line to before the last line's end, a character for each byte
 * @returns `undefined`: it is not plain, and may be no request at all
 */
export function readPlainHead(text: string): PlainHead | undefined {
  const lineEnd = text.indexOf('\r\n');
  if (lineEnd === -1 || STRAY_CONTROL.test(text)) return undefined;
  const url = REQUEST_LINE.exec(text.slice(0, lineEnd))?.[1];
  if (url === undefined) return undefined;
  const headers: string[] = [];
  let length: string | undefined;
  let plain = true;
  const read = readHeaderLines(text, lineEnd + 2, (name, value) => {
    if (name === 'content-length') {
      plain &&= length === undefined;
      length = value;
      return;
    }
    plain &&= headers.length < 2 * HEADERS_MAX;
    for (let at = 0; plain && at < headers.length; at += 2) plain = headers[at] !== name;
    if (plain) headers.push(name, value);
  });
  if (!read || !plain || length === undefined || !LENGTH.test(length)) return undefined;
  const head = new PlainHead(url, headers, text.length + HEAD_END.length, Number(length));
  return isPlain(head) ? head : undefined;
}

function isPlain(head: PlainHead): boolean {
  if (head.header('host') === undefined) return false;
  const connection = head.header('connection')?.toLowerCase() ?? 'keep-alive';
  if (connection !== 'keep-alive' && connection !== 'close') return false;
  return NOT_PLAIN.every((name) => head.header(name) === undefined);
}
