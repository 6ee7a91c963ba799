import type { UpstreamHeaders } from '../transport.js';
import { ChunkedBody } from './chunked-body.js';
import { InvalidResponse } from './invalid-response.js';
import { readHead, type ResponseHead } from './response-head.js';

/** Hears one answer. */
export interface ResponseSink {
  response(status: number, headers: UpstreamHeaders): void;
  data(bytes: Buffer): void;
}

const HEAD_END = Buffer.from('\r\n\r\n');
const HEAD_BYTES_MAX = 65_536;

/** Reads one answer from the bytes of a connection, however they are cut. Interim answers (1xx) are passed over. */
export class ResponseReader {
  /** The head's first bytes, of earlier reads. */
  private begun: Buffer | undefined;
  private head: ResponseHead | undefined;
  private chunks: ChunkedBody | undefined;
  /** Bytes of the body to come, where it has a length. */
  private left = 0;
  whole = false;

  constructor(private readonly sink: ResponseSink) {}

  /** Of an answer that is whole: whether its connection can be used again, for how long the vendor said. */
  get keeps(): { readonly persistent: boolean; readonly keepAliveMs: number | undefined } {
    return this.head ?? { persistent: false, keepAliveMs: undefined };
  }

  /**
   * @param bytes lent for the call: what is kept or passed on of them is copied
   * @returns how many of them belong to this answer
   * @throws InvalidResponse
   */
  read(bytes: Buffer): number {
    if (this.head !== undefined) return this.readBody(this.head, bytes, 0);
    const { begun } = this;
    return begun === undefined
      ? this.readFromHead(bytes, 0)
      : this.readFromHead(Buffer.concat([begun, bytes]), Math.max(0, begun.length - HEAD_END.length)) -
          begun.length;
  }

  /** The connection has ended. @returns whether that is this answer's end too */
  close(): boolean {
    return this.whole || this.head?.framing === 'until-close';
  }

  private readFromHead(bytes: Buffer, searched: number): number {
    let at = 0;
    let end = bytes.indexOf(HEAD_END, searched);
    while (end !== -1) {
      if (end - at > HEAD_BYTES_MAX) break;
      const head = readHead(bytes.toString('latin1', at, end));
      at = end + HEAD_END.length;
      if (head.status >= 200) return this.begin(head, bytes, at);
      if (head.status === 101) throw new InvalidResponse('it switches to a protocol that was not asked for');
      end = bytes.indexOf(HEAD_END, at);
    }
    if (bytes.length - at > HEAD_BYTES_MAX) throw new InvalidResponse('its head is too large');
    this.begun = Buffer.from(bytes.subarray(at));
    return bytes.length;
  }

  private begin(head: ResponseHead, bytes: Buffer, at: number): number {
    this.begun = undefined;
    this.head = head;
    this.left = head.bodyBytes;
    if (head.framing === 'chunked') this.chunks = new ChunkedBody();
    this.whole = head.framing === 'none' || (head.framing === 'length' && this.left === 0);
    this.sink.response(head.status, head.headers);
    return this.readBody(head, bytes, at);
  }

  private readBody(head: ResponseHead, bytes: Buffer, at: number): number {
    if (this.whole || at === bytes.length) return at;
    if (this.chunks !== undefined) return this.readChunks(this.chunks, bytes, at);
    const end = head.framing === 'length' ? Math.min(bytes.length, at + this.left) : bytes.length;
    this.left -= end - at;
    if (head.framing === 'length') this.whole = this.left === 0;
    this.sink.data(Buffer.from(bytes.subarray(at, end)));
    return end;
  }

  private readChunks(chunks: ChunkedBody, bytes: Buffer, at: number): number {
    const data = Buffer.allocUnsafe(bytes.length - at);
    const end = chunks.read(bytes, at, data);
    this.whole = chunks.whole;
    if (chunks.found > 0) this.sink.data(pieceOf(data, chunks.found));
    return end;
  }
}

/** Who keeps a piece keeps no more in memory than twice as much: most of what was read may be extensions. */
function pieceOf(data: Buffer, length: number): Buffer {
  const piece = data.subarray(0, length);
  return length * 2 < data.length ? Buffer.from(piece) : piece;
}
