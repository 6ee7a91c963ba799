import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { noopLogger } from '@tollgate/telemetry';
import { ConsumptionLoop } from './consumption-loop.js';
import { TrackedDelivery } from './tracked-delivery.js';

const BATCH_MAX = 2;
const INTERVAL_MS = 200;

describe('ConsumptionLoop', () => {
  beforeEach(() => void jest.useFakeTimers());
  afterEach(() => void jest.useRealTimers());

  it('lets more come before it takes the next batch', async () => {
    const { loop, handled } = consume([1, 2]);
    await jest.advanceTimersByTimeAsync(INTERVAL_MS - 1);
    expect(handled).toEqual([1]);
    await jest.advanceTimersByTimeAsync(1);
    expect(handled).toEqual([1, 2]);
    await loop.stop();
  });

  it('counts the time that the handler took', async () => {
    const { loop, handled } = consume([1, 1], { handlerMs: INTERVAL_MS });
    await jest.advanceTimersByTimeAsync(INTERVAL_MS);
    expect(handled).toEqual([1, 1]);
    const stopped = loop.stop();
    await jest.advanceTimersByTimeAsync(INTERVAL_MS);
    await stopped;
  });

  it('takes the next one at once after a full batch: a backlog is there', async () => {
    const { loop, handled } = consume([BATCH_MAX, BATCH_MAX, 1]);
    await jest.advanceTimersByTimeAsync(0);
    expect(handled).toEqual([BATCH_MAX, BATCH_MAX, 1]);
    await loop.stop();
  });

  it('handles what comes after a pause at once', async () => {
    const { loop, handled } = consume([1, 0, 1], { pauseMs: INTERVAL_MS });
    await jest.advanceTimersByTimeAsync(2 * INTERVAL_MS);
    expect(handled).toEqual([1, 1]);
    await loop.stop();
  });

  it('does not wait when it is stopped', async () => {
    const { loop, handled } = consume([1, 1]);
    await jest.advanceTimersByTimeAsync(0);
    await loop.stop();
    expect(handled).toEqual([1]);
  });
});

/** A loop whose source gives batches of these sizes, the empty ones after a pause, then nothing until it is closed. */
function consume(
  sizes: readonly number[],
  { handlerMs = 0, pauseMs = 0 }: { handlerMs?: number; pauseMs?: number } = {},
): { loop: ConsumptionLoop; handled: number[] } {
  const handled: number[] = [];
  const left = [...sizes];
  let close: () => void = () => undefined;
  const closed = new Promise<void>((resolve) => (close = resolve));
  const loop = new ConsumptionLoop({
    name: 'usage/billing',
    source: {
      next: async () => {
        const size = left.shift();
        if (size === undefined) await closed;
        if (size === 0) await pause(pauseMs);
        return Array.from({ length: size ?? 0 }, delivery);
      },
      close,
    },
    handler: async (batch) => {
      handled.push(batch.length);
      if (handlerMs > 0) await pause(handlerMs);
    },
    batchMax: BATCH_MAX,
    batchIntervalMs: INTERVAL_MS,
    logger: noopLogger,
  });
  return { loop, handled };
}

const pause = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));

const delivery = (): TrackedDelivery =>
  new TrackedDelivery({
    id: 'journal:1-1',
    topic: 'usage',
    body: null,
    attempt: 1,
    deliveriesMax: 10,
    settlement: {
      ack: () => Promise.resolve(),
      retry: () => Promise.resolve(),
      bury: () => Promise.resolve(),
    },
  });
