import { describe, expect, it } from '@jest/globals';
import type { Delivery } from '@tollgate/messaging';
import { createMetrics, noopLogger } from '@tollgate/telemetry';
import { ManualClock, usageEvent } from '@tollgate/testing';
import { BillingMetrics } from '../billing-metrics.js';
import type { DecodedBatch } from './decode-batch.js';
import type { UsageCommitter } from './usage-committer.js';
import { UsageConsumer } from './usage.consumer.js';

type Fate = string;

function scene(commit: (batches: readonly DecodedBatch[]) => void = () => undefined) {
  const fates: Record<string, Fate> = {};
  const commits: number[] = [];
  let woken = 0;
  const committer: Pick<UsageCommitter, 'commit'> = {
    commit: async (batches) => {
      commit(batches);
      commits.push(batches.reduce((sum, { events }) => sum + events.length, 0));
      return { recorded: 0, duplicates: 0, findings: [], alerts: [] };
    },
  };
  const consumer = new UsageConsumer({
    committer: committer as UsageCommitter,
    metrics: new BillingMetrics(createMetrics({ service: 'test' })),
    clock: new ManualClock(),
    logger: noopLogger,
    committed: () => (woken += 1),
  });
  const delivery = (id: string, body: unknown, attempt = 1): Delivery => ({
    id,
    topic: 'usage',
    body,
    attempt,
    ack: async () => void (fates[id] = 'ack'),
    retry: async (delayMs) => void (fates[id] = `retry in ${delayMs}`),
    reject: async (reason) => void (fates[id] = `reject: ${reason}`),
  });
  return { consumer, delivery, fates, commits, woken: () => woken };
}

const body = (count: number): object => ({
  journalId: 'journal-1',
  events: Array.from({ length: count }, (_, index) => usageEvent({ sequence: index + 1 })),
});

describe('the usage consumer', () => {
  it('acknowledges after the commit, and says that something was committed', async () => {
    const { consumer, delivery, fates, woken } = scene(() => expect(fates).toEqual({}));
    await consumer.handle([delivery('a', body(1)), delivery('b', body(2))]);
    expect(fates).toEqual({ a: 'ack', b: 'ack' });
    expect(woken()).toBe(1);
  });

  it.each([
    [1, 'retry in 1000'],
    [3, 'retry in 4000'],
    [50, 'retry in 30000'],
  ])('never acknowledges what could not be committed: attempt %d', async (attempt, fate) => {
    const { consumer, delivery, fates, woken } = scene(() => {
      throw new Error('Postgres is away.');
    });
    await consumer.handle([delivery('a', body(1), attempt)]);
    expect(fates).toEqual({ a: fate });
    expect(woken()).toBe(0);
  });

  it('rejects what it can not read, and commits the rest', async () => {
    const { consumer, delivery, fates } = scene();
    await consumer.handle([delivery('a', 'nonsense'), delivery('b', body(1))]);
    expect(fates).toEqual({ a: expect.stringContaining('reject: message'), b: 'ack' });
  });

  it('bounds a transaction, and never cuts a message', async () => {
    const { consumer, delivery, commits } = scene();
    await consumer.handle(
      [1_500, 400, 300, 2_500, 1].map((count, index) => delivery(String(index), body(count))),
    );
    expect(commits).toEqual([1_900, 300, 2_500, 1]);
  });
});
