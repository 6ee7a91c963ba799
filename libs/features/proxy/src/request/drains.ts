import type { ClientRequest } from '../http/client-request.js';

/** What an answer is written to. */
export type AnswerSink = Pick<
  ClientRequest,
  'answered' | 'begin' | 'write' | 'onDrain' | 'end' | 'endWithTurn' | 'destroy' | 'refuse'
>;

/** Answers that are read to their end at one time though their client left; others are cancelled. */
const DRAINS_MAX = 200;
/** A longer rest is not read. */
const DRAIN_BYTES_MAX = 16 * 1_048_576;

/**
 * Lets vendors finish answers whose clients left, for their exact usage: bounded in number, time and bytes, so that
 * nobody can keep vendors busy by leaving.
 */
export class Drains {
  private running = 0;

  /**
   * @param onLimit called once when the time or the bytes are used up
   * @returns what the rest is written to; `undefined` when as many as may be are under way
   */
  begin(timeoutMs: number, onLimit: () => void): Drain | undefined {
    if (this.running >= DRAINS_MAX) return undefined;
    this.running += 1;
    return new Drain(timeoutMs, onLimit, () => {
      this.running -= 1;
    });
  }
}

/** Takes the rest of an answer for a client that left: counts it, and forgets it. */
export class Drain implements AnswerSink {
  /** Nothing can be tried again: nobody would get it. */
  readonly answered = true;
  private bytesLeft = DRAIN_BYTES_MAX;
  private readonly timer: NodeJS.Timeout;

  constructor(
    timeoutMs: number,
    private readonly onLimit: () => void,
    private readonly onClose: () => void,
  ) {
    this.timer = setTimeout(onLimit, timeoutMs);
  }

  close(): void {
    clearTimeout(this.timer);
    this.onClose();
  }

  write(bytes: Buffer): boolean {
    this.bytesLeft -= bytes.length;
    // Not in the middle of what its caller does.
    if (this.bytesLeft < 0) setImmediate(this.onLimit);
    return true;
  }

  begin(): void {
    // Nobody reads its head.
  }

  onDrain(): void {
    // It is never full.
  }

  end(): void {
    // Nobody waits for it.
  }

  endWithTurn(): void {
    // Nobody waits for it.
  }

  destroy(): void {
    // There is no connection.
  }

  refuse(): void {
    // Nobody is told.
  }
}
