import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { describeShareStore, FakeLogger, ManualClock, testServers, uniqueName } from '@tollgate/testing';
import { Redis } from 'ioredis';
import { makeOlder } from '../../test-support/older-shares.js';
import type { CapCounter } from './cap-holding.js';
import { CapShares } from './cap-shares.js';
import { RedisLimitStore } from './redis-limit-store.js';

const MAX = 100;
const MINUTE = 60_000;
const TICK = 250;
const NO_TIMERS = { repeat: () => () => undefined, delay: () => Promise.resolve() };

describeShareStore('Redis', async () => {
  const url = testServers().redisUrl;
  const prefix = uniqueName('shares');
  const pattern = `{${prefix}:limits}:*`;
  const client = new Redis(url);
  const store = new RedisLimitStore({ url, prefix, logger: new FakeLogger() });
  return {
    store,
    passTime: (milliseconds) => makeOlder(client, pattern, milliseconds),
    close: async () => {
      await store.close();
      await removeAll(client, pattern);
      await client.quit();
    },
  };
});

async function removeAll(client: Redis, pattern: string): Promise<void> {
  const keys = await client.keys(pattern);
  if (keys.length > 0) await client.unlink(...keys);
}

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
    this.shares.adopt([{ key: 'channel:c1:rpm', kind: 'minute', max: MAX, counter: this }]);
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

  const loseData = () => removeAll(client, pattern);
  const passTime = (milliseconds: number) => makeOlder(client, pattern, milliseconds);
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

  it('is at most granted once more when Redis loses its data', async () => {
    await startAll();
    const load = (index: number) => (index === 0 ? 10 : 0);
    await run(40, load);
    await loseData();
    expect(await run(240, (index) => (index === 2 ? 30 : load(index)))).toBeLessThanOrEqual(2 * MAX);
    expect(await run(240, () => 10)).toBeLessThanOrEqual(2 * MAX);
    expect(await run(240, () => 10)).toBeLessThanOrEqual(MAX);
  });

  it('is divided anew after the clock of the server was set back', async () => {
    const [store, other] = stores;
    const statement = { key: 'c', max: MAX, needs: 0, keep: 0, lapseMs: 65_000 };
    await store?.state('one', [statement]);
    await passTime(-3_600_000);
    expect(await other?.state('two', [statement])).toEqual([{ granted: MAX, entitled: MAX }]);
  });
});
