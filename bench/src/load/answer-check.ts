import { type MessageHead, type MessageSink } from '../http/message-parser.ts';

/** What each answer of a gateway must be like: as the first one, which was looked at closely. */
export interface Expectation {
  /** `undefined`: any length. */
  readonly bodyBytes: number | undefined;
  /** What each ends with, to the byte, if it is a stream. */
  readonly streamEnd: Buffer | undefined;
}

const NOTHING = Buffer.alloc(0);

/** Checks one answer after the other on one connection, cheaply: status, length, and that a stream was ended in order. */
export class AnswerCheck implements MessageSink {
  private status = '';
  private bodyBytes = 0;
  private readonly end: Buffer;
  private readonly tail: Buffer;
  private readonly expected: Expectation;
  private readonly done: (error: string | undefined) => void;

  /** @param done called at the end of each answer with what is wrong with it */
  constructor(expected: Expectation, done: (error: string | undefined) => void) {
    this.expected = expected;
    this.end = expected.streamEnd ?? NOTHING;
    this.tail = Buffer.alloc(this.end.length);
    this.done = done;
  }

  head({ startLine }: MessageHead): void {
    this.status = startLine.slice('HTTP/1.1 '.length, 'HTTP/1.1 200'.length);
    this.bodyBytes = 0;
    this.tail.fill(0);
  }

  body(bytes: Buffer): void {
    this.bodyBytes += bytes.length;
    if (this.tail.length > 0) this.keepTail(bytes);
  }

  complete(): void {
    this.done(this.error());
  }

  /** Copies: the memory belongs to the connection. */
  private keepTail(bytes: Buffer): void {
    const { tail } = this;
    if (bytes.length < tail.length) tail.copyWithin(0, bytes.length);
    const kept = Math.min(bytes.length, tail.length);
    bytes.copy(tail, tail.length - kept, bytes.length - kept);
  }

  private error(): string | undefined {
    if (this.status !== '200') return `status ${this.status}`;
    if (!this.tail.equals(this.end)) return `a stream without ${JSON.stringify(String(this.end))} at its end`;
    const { bodyBytes = this.bodyBytes } = this.expected;
    return this.bodyBytes === bodyBytes ? undefined : `${this.bodyBytes} bytes instead of ${bodyBytes}`;
  }
}
