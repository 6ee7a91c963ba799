import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { FakeLogger, ManualClock, testServers, uniqueName } from '@tollgate/testing';
import { Redis } from 'ioredis';
import { CapShares, type CapCounter } from './cap-shares.js';
import { RedisLimitStore } from './redis-limit-store.js';

const MAX = 100;
const MINUTE = 60_000;
const TICK = 250;
const NO_TIMERS = { repeat: () => () => undefined, delay: () => Promise.resolve() };

/** Nobody can move a server's clock: what lies in it is made older instead. */
const AGE = `
for _, key in ipairs(redis.call('KEYS', ARGV[1])) do
  for _, holder in ipairs(redis.call('HKEYS', key)) do
    local grant, used, stated, left = string.match(redis.call('HGET', key, holder), '^(%d+) (%d+) (%d+) (%d)$')
    redis.call('HSET', key, holder, string.format('%s %s %.0f %s', grant, used, stated - ARGV[2], left))
  end
end`;

/** One proxy, as far as its caps go. */
class Process implements CapCounter {
  readonly times: number[] = [];
  readonly shares: CapShares;
  private most = MAX;
  private pressed = false;

  constructor(
    store: RedisLimitStore,
    holder: string,
    private readonly clock: ManualClock,
  ) {
    this.shares = new CapShares({ store, holder, clock, logger: new FakeLogger(), timers: NO_TIMERS });
  }

  start(): void {
    this.shares.adopt([{ key: 'channel:c1:rpm', max: MAX, counter: this }]);
  }
  used(now: number): number {
    return this.times.filter((time) => time > now - MINUTE).length;
  }
  takePressed(): boolean {
    const { pressed } = this;
    this.pressed = false;
    return pressed;
  }
  holdTo(share = MAX): void {
    this.most = Math.min(share, MAX);
  }
  /** So many requests; those that its share does not hold are passed over. */
  send(requests: number): void {
    const now = this.clock.monotonic();
    for (let request = 0; request < requests; request += 1) {
      if (this.used(now) < this.most) this.times.push(now);
      else this.pressed = true;
    }
  }
}

describe('a cap that several processes share by Redis', () => {
  let client: Redis;
  let stores: RedisLimitStore[];
  let clock: ManualClock;
  let processes: Process[];
  let pattern: string;

  beforeEach(() => {
    const url = testServers().redisUrl;
    const prefix = uniqueName('shares');
    pattern = `{${prefix}:limits}:*`;
    client = new Redis(url);
    clock = new ManualClock();
    stores = [1, 2, 3].map(() => new RedisLimitStore({ url, prefix, logger: new FakeLogger() }));
    processes = stores.map((store, index) => new Process(store, `proxy-${index}`, clock));
  });

  afterEach(async () => {
    await Promise.all(stores.map((store) => store.close()));
    await loseData();
    await client.quit();
  });

  const loseData = async (): Promise<void> => {
    const keys = await client.keys(pattern);
    if (keys.length > 0) await client.unlink(...keys);
  };
  const passTime = (milliseconds: number) => client.eval(AGE, 0, pattern, milliseconds);
  const inLastMinute = () => processes.reduce((sum, each) => sum + each.used(clock.monotonic()), 0);

  /** So many ticks of all processes; `load` says what each is sent in a tick. @returns the most of any minute */
  const run = async (ticks: number, load: (index: number, tick: number) => number): Promise<number> => {
    let most = 0;
    for (let tick = 0; tick < ticks; tick += 1) {
      for (const [index, process] of processes.entries()) process.send(load(index, tick));
      most = Math.max(most, inLastMinute());
      clock.advance(TICK);
      // Requests come between a statement and its answer, too.
      const asking = processes.map((process) => process.shares.tick());
      for (const [index, process] of processes.entries()) process.send(load(index, tick));
      most = Math.max(most, inLastMinute());
      await Promise.all(asking);
    }
    return most;
  };
  const startAll = async (): Promise<void> => {
    for (const process of processes) process.start();
    await run(8, () => 0);
  };

  it('is never passed in any minute, however the load lies and moves', async () => {
    await startAll();
    const bursts = (index: number, tick: number) =>
      Math.floor(tick / 40) % 3 === index ? 7 : (tick * 7 + index) % 5 === 0 ? 1 : 0;
    const most = await run(3 * 240, bursts);
    expect(most).toBeLessThanOrEqual(MAX);
    // And it is there to be used.
    expect(most).toBeGreaterThan(0.95 * MAX);
  });

  it('is nearly all at the disposal of the one that has all the load, within seconds', async () => {
    await startAll();
    // Ten seconds: idle processes speak every two, and whose word comes first is open.
    await run(40, (index) => (index === 0 ? 10 : 0));
    expect(processes[0]?.used(clock.monotonic())).toBeGreaterThanOrEqual(0.9 * MAX);
    expect(inLastMinute()).toBeLessThanOrEqual(MAX);
  });

  it('is passed by no more than a fiftieth for each process that starts while all is used', async () => {
    const [first, second] = processes;
    first?.start();
    await run(8, () => 0);
    await run(40, (index) => (index === 0 ? 10 : 0));
    expect(inLastMinute()).toBe(MAX);
    second?.start();
    second?.send(MAX);
    expect(inLastMinute()).toBe(MAX + MAX / 50);
    await run(20, (index) => (index < 2 ? 10 : 0));
    expect(inLastMinute()).toBe(MAX + MAX / 50);
  });

  it('keeps what a process that was killed may have used, for a minute', async () => {
    const [store, other] = stores;
    const state = (from: typeof store, holder: string, used = 0, keep = used) =>
      from?.state(holder, [{ key: 'c', max: MAX, used, keep }]);
    expect(await state(store, 'killed')).toEqual([{ granted: MAX, entitled: MAX }]);
    await passTime(20_000);
    expect(await state(other, 'alive')).toEqual([{ granted: 0, entitled: 0 }]);
    await passTime(46_000);
    expect(await state(other, 'alive')).toEqual([{ granted: MAX, entitled: MAX }]);
  });

  it('is free again, but for what was used, when a process ends', async () => {
    const [store, other] = stores;
    await store?.state('ended', [{ key: 'c', max: MAX, used: 10, keep: 10 }]);
    await store?.state('ended', [{ key: 'c', max: MAX, used: 10, keep: 10 }], true);
    expect(await other?.state('alive', [{ key: 'c', max: MAX, used: 0, keep: 0 }])).toEqual([
      { granted: 90, entitled: 90 },
    ]);
  });

  it('is at most granted once more when Redis loses its data', async () => {
    await startAll();
    const load = (index: number) => (index === 0 ? 10 : 0);
    await run(40, load);
    await loseData();
    expect(await run(240, (index) => (index === 2 ? 30 : load(index)))).toBeLessThanOrEqual(2 * MAX);
    expect(await run(240, () => 10)).toBeLessThanOrEqual(2 * MAX);
    expect(await run(240, () => 10)).toBeLessThanOrEqual(MAX);
  });

  it('of many channels is stated in one go, answers in their order', async () => {
    const caps = Array.from({ length: 600 }, (_, at) => ({ key: `c${at}`, max: at + 1, used: 0, keep: 0 }));
    const shares = await stores[0]?.state('one', caps);
    expect(shares?.map(({ granted }) => granted)).toEqual(caps.map(({ max }) => max));
  });

  it('is divided anew after the clock of the server was set back', async () => {
    const [store, other] = stores;
    await store?.state('one', [{ key: 'c', max: MAX, used: 0, keep: 0 }]);
    await passTime(-3_600_000);
    expect(await other?.state('two', [{ key: 'c', max: MAX, used: 0, keep: 0 }])).toEqual([
      { granted: MAX, entitled: MAX },
    ]);
  });
});
