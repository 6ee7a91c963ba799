/** The first line and the framing of a message; other headers only as text. */
export interface MessageHead {
  /** `HTTP/1.1 200 OK` or `POST /v1/chat/completions HTTP/1.1`. */
  readonly startLine: string;
  /** The whole head in lower case, lines ended by CR LF. */
  readonly text: string;
}

/** What a parser tells as it reads. A `Buffer` is only valid during the call. */
export interface MessageSink {
  head(head: MessageHead): void;
  body(bytes: Buffer): void;
  complete(): void;
}

const HEAD_BYTES_MAX = 65_536;
const HEAD_END = Buffer.from('\r\n\r\n');
const LINE_END = Buffer.from('\r\n');
const CARRIAGE_RETURN = 13;
const LINE_FEED = 10;
const NOTHING = Buffer.alloc(0);

const SIZE_DIGITS_MAX = 8;
const SIZE_ENDS = Buffer.from('; \t');
/** The value of each byte as a hexadecimal digit; -1: it is none. */
const HEX_DIGITS = Int8Array.from({ length: 256 }, (_, byte) => {
  const value = Number.parseInt(String.fromCharCode(byte), 16);
  return Number.isNaN(value) ? -1 : value;
});

type State =
  | { readonly at: 'head' }
  | { readonly at: 'body'; remaining: number }
  | { readonly at: 'chunk-size' }
  | { readonly at: 'chunk'; remaining: number }
  | { readonly at: 'chunk-end' }
  | { readonly at: 'trailers' };

/**
 * Reads HTTP/1.1 messages from one connection, requests or responses, however they are cut into packets.
 *
 * Only what mock and load need: a body has a `content-length` or is chunked, or there is none.
 */
export class MessageParser {
  private state: State = { at: 'head' };
  private pending: Buffer = NOTHING;
  private readonly sink: MessageSink;

  constructor(sink: MessageSink) {
    this.sink = sink;
  }

  /** Whether the connection may end here: no message is half read. */
  get idle(): boolean {
    return this.state.at === 'head' && this.pending.length === 0;
  }

  /** @throws Error what is no HTTP/1.1 that it can read */
  push(bytes: Buffer): void {
    let rest = this.pending.length === 0 ? bytes : Buffer.concat([this.pending, bytes]);
    this.pending = NOTHING;
    while (rest.length > 0) {
      const used = this.step(rest);
      if (used === 0) {
        // The caller may use its memory again: what waits for more is a copy.
        this.pending = Buffer.from(rest);
        return;
      }
      rest = rest.subarray(used);
    }
  }

  /** @returns how many bytes were read; 0: more are needed */
  private step(bytes: Buffer): number {
    switch (this.state.at) {
      case 'head':
        return this.readHead(bytes);
      case 'body':
        return this.readBody(bytes, this.state);
      case 'chunk-size':
        return this.readChunkSize(bytes);
      case 'chunk':
        return this.readChunk(bytes, this.state);
      case 'chunk-end':
        return this.readChunkEnd(bytes);
      case 'trailers':
        return this.readTrailer(bytes);
    }
  }

  private readHead(bytes: Buffer): number {
    const end = bytes.indexOf(HEAD_END);
    if (end === -1) {
      if (bytes.length > HEAD_BYTES_MAX) throw new Error(`A head of more than ${HEAD_BYTES_MAX} bytes.`);
      return 0;
    }
    const raw = bytes.toString('latin1', 0, end + LINE_END.length);
    const text = raw.toLowerCase();
    const startLine = raw.slice(0, raw.indexOf('\r\n'));
    this.sink.head({ startLine, text });
    this.beginBody(startLine, text);
    return end + HEAD_END.length;
  }

  private beginBody(startLine: string, head: string): void {
    if (head.includes('\r\ntransfer-encoding: chunked')) {
      this.state = { at: 'chunk-size' };
      return;
    }
    const length = contentLength(head);
    if (length === undefined && startLine.startsWith('HTTP/')) {
      throw new Error(`An answer that says neither content-length nor chunked: ${startLine}`);
    }
    if (length === undefined || length === 0) this.finish();
    else this.state = { at: 'body', remaining: length };
  }

  private readBody(bytes: Buffer, state: { remaining: number }): number {
    const taken = this.take(bytes, state);
    if (state.remaining === 0) this.finish();
    return taken;
  }

  private readChunkSize(bytes: Buffer): number {
    const end = bytes.indexOf(LINE_END);
    if (end === -1) return 0;
    const remaining = chunkSize(bytes, end);
    this.state = remaining === 0 ? { at: 'trailers' } : { at: 'chunk', remaining };
    return end + LINE_END.length;
  }

  private readChunk(bytes: Buffer, state: { remaining: number }): number {
    const taken = this.take(bytes, state);
    if (state.remaining === 0) this.state = { at: 'chunk-end' };
    return taken;
  }

  private readChunkEnd(bytes: Buffer): number {
    if (bytes.length < LINE_END.length) return 0;
    if (bytes[0] !== CARRIAGE_RETURN || bytes[1] !== LINE_FEED)
      throw new Error('A chunk longer than its size.');
    this.state = { at: 'chunk-size' };
    return LINE_END.length;
  }

  private readTrailer(bytes: Buffer): number {
    const end = bytes.indexOf(LINE_END);
    if (end === -1) return 0;
    if (end === 0) this.finish();
    return end + LINE_END.length;
  }

  private take(bytes: Buffer, state: { remaining: number }): number {
    const taken = Math.min(bytes.length, state.remaining);
    state.remaining -= taken;
    this.sink.body(taken === bytes.length ? bytes : bytes.subarray(0, taken));
    return taken;
  }

  private finish(): void {
    this.state = { at: 'head' };
    this.sink.complete();
  }
}

function contentLength(head: string): number | undefined {
  const match = /\r\ncontent-length: *(\d+) *\r\n/.exec(head);
  return match === null ? undefined : Number(match[1]);
}

/** Hexadecimal digits; what may follow on the line means nothing. No text and no pattern: this is most of the load's work. */
function chunkSize(bytes: Buffer, end: number): number {
  let size = 0;
  let at = 0;
  for (; at < end; at += 1) {
    const digit = HEX_DIGITS[bytes[at] ?? 0] ?? -1;
    if (digit === -1) break;
    size = size * 16 + digit;
  }
  const tail = at === end || SIZE_ENDS.includes(bytes[at] ?? 0);
  if (at > 0 && at <= SIZE_DIGITS_MAX && tail) return size;
  throw new Error(`No size of a chunk: ${JSON.stringify(bytes.toString('latin1', 0, end))}`);
}
