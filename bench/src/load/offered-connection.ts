import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { MessageParser } from '../http/message-parser.ts';
import { AnswerCheck, type Expectation } from './answer-check.ts';

/** How a request ended: with the right answer, with a refusal that has `retry-after`, or the run does not count. */
export type Ending = 'served' | 'refused' | Error;

export interface OfferedRequest {
  readonly port: number;
  readonly request: Buffer;
  readonly expected: Expectation;
}

const READ_BYTES = 16_384;
/** Anthropic's clients know 529 for what others know as 503. */
const REFUSED = new Set(['status 503', 'status 529']);

/** A keep-alive connection on which requests may also be refused. */
export class OfferedConnection {
  readonly opened: Promise<unknown>;
  private readonly socket: Socket;
  private readonly request: Buffer;
  private sentAt = 0;
  private closed = false;
  private retryAfter = false;

  constructor(
    { port, request, expected }: OfferedRequest,
    ended: (connection: OfferedConnection, ending: Ending, latencyUs: number) => void,
  ) {
    this.request = request;
    const end = (ending: Ending): void => {
      if (!this.closed) ended(this, ending, (performance.now() - this.sentAt) * 1_000);
    };
    const check = new AnswerCheck(expected, (error) => end(this.endingOf(error)));
    const parser = new MessageParser({
      head: (head) => {
        this.retryAfter = head.text.includes('\r\nretry-after: ');
        check.head(head);
      },
      body: (bytes) => check.body(bytes),
      complete: () => check.complete(),
    });
    const memory = Buffer.allocUnsafe(READ_BYTES);
    const read = (bytes: number): boolean => {
      try {
        parser.push(memory.subarray(0, bytes));
      } catch (error) {
        end(error instanceof Error ? error : new Error(String(error)));
      }
      return true;
    };
    const onread = { buffer: memory, callback: read };
    this.socket = connect({ port, host: '127.0.0.1', noDelay: true, onread });
    this.opened = once(this.socket, 'connect');
    this.socket.on('error', end);
    this.socket.on('close', () => end(new Error('a connection was closed')));
  }

  send(): void {
    this.sentAt = performance.now();
    this.socket.write(this.request);
  }

  close(): void {
    this.closed = true;
    this.socket.destroy();
  }

  private endingOf(error: string | undefined): Ending {
    if (error === undefined) return 'served';
    if (!REFUSED.has(error)) return new Error(error);
    return this.retryAfter ? 'refused' : new Error('a refusal without retry-after');
  }
}
