import { beforeEach, describe, expect, it } from '@jest/globals';
import { GatewayError } from '@tollgate/contracts';
import { describeLimitStore, ManualClock } from '@tollgate/testing';
import fc from 'fast-check';
import type { LimitSet, LimitStore, Measure, Rate, TakeResult } from './limit-store.js';
import { MemoryLimitStore } from './memory-limit-store.js';
import { SlicedLimitStore } from './sliced-limit-store.js';
import { standingOf } from './standing.js';

const MINUTE_MS = 60_000;

const rate = (max: number, measure: Measure = 'requests', key = `key:one:${measure}`): Rate => ({
  ...{ key, measure, max, windowMs: MINUTE_MS },
  label: `${max} ${measure} a minute`,
});
const setOf = (...rates: Rate[]): LimitSet => ({ rates, slots: [] });

/** A store elsewhere, which counts how often it is asked. */
class RemoteStore implements LimitStore {
  asked = 0;
  corrected = 0;
  closed = false;
  down = false;
  data: MemoryLimitStore;

  constructor(private readonly clock: ManualClock) {
    this.data = new MemoryLimitStore({ clock });
  }

  async take(...input: Parameters<MemoryLimitStore['take']>): Promise<TakeResult> {
    this.asked += 1;
    this.assertUp();
    return this.data.take(...input);
  }
  async correct(...input: Parameters<MemoryLimitStore['correct']>): Promise<void> {
    this.corrected += 1;
    this.assertUp();
    this.data.correct(...input);
  }
  async renew(...input: Parameters<MemoryLimitStore['renew']>): Promise<void> {
    this.data.renew(...input);
  }
  async close(): Promise<void> {
    this.closed = true;
  }
  loseData(): void {
    this.data = new MemoryLimitStore({ clock: this.clock });
  }
  /** Units missing in the rate, as all processes see it. */
  missing(of: Rate): number {
    const { levels } = this.data.take(setOf({ ...of, measure: 'tokens' }), 0, 'look');
    return Math.ceil((levels[0] ?? 0) / of.windowMs);
  }
  private assertUp(): void {
    if (this.down) throw new GatewayError('admission_unavailable', 'Redis cannot be asked.');
  }
}

/** A process of its own; `endPeriod` is its timer. */
function sliced(store: LimitStore, clock: ManualClock) {
  let endPeriod = (): void => undefined;
  const timers = {
    repeat: (interval: number, task: () => void) => {
      expect(interval).toBe(1_000);
      endPeriod = task;
      return () => undefined;
    },
    delay: () => Promise.resolve(),
  };
  return { store: new SlicedLimitStore(store, { clock, timers }), endPeriod: () => endPeriod() };
}

describeLimitStore('slices of a store', async () => {
  const clock = new ManualClock();
  const remote = new RemoteStore(clock);
  return {
    stores: [sliced(remote, clock).store, sliced(remote, clock).store],
    passTime: async (milliseconds) => clock.advance(milliseconds),
    loseData: async () => remote.loseData(),
    close: async () => undefined,
  };
});

describe('slices of a store', () => {
  let clock: ManualClock;
  let remote: RemoteStore;
  let store: SlicedLimitStore;
  let endPeriod: () => void;
  let requests: number;

  beforeEach(() => {
    clock = new ManualClock();
    remote = new RemoteStore(clock);
    requests = 0;
    ({ store, endPeriod } = sliced(remote, clock));
  });

  const take = async (limits: LimitSet, tokens = 0): Promise<TakeResult> =>
    store.take(limits, tokens, `request-${(requests += 1)}`);

  const takeMany = async (limits: LimitSet, count: number, tokens = 0): Promise<void> => {
    for (let index = 0; index < count; index += 1) expect((await take(limits, tokens)).status).toBe('taken');
  };

  it('ask the store ever less often, and pass the others at once', async () => {
    const limits = setOf(rate(1_000_000));
    await takeMany(limits, 1_000);
    expect(remote.asked).toBeLessThan(20);
    expect(store.take(limits, 0, 'at once')).not.toBeInstanceOf(Promise);
  });

  it('ask for more before nothing is left, so that no request waits for it', async () => {
    const limits = setOf(rate(1_000_000));
    await takeMany(limits, 50);
    let waited = 0;
    for (let index = 0; index < 1_000; index += 1) {
      const taking = store.take(limits, 0, `more-${index}`);
      if (taking instanceof Promise) waited += 1;
      // The store's answer comes a little later.
      await taking;
      await Promise.resolve();
    }
    expect(waited).toBe(0);
  });

  it('take ahead what was used in the period before', async () => {
    const limits = setOf(rate(1_000_000));
    await takeMany(limits, 100);
    endPeriod();
    const before = remote.asked;
    await takeMany(limits, 101);
    expect(remote.asked - before).toBeLessThanOrEqual(1);
  });

  it('ask for each request of which little is left', async () => {
    const limits = setOf(rate(60));
    await takeMany(limits, 60);
    expect(remote.asked).toBe(60);
    expect((await take(limits)).status).toBe('refused');
  });

  it('ask for each request that needs a slot', async () => {
    const limits = { rates: [rate(1_000_000)], slots: [{ key: 'slots', max: 100, label: '' }] };
    await takeMany(limits, 50);
    expect(remote.asked).toBe(50);
  });

  it('give back at the end of a period what is more than was used in it, and the rest after an idle one', async () => {
    const one = rate(1_000_000);
    await takeMany(setOf(one), 100);
    endPeriod();
    expect(remote.missing(one)).toBeLessThanOrEqual(200);
    endPeriod();
    expect(remote.missing(one)).toBe(100);
    endPeriod();
    expect(store.size).toBe(0);
  });

  it('give everything back when they are closed, and close the store', async () => {
    const one = rate(1_000_000);
    await takeMany(setOf(one), 100);
    await store.close();
    expect([remote.missing(one), remote.closed]).toEqual([100, true]);
  });

  it('tell a level without what was only taken ahead', async () => {
    const one = rate(1_000_000);
    const limits = setOf(one);
    await takeMany(limits, 99);
    const { levels } = await take(limits);
    expect(standingOf(limits, levels, 'requests')).toMatchObject({ max: 1_000_000, remaining: 999_900 });
    clock.advance(MINUTE_MS);
    expect(standingOf(limits, (await take(limits)).levels, 'requests')?.remaining).toBeGreaterThan(999_998);
  });

  it('keep corrections to themselves as far as they could have taken so much', async () => {
    const tokens = rate(1_000_000, 'tokens');
    const limits = setOf(tokens);
    await takeMany(limits, 20, 100);
    const before = remote.missing(tokens);
    for (let index = 0; index < 10; index += 1) {
      await store.correct({ limits, amounts: [index % 2 === 0 ? -60 : 40], id: 'request-1' });
    }
    expect([remote.corrected, remote.missing(tokens)]).toEqual([0, before]);
    await store.close();
    expect(remote.missing(tokens)).toBe(20 * 100 - 5 * 60 + 5 * 40);
  });

  it.each([
    ['more than is left', 1_000_000],
    ['more than they may have', -500_000],
  ])('tell the store of a correction by %s', async (_what, amount) => {
    const tokens = rate(1_000_000, 'tokens');
    const limits = setOf(tokens);
    await takeMany(limits, 20, 30_000);
    await store.correct({ limits, amounts: [amount], id: 'request-1' });
    expect(remote.corrected).toBe(1);
  });

  it('ask for more once, however many requests find that nothing is left', async () => {
    const one = rate(1_000_000);
    const limits = setOf(one);
    await takeMany(limits, 10);
    const crowd = Array.from({ length: 100 }, () => take(limits));
    await Promise.all(crowd);
    await store.close();
    expect(remote.missing(one)).toBe(110);
    expect(store.size).toBe(0);
  });

  it('follow a limit that was changed', async () => {
    const limits = setOf(rate(1_000_000));
    await takeMany(limits, 100);
    const smaller = setOf(rate(50));
    const results = await Promise.all(Array.from({ length: 60 }, () => take(smaller)));
    expect(results.filter(({ status }) => status === 'taken').length).toBeLessThanOrEqual(50);
  });

  it('let nothing pass once the store did not answer, until it does', async () => {
    const limits = setOf(rate(1_000_000));
    await takeMany(limits, 100);
    remote.down = true;
    const other = setOf(rate(1_000_000, 'requests', 'key:other:rpm'));
    await expect(take(other)).rejects.toThrow('Redis cannot be asked.');
    await expect(take(limits)).rejects.toThrow('Redis cannot be asked.');
    remote.down = false;
    await takeMany(limits, 100);
  });

  it.each([
    ['they ask ahead', async () => takeMany(setOf(rate(1_000_000)), 100)],
    ['they give back', async () => endPeriod()],
  ])('find out that the store does not answer when %s, too', async (_when, find) => {
    const limits = setOf(rate(1_000_000));
    await takeMany(limits, 10);
    remote.down = true;
    await Promise.allSettled([find()]);
    await expect(take(limits)).rejects.toThrow('Redis cannot be asked.');
  });

  it('let no more pass than the rate allows, whoever asks when', async () => {
    const step = fc.record({
      process: fc.nat(2),
      requests: fc.integer({ min: 1, max: 400 }),
      waitMs: fc.constantFrom(0, 0, 10, 300, 2_000),
      periodEnds: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { maxLength: 40 }),
        fc.integer({ min: 1, max: 3_000 }),
        async (steps, max) => {
          const time = new ManualClock();
          const shared = new RemoteStore(time);
          const processes = [1, 2, 3].map(() => sliced(shared, time));
          const limits = setOf(rate(max));
          let passed = 0;
          let elapsedMs = 0;
          for (const { process, requests: count, waitMs, periodEnds } of steps) {
            const one = processes[process]!;
            const answers = Array.from({ length: count }, async () => one.store.take(limits, 0, 'request'));
            for (const { status } of await Promise.all(answers)) if (status === 'taken') passed += 1;
            time.advance(waitMs);
            elapsedMs += waitMs;
            if (periodEnds) one.endPeriod();
          }
          expect(passed).toBeLessThanOrEqual(max + (max * elapsedMs) / MINUTE_MS);
        },
      ),
    );
  });
});
