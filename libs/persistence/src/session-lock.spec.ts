import { EventEmitter } from 'node:events';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type pg from 'pg';
import { SessionLock } from './session-lock.js';

/** A session that answers what it is asked, but for questions asked while it is `silent`. */
class FakeSession extends EventEmitter {
  silent = false;
  questions = 0;
  readonly #waiting: ((answer: object) => void)[] = [];
  readonly connection = { stream: { destroy: jest.fn() } };

  query(): Promise<object> {
    this.questions += 1;
    return this.silent
      ? new Promise((resolve) => this.#waiting.push(resolve))
      : Promise.resolve({ rows: [{ taken: true }] });
  }

  /** All that it was asked and will be. */
  answer(): void {
    this.silent = false;
    for (const resolve of this.#waiting.splice(0)) resolve({ rows: [] });
  }
}

let session: FakeSession;
let lock: SessionLock | undefined;
let lost: jest.Mock<() => void>;

beforeEach(async () => {
  jest.useFakeTimers();
  session = new FakeSession();
  lost = jest.fn();
  const options = { key: 1, name: 'a', onLost: lost };
  lock = await SessionLock.tryTake(session as unknown as pg.Client, options);
});
afterEach(() => {
  jest.useRealTimers();
});

describe('the holder of a lock', () => {
  it('asks the server often enough that the lock stays certain', async () => {
    await jest.advanceTimersByTimeAsync(60_000);
    expect([session.questions, lock?.isCertain]).toEqual([31, true]);
  });

  it('is not certain after a pause until the server has answered', async () => {
    // No timer runs in a process that is stopped.
    jest.clearAllTimers();
    jest.advanceTimersByTime(5_000);
    expect(lock?.isCertain).toBe(false);
    await lock?.confirm();
    expect([session.questions, lock?.isCertain, lock?.isLost]).toEqual([2, true, false]);
    await lock?.confirm();
    expect(session.questions).toBe(2);
  });

  it('is not certain by an answer to what it asked before a pause', async () => {
    session.silent = true;
    await jest.advanceTimersByTimeAsync(2_000);
    jest.clearAllTimers();
    jest.advanceTimersByTime(10_000);
    const confirmed = lock?.confirm();
    session.answer();
    await confirmed;
    expect([session.questions, lock?.isCertain]).toEqual([3, true]);
  });

  it('is certain for 5 s after the last answer, and gives up a server that is silent for 15 s', async () => {
    session.silent = true;
    await jest.advanceTimersByTimeAsync(4_999);
    expect(lock?.isCertain).toBe(true);
    await jest.advanceTimersByTimeAsync(1);
    expect([lock?.isCertain, lock?.isLost]).toEqual([false, false]);
    await jest.advanceTimersByTimeAsync(12_000);
    expect(session.connection.stream.destroy).toHaveBeenCalled();
  });

  it('has lost the lock when the session ends', () => {
    session.emit('end');
    session.emit('end');
    expect([lock?.isLost, lock?.isCertain, lost.mock.calls]).toEqual([true, false, [[]]]);
  });
});
