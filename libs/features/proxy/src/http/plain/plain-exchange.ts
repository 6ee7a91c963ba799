import type { Socket } from 'node:net';
import type { BodySink, Exchange, ExchangeListener } from '../exchange.js';
import { answerHead, type AnswerFraming } from './answer-head.js';
import { endWithTurn } from './answers-of-a-turn.js';
import type { PlainHead } from './plain-head.js';

/** The connection of an exchange. */
export interface ExchangeConnection {
  readonly socket: Socket;
  /** No request comes after this one: the server closes. */
  readonly closing: boolean;
  readonly keepAliveSeconds: number;
  /** Nobody takes the body yet, or somebody does again. */
  hold(): void;
  resume(): void;
  /** The request has come in and its answer is written. */
  over(last: boolean): void;
}

/** Of a body that nobody reads yet, so much is taken in. */
const EARLY_BYTES_MAX = 65_536;
/** Up to this size a piece is copied into its frame: one write of one piece is the cheapest. */
const COPIED_BYTES_MAX = 16_384;
const LAST_CHUNK = '0\r\n\r\n';
const NO_BYTES: Buffer = Buffer.alloc(0);

/** An exchange that a plain connection carries. */
export class PlainExchange implements Exchange {
  readonly method = 'POST';
  listener: ExchangeListener | undefined;
  /** Bytes of the body to come. */
  bodyLeft: number;
  private sink: BodySink | undefined;
  private early: Buffer[] = [];
  private framing: AnswerFraming | undefined;
  /** Until the first bytes behind it; not longer, as it may keep a whole pool of buffers in memory. */
  private waitingHead = NO_BYTES;
  private written = 0;
  private ended = false;
  private corked = false;

  constructor(
    readonly connection: ExchangeConnection,
    private readonly request: PlainHead,
  ) {
    this.bodyLeft = request.bodyBytes;
  }

  get url(): string {
    return this.request.url;
  }
  get remoteAddress(): string | undefined {
    return this.connection.socket.remoteAddress;
  }
  get bodyBytes(): number {
    return this.request.bodyBytes;
  }
  get complete(): boolean {
    return this.bodyLeft === 0;
  }
  get gone(): boolean {
    return !this.connection.socket.writable;
  }
  get answered(): boolean {
    return this.framing !== undefined;
  }

  header(name: string): string | undefined {
    return this.request.header(name);
  }

  readBody(sink: BodySink): void {
    this.sink = sink;
    const { early } = this;
    this.early = [];
    for (const piece of early) sink.push(piece);
    if (this.complete) sink.end();
    else this.connection.resume();
  }

  /** The next bytes of the body, no more than are left of it. */
  take(piece: Buffer): void {
    this.bodyLeft -= piece.length;
    const { sink } = this;
    if (this.ended) {
      this.goOn();
      return;
    }
    if (sink === undefined) {
      this.early.push(piece);
      if (this.request.bodyBytes - this.bodyLeft > EARLY_BYTES_MAX) this.connection.hold();
      return;
    }
    sink.push(piece);
    if (this.complete) sink.end();
  }

  /** The connection is gone. */
  lost(): void {
    if (!this.ended) this.listener?.exchangeClosed(false);
  }

  begin(status: number, headers: readonly string[]): void {
    const { closing, keepAliveSeconds } = this.connection;
    const head = answerHead(status, headers, closing || this.request.last, keepAliveSeconds);
    this.framing = head.framing;
    this.waitingHead = head.bytes;
  }

  write(bytes: Buffer): boolean {
    if (this.gone || this.ended || bytes.length === 0) return true;
    const { socket } = this.connection;
    // Its end, or more of it, may follow in this tick: together they are one write.
    if (!this.corked) {
      this.corked = true;
      socket.cork();
      process.nextTick(uncork, this);
    }
    this.put(bytes, '');
    return !socket.writableNeedDrain;
  }

  onDrain(listener: () => void): void {
    this.connection.socket.once('drain', listener);
  }

  end(bytes: Buffer = NO_BYTES): void {
    if (this.gone || this.ended) return;
    const { bodyBytes } = this.put(bytes, LAST_CHUNK);
    // An answer that is not as long as it said would have the next one read as its rest.
    if (bodyBytes !== undefined && this.written !== bodyBytes) {
      this.destroy();
      return;
    }
    this.ended = true;
    this.early = [];
    this.sink = undefined;
    this.listener?.exchangeClosed(true);
    this.goOn();
  }

  endWithTurn(bytes: Buffer): void {
    endWithTurn(this, bytes);
  }

  destroy(): void {
    this.connection.socket.destroy();
  }

  uncork(): void {
    this.corked = false;
    this.connection.socket.uncork();
  }

  /** Writes what is next of the body, in its frame, behind the head if that still waits. */
  private put(bytes: Buffer, lastChunk: string): AnswerFraming {
    const { framing } = this;
    if (framing === undefined) throw new Error('the answer has not begun');
    const chunked = framing.bodyBytes === undefined;
    const piece = chunked && bytes.length > 0;
    const frame: Frame = {
      head: this.waitingHead,
      before: piece ? `${bytes.length.toString(16)}\r\n` : '',
      after: `${piece ? '\r\n' : ''}${chunked ? lastChunk : ''}`,
    };
    this.waitingHead = NO_BYTES;
    this.written += bytes.length;
    writePiece(this.connection.socket, frame, bytes);
    return framing;
  }

  /** What is left of its request is passed over, then the connection is free. */
  private goOn(): void {
    if (this.complete) this.connection.over(this.framing?.last === true);
    else this.connection.resume();
  }
}

function uncork(exchange: PlainExchange): void {
  exchange.uncork();
}

/** What stands around a piece of a body. */
interface Frame {
  readonly head: Buffer;
  readonly before: string;
  readonly after: string;
}

function writePiece(socket: Socket, { head, before, after }: Frame, bytes: Buffer): void {
  if (bytes.length <= COPIED_BYTES_MAX) {
    const start = head.length + before.length;
    const piece = Buffer.allocUnsafe(start + bytes.length + after.length);
    piece.set(head);
    if (before !== '') piece.write(before, head.length, 'latin1');
    piece.set(bytes, start);
    if (after !== '') piece.write(after, start + bytes.length, 'latin1');
    socket.write(piece);
    return;
  }
  socket.cork();
  if (head.length > 0) socket.write(head);
  if (before !== '') socket.write(before, 'latin1');
  socket.write(bytes);
  if (after !== '') socket.write(after, 'latin1');
  socket.uncork();
}
