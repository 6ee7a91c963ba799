import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { MessageParser } from '../http/message-parser.ts';
import { AnswerCheck, type Expectation } from './answer-check.ts';

/** How the connections of one load share its requests. */
export interface Turns {
  /** `false`: all requests have begun. */
  next(): boolean;
  /** Makes the next request of the connection's copy of the last one. */
  vary?: ((request: Buffer) => void) | undefined;
  ended(latencyUs: number): void;
}

const READ_BYTES = 65_536;

/** One keep-alive connection with one request under way. Bare sockets: the load must cost less than what it measures. */
export class LoadConnection {
  private readonly socket: Socket;
  private readonly request: Buffer;
  private readonly turns: Turns;
  private sentAt = 0;
  private settle: { resolve: () => void; reject: (error: Error) => void } | undefined;
  private failure: Error | undefined;
  private finished = false;

  constructor(port: number, request: Buffer, expected: Expectation, turns: Turns) {
    // A copy of its own: what is being sent must not change.
    this.request = turns.vary === undefined ? request : Buffer.from(request);
    this.turns = turns;
    const parser = new MessageParser(new AnswerCheck(expected, (error) => this.answered(error)));
    const memory = Buffer.allocUnsafe(READ_BYTES);
    this.socket = connect({
      port,
      host: '127.0.0.1',
      noDelay: true,
      onread: {
        buffer: memory,
        callback: (bytes) => {
          this.read(parser, memory.subarray(0, bytes));
          return true;
        },
      },
    });
    this.socket.on('error', (error) => this.fail(error));
    this.socket.on('close', () => this.fail(new Error('the connection was closed before the answer')));
  }

  async open(): Promise<void> {
    if (this.failure !== undefined) throw this.failure;
    await once(this.socket, 'connect');
  }

  /** Resolves once no request is left. */
  run(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.settle = { resolve, reject };
      if (this.failure === undefined) this.sendNext();
      else reject(this.failure);
    });
  }

  fail(error: Error): void {
    if (this.finished) return;
    this.failure ??= error;
    this.socket.destroy();
    this.settle?.reject(this.failure);
  }

  close(): void {
    this.finished = true;
    this.socket.destroy();
  }

  private sendNext(): void {
    if (!this.turns.next()) {
      this.finished = true;
      this.settle?.resolve();
      return;
    }
    this.turns.vary?.(this.request);
    this.sentAt = performance.now();
    this.socket.write(this.request);
  }

  private read(parser: MessageParser, bytes: Buffer): void {
    try {
      parser.push(bytes);
    } catch (error) {
      this.fail(error instanceof Error ? error : new Error(String(error)));
    }
  }

  private answered(error: string | undefined): void {
    if (error !== undefined) {
      this.fail(new Error(error));
      return;
    }
    this.turns.ended((performance.now() - this.sentAt) * 1_000);
    this.sendNext();
  }
}
