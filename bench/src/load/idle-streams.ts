import { connect, type Socket } from 'node:net';
import { MessageParser } from '../http/message-parser.ts';
import { AnswerCheck, type Expectation } from './answer-check.ts';

/** So many are being opened at once: a burst of all would measure a queue. */
const OPENING_MAX = 50;

/** Streams that have said their first event and then nothing. */
export class IdleStreams {
  private readonly streams: IdleStream[] = [];
  private readonly port: number;
  private readonly request: Buffer;
  private readonly expected: Expectation;

  constructor(port: number, request: Buffer, expected: Expectation) {
    this.port = port;
    this.request = request;
    this.expected = expected;
  }

  /** Resolves once each of them had its first event. */
  async open(count: number): Promise<void> {
    let missing = count;
    const openSome = async (): Promise<void> => {
      while (missing > 0) {
        missing -= 1;
        const stream = new IdleStream(this.port, this.request, this.expected);
        this.streams.push(stream);
        await stream.begun;
      }
    };
    await Promise.all(Array.from({ length: OPENING_MAX }, openSome));
  }

  /** Resolves once the vendor's end has come through to each. @throws Error what was wrong with one */
  async ended(): Promise<void> {
    await Promise.all(this.streams.map(({ ended }) => ended));
  }

  close(): void {
    for (const stream of this.streams) stream.close();
  }
}

class IdleStream {
  readonly begun: Promise<void>;
  readonly ended: Promise<void>;
  private readonly socket: Socket;

  constructor(port: number, request: Buffer, expected: Expectation) {
    const begun = Promise.withResolvers<void>();
    const ended = Promise.withResolvers<void>();
    this.begun = begun.promise;
    this.ended = ended.promise;
    // Heard by whoever waits; nobody may wait any more.
    ended.promise.catch(() => undefined);
    const fail = (error: Error): void => {
      begun.reject(error);
      ended.reject(error);
    };
    const check = new AnswerCheck(expected, (error) => {
      if (error === undefined) ended.resolve();
      else fail(new Error(error));
    });
    const parser = new MessageParser({
      head: (head) => check.head(head),
      body: (bytes) => {
        begun.resolve();
        check.body(bytes);
      },
      complete: () => check.complete(),
    });
    this.socket = connect({ port, host: '127.0.0.1', noDelay: true });
    this.socket.on('data', (bytes: Buffer) => parser.push(bytes));
    this.socket.on('error', fail);
    this.socket.on('close', () => fail(new Error('an idle stream was closed')));
    this.socket.write(request);
  }

  close(): void {
    this.socket.destroy();
  }
}
