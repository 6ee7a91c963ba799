import { beforeEach, describe, expect, it } from '@jest/globals';
import { GatewayError } from '@tollgate/contracts';
import { FakeLogger, ManualClock } from '@tollgate/testing';
import { LimitReservation } from './limit-reservation.js';
import type { Rate, HeldSlots, LimitSet, LimitStore, Measure } from './limit-store.js';
import { MemoryLimitStore } from './memory-limit-store.js';
import { RateLimiter, type LimitDecision, type LimitRefusal } from './rate-limiter.js';
import { standingOf } from './standing.js';

const rate = (measure: Measure, max: number, seconds = 60): Rate => ({
  key: `key:one:${measure}:${seconds}`,
  measure,
  max,
  windowMs: seconds * 1_000,
  label: `${max} ${measure} of the API key`,
});

const limitsOf = (...rates: Rate[]): LimitSet => ({ rates, slots: [] });
const ONE_AT_A_TIME: LimitSet = {
  rates: [],
  slots: [{ key: 'key:one:slots', max: 1, label: '1 concurrent request of the API key' }],
};

/** A store elsewhere: it answers later, or not at all. */
class RemoteStore implements LimitStore {
  down = false;
  /** It does what it is asked for, and nobody hears of it. */
  losesAnswers = false;
  asked = 0;
  corrected = 0;
  readonly renewed: (readonly HeldSlots[])[] = [];

  constructor(public data: MemoryLimitStore) {}

  async take(...input: Parameters<LimitStore['take']>) {
    this.asked += 1;
    this.assertUp();
    const result = this.data.take(...input);
    if (this.losesAnswers) throw new GatewayError('admission_unavailable', 'Redis did not answer in time.');
    return result;
  }
  async correct(correction: Parameters<LimitStore['correct']>[0]) {
    this.corrected += 1;
    this.assertUp();
    this.data.correct(correction);
  }
  async renew(held: readonly HeldSlots[]) {
    this.assertUp();
    this.renewed.push(held);
    this.data.renew(held);
  }
  async close() {
    // Nothing is open.
  }
  private assertUp(): void {
    if (this.down) throw new GatewayError('admission_unavailable', 'Redis cannot be asked.');
  }
}

describe('a rate limiter', () => {
  let clock: ManualClock;
  let store: RemoteStore;
  let logger: FakeLogger;
  let policy: 'open' | 'closed';
  let limiter: RateLimiter;
  let renew: () => void;
  let free: () => void;
  let requests: number;

  beforeEach(() => {
    clock = new ManualClock();
    store = new RemoteStore(new MemoryLimitStore({ clock }));
    logger = new FakeLogger();
    policy = 'closed';
    requests = 0;
    limiter = new RateLimiter({
      ...{ store, logger, clock },
      onStoreDown: () => policy,
      timers: {
        repeat: (interval, task) => {
          if (interval === 10_000) renew = task;
          if (interval === 1_000) free = task;
          return () => undefined;
        },
        delay: () => Promise.resolve(),
      },
    });
  });

  const decide = async (limits: LimitSet, tokens = 0): Promise<LimitDecision> =>
    limiter.reserve({ limits, tokens, id: `request-${(requests += 1)}` });

  const reserved = async (limits: LimitSet, tokens = 0): Promise<LimitReservation> => {
    const decision = await decide(limits, tokens);
    if (decision instanceof LimitReservation) return decision;
    throw decision.error;
  };

  const refused = async (limits: LimitSet, tokens = 0): Promise<LimitRefusal> => {
    const decision = await decide(limits, tokens);
    if (decision instanceof LimitReservation) throw new Error('it was not refused');
    return decision;
  };

  const remaining = async (limits: LimitSet, kind: 'requests' | 'tokens' = 'requests'): Promise<unknown> => {
    const { levels } = await decide({ ...limits, rates: limits.rates.map(unmeasured) });
    return standingOf(limits, levels, kind)?.remaining;
  };

  it('answers in the same turn where the store does', () => {
    const here = new RateLimiter({ store: store.data, logger, clock, onStoreDown: () => 'closed' });
    const decision = here.reserve({ limits: limitsOf(rate('requests', 1)), tokens: 0, id: 'r' });
    expect(decision).toBeInstanceOf(LimitReservation);
    here.close();
  });

  it.each([
    [60, 1],
    [7, 9],
    [1, 60],
  ])('refuses request %i + 1 a minute with the exact time to wait, %i s', async (max, seconds) => {
    const limits = limitsOf(rate('requests', max));
    for (let count = 0; count < max; count += 1) await reserved(limits);
    const { error } = await refused(limits);
    expect(error).toMatchObject({ code: 'rate_limited', retryAfterSeconds: seconds });
    expect(error.message).toBe(
      `The limit of ${max} requests of the API key is reached: try again in ${seconds} s.`,
    );
    clock.advance(seconds * 1_000);
    await reserved(limits);
  });

  it('counts what was used in the place of the estimate', async () => {
    const limits = limitsOf(rate('tokens', 1_000));
    const reservation = await reserved(limits, 900);
    expect(await remaining(limits, 'tokens')).toBe(100);
    reservation.settle({ tokens: 250, succeeded: true });
    expect(await remaining(limits, 'tokens')).toBe(750);
  });

  it('counts successes only', async () => {
    const limits = limitsOf(rate('successes', 10));
    (await reserved(limits)).settle({ tokens: 5, succeeded: false });
    expect(await remaining(limits)).toBe(10);
    (await reserved(limits)).settle({ tokens: 5, succeeded: true });
    expect(await remaining(limits)).toBe(9);
  });

  it('never lets more succeed than allowed, though their ends are not known yet', async () => {
    const limits = limitsOf(rate('successes', 2));
    const [first] = [await reserved(limits), await reserved(limits)];
    await refused(limits);
    first?.settle({ tokens: 0, succeeded: false });
    await reserved(limits);
  });

  it('counts failed requests where all count', async () => {
    const limits = limitsOf(rate('requests', 10));
    (await reserved(limits)).settle({ tokens: 5, succeeded: false });
    expect(await remaining(limits)).toBe(9);
  });

  it('takes everything back for a request that was refused by somebody else', async () => {
    const limits = { ...limitsOf(rate('requests', 10), rate('tokens', 100)), slots: ONE_AT_A_TIME.slots };
    (await reserved(limits, 60)).giveBack();
    expect(await remaining(limits)).toBe(10);
    expect(await remaining({ ...limits, slots: [] }, 'tokens')).toBe(100);
  });

  it('frees a slot once, whatever is said later', async () => {
    const first = await reserved(ONE_AT_A_TIME);
    expect((await refused(ONE_AT_A_TIME)).error).toMatchObject({
      code: 'rate_limited',
      retryAfterSeconds: 1,
    });
    first.settle({ tokens: 0, succeeded: true });
    await reserved(ONE_AT_A_TIME);
    first.settle({ tokens: 0, succeeded: true });
    first.giveBack();
    await refused(ONE_AT_A_TIME);
  });

  it('keeps the slot of a long request, and only as long as it runs', async () => {
    const long = await reserved(ONE_AT_A_TIME);
    for (let times = 0; times < 12; times += 1) {
      clock.advance(10_000);
      renew();
    }
    await refused(ONE_AT_A_TIME);
    long.settle({ tokens: 0, succeeded: true });
    const renewals = store.renewed.length;
    renew();
    expect(store.renewed).toHaveLength(renewals);
    await reserved(ONE_AT_A_TIME);
  });

  it('takes the slots of requests under way again within ten seconds where the store knows of none', async () => {
    const long = await reserved(ONE_AT_A_TIME);
    store.data = new MemoryLimitStore({ clock });
    clock.advance(10_000);
    renew();
    await new Promise(setImmediate);
    await refused(ONE_AT_A_TIME);
    long.settle({ tokens: 0, succeeded: true });
    await reserved(ONE_AT_A_TIME);
  });

  describe('without its store', () => {
    const limits = limitsOf(rate('requests', 2));

    it('refuses, when the operator said closed', async () => {
      store.down = true;
      expect((await refused(limits)).error).toMatchObject({ code: 'admission_unavailable' });
    });

    it('limits by its own count, when the operator said open', async () => {
      policy = 'open';
      store.down = true;
      await reserved(limits);
      await reserved(limits);
      expect((await refused(limits)).error).toMatchObject({ code: 'rate_limited' });
    });

    it('asks it once a second, and says its outage and return once', async () => {
      policy = 'open';
      store.down = true;
      const wide = limitsOf(rate('requests', 1_000));
      for (let count = 0; count < 50; count += 1) await reserved(wide);
      expect(store.asked).toBe(1);
      store.down = false;
      clock.advance(1_000);
      await Promise.all([reserved(wide), reserved(wide)]);
      expect(store.asked).toBe(2);
      await reserved(wide);
      expect(store.asked).toBe(3);
      expect(logger.entries.map(({ level }) => level)).toEqual(['warn', 'info']);
    });

    it('keeps the slots that it counts by itself as long as their requests run', async () => {
      policy = 'open';
      store.down = true;
      const long = await reserved(ONE_AT_A_TIME);
      for (let times = 0; times < 6; times += 1) {
        clock.advance(10_000);
        renew();
      }
      await refused(ONE_AT_A_TIME);
      long.settle({ tokens: 0, succeeded: true });
      await reserved(ONE_AT_A_TIME);
    });

    it('ends requests of before and during the outage without a word', async () => {
      policy = 'open';
      const before = await reserved(ONE_AT_A_TIME);
      store.down = true;
      const during = await reserved(ONE_AT_A_TIME);
      before.settle({ tokens: 0, succeeded: true });
      during.settle({ tokens: 0, succeeded: true });
      await reserved(ONE_AT_A_TIME);
    });

    it('frees the slots of requests that ended meanwhile as soon as it answers again', async () => {
      const before = await reserved(ONE_AT_A_TIME);
      store.down = true;
      before.settle({ tokens: 0, succeeded: true });
      await new Promise(setImmediate);
      free();
      await new Promise(setImmediate);
      await endOutage();
      await reserved(ONE_AT_A_TIME);
    });

    it('frees the slot that was taken though the answer was lost', async () => {
      store.losesAnswers = true;
      await refused(ONE_AT_A_TIME);
      store.losesAnswers = false;
      await endOutage();
      await reserved(ONE_AT_A_TIME);
    });

    it('leaves slots alone that have run out by themselves', async () => {
      const before = await reserved(ONE_AT_A_TIME);
      store.down = true;
      before.settle({ tokens: 0, succeeded: true });
      await new Promise(setImmediate);
      clock.advance(30_000);
      await endOutage();
      expect(store.corrected).toBe(1);
    });

    const endOutage = async (): Promise<void> => {
      store.down = false;
      clock.advance(1_000);
      free();
      await reserved(limits);
    };
  });
});

describe('the standing that clients are told', () => {
  it('is that of the tightest limit of its kind', () => {
    const limits = limitsOf(rate('requests', 60), rate('successes', 10), rate('tokens', 1_000));
    const levels = [30 * 60_000, 8 * 60_000, 0];
    expect(standingOf(limits, levels, 'requests')).toEqual({ max: 10, remaining: 2, resetMs: 48_000 });
    expect(standingOf(limits, levels, 'tokens')).toEqual({ max: 1_000, remaining: 1_000, resetMs: 0 });
  });

  it('is not there without a limit of the kind', () => {
    expect(standingOf(limitsOf(rate('tokens', 5)), [0], 'requests')).toBeUndefined();
  });
});

/** Asks for the level of a rate without taking from it. */
function unmeasured(of: Rate): Rate {
  return { ...of, measure: 'tokens' };
}
