import { beforeEach, describe, expect, it } from '@jest/globals';
import { GatewayError } from '@tollgate/contracts';
import { ManualClock } from '@tollgate/testing';
import fc from 'fast-check';
import { FakeShareStore } from '../../test-support/fake-share-store.js';
import { GAUGE_KEY, GaugeProcess } from '../../test-support/gauge-process.js';
import type { Share } from './share-store.js';

const TICK_MS = 250;
const settled = () => new Promise((resolve) => setImmediate(resolve));

class World {
  readonly clock = new ManualClock();
  readonly store = new FakeShareStore(this.clock);
  processes: GaugeProcess[] = [];

  /** Proxies that begin to share a cap, and were given a second for it. */
  async start(count: number, max: number): Promise<readonly GaugeProcess[]> {
    const { store, clock } = this;
    for (let index = 0; index < count; index += 1)
      this.processes.push(new GaugeProcess({ store, clock, holder: `proxy-${index}` }));
    for (const process of this.processes) process.start(max);
    await settled();
    await this.run(1_000);
    return this.processes;
  }

  /** Time passes, tick by tick; `load` comes before each of them, and while the store is asked. */
  async run(milliseconds: number, load: () => void = () => undefined): Promise<void> {
    for (let passed = 0; passed < milliseconds; passed += TICK_MS) {
      load();
      this.clock.advance(TICK_MS);
      const asking = this.processes.map(({ shares }) => shares.tick());
      load();
      await Promise.all(asking);
    }
  }

  get inFlight(): number {
    return this.processes.reduce((sum, { inFlight }) => sum + inFlight, 0);
  }
}

describe('shares of what may be in flight', () => {
  let world: World;

  beforeEach(() => {
    world = new World();
  });

  it('are nothing until the store has answered', async () => {
    const { store, clock } = world;
    const process = new GaugeProcess({ store, clock, holder: 'proxy' });
    process.start(10);
    expect(process.most).toBe(0);
    await settled();
    expect(process.most).toBe(10);
  });

  it('are equal soon after all have begun', async () => {
    const processes = await world.start(4, 40);
    expect(processes.map(({ most }) => most)).toEqual([10, 10, 10, 10]);
  });

  it('are where the traffic is within about a second, and follow it', async () => {
    const processes = await world.start(4, 40);
    for (const busy of processes) {
      await world.run(1_250, () => busy.begin(50));
      expect(busy.inFlight).toBe(40);
      busy.end();
    }
  });

  it('leave a process the room that its traffic takes, though another wants all', async () => {
    const [busy, calm] = await world.start(2, 100);
    calm?.begin(16);
    await world.run(2_000, () => busy?.begin(100));
    expect([busy?.inFlight, calm?.most]).toEqual([80, 20]);
  });

  it('are equal where all want more', async () => {
    const processes = await world.start(4, 40);
    const [first] = processes;
    await world.run(1_500, () => first?.begin(40));
    expect(first?.inFlight).toBe(40);
    // A request lasts a second.
    await world.run(5_000, () => {
      for (const process of processes) process.begin(40);
      for (const process of processes) process.end(Math.ceil(process.inFlight / 4));
      for (const process of processes) process.begin(40);
    });
    expect(processes.map(({ inFlight }) => inFlight)).toEqual([10, 10, 10, 10]);
  });

  it('are spared for each that has nothing to do, where the cap is large', async () => {
    const [busy, ...idle] = await world.start(4, 200);
    await world.run(2_000, () => busy?.begin(200));
    expect([busy?.inFlight, ...idle.map(({ most }) => most)]).toEqual([197, 1, 1, 1]);
  });

  it('never take a request under way, and go on once it has ended', async () => {
    const [first, second] = await world.start(2, 1);
    const [owner, other] = first?.most === 1 ? [first, second] : [second, first];
    owner?.begin();
    await world.run(20_000, () => other?.begin());
    expect([owner?.inFlight, other?.inFlight]).toEqual([1, 0]);
    owner?.end();
    await world.run(1_000, () => other?.begin());
    expect([owner?.inFlight, other?.inFlight]).toEqual([0, 1]);
  });

  it('of a single one wander to whoever is in need of it', async () => {
    const processes = await world.start(3, 1);
    for (const process of [...processes, ...processes]) {
      // Its client comes back after a second, as it is told to.
      process.begin();
      await world.run(1_250);
      if (process.inFlight === 0) process.begin();
      expect(processes.map(({ inFlight }) => inFlight)).toEqual(
        processes.map((each) => (each === process ? 1 : 0)),
      );
      process.end();
    }
  });

  it('of a single one go round where all are in need of it', async () => {
    const processes = await world.start(3, 1);
    const served = processes.map(() => 0);
    let ticks = 0;
    await world.run(60_000, () => {
      ticks += 1;
      for (const process of processes) process.begin();
      for (const [index, process] of processes.entries())
        served[index] = (served[index] ?? 0) + process.inFlight;
      for (const process of processes) process.end();
    });
    // Little of it lies idle on its way from one to another.
    const all = served.reduce((sum, each) => sum + each);
    expect(all).toBeGreaterThan(0.6 * ticks);
    for (const each of served) expect(each).toBeGreaterThan(0.25 * all);
  });

  it('lapse ten seconds after the last word of a process that was killed', async () => {
    const [killed, alive] = await world.start(2, 10);
    await world.run(2_000, () => killed?.begin(10));
    expect(killed?.inFlight).toBe(10);
    world.processes = alive === undefined ? [] : [alive];
    await world.run(9_000, () => alive?.begin(10));
    expect(alive?.inFlight).toBe(0);
    await world.run(1_500, () => alive?.begin(10));
    expect(alive?.inFlight).toBe(10);
  });

  it('are free at once when a process ends', async () => {
    const [ended, alive] = await world.start(2, 10);
    await ended?.shares.stop();
    world.processes = alive === undefined ? [] : [alive];
    await world.run(250, () => alive?.begin(10));
    alive?.begin(10);
    expect(alive?.inFlight).toBe(10);
  });

  it('are the whole cap for each while the store is away, and that is said once', async () => {
    const processes = await world.start(2, 10);
    world.store.down = true;
    await world.run(4_000);
    expect(processes.map(({ most }) => most)).toEqual([5, 5]);
    await world.run(2_250);
    expect(processes.map(({ most }) => most)).toEqual([Infinity, Infinity]);
    for (const { logger } of processes) expect(logger.messages('warn')).toHaveLength(1);
  });

  it('hold again once the store is back, as requests end', async () => {
    const processes = await world.start(2, 10);
    world.store.down = true;
    await world.run(10_000);
    for (const process of processes) process.begin(10);
    world.store.down = false;
    const load = () => {
      for (const process of processes) process.begin(10);
    };
    await world.run(2_000);
    for (const process of processes) process.end(6);
    load();
    expect(world.inFlight).toBeLessThanOrEqual(10);
    await world.run(2_000, load);
    expect(world.inFlight).toBe(10);
  });

  it('are the whole cap at once where the store was never there', async () => {
    world.store.down = true;
    const [process] = await world.start(1, 10);
    expect(process?.most).toBe(Infinity);
  });

  it('are the whole cap at once where a cap is new while the store is away, and shares once it is back', async () => {
    world.store.down = true;
    const [process] = await world.start(1, 10);
    const { store, clock } = world;
    const added = new GaugeProcess({ store, clock, holder: 'unused' });
    const cap = { key: 'channel:c2:inflight', kind: 'gauge', max: 4, counter: added } as const;
    process?.shares.adopt([cap]);
    expect(added.most).toBe(Infinity);
    store.down = false;
    await world.run(2_000);
    expect(added.most).toBe(4);
  });

  it('hold again within a second or two after the store lost its data, as requests end', async () => {
    const processes = await world.start(2, 10);
    await world.run(2_000, () => processes[0]?.begin(10));
    world.store.loseData();
    const load = () => {
      for (const process of processes) process.begin(10);
    };
    await world.run(2_000, load);
    expect(world.inFlight).toBeLessThanOrEqual(20);
    for (const process of processes) process.end();
    load();
    expect(world.inFlight).toBeLessThanOrEqual(10);
  });

  it('are no more than what it has under way for a process that stood still', async () => {
    const [still, other] = await world.start(2, 10);
    still?.begin(2);
    world.processes = other === undefined ? [] : [other];
    await world.run(12_000);
    void still?.shares.tick();
    expect(still?.most).toBe(2);
    still?.begin(5);
    expect(still?.inFlight).toBe(2);
  });

  it('follow a cap that is changed', async () => {
    const processes = await world.start(2, 10);
    for (const process of processes) process.start(4);
    await world.run(500);
    expect(processes.map(({ most }) => most)).toEqual([2, 2]);
    for (const process of processes) process.start(20);
    await world.run(500);
    expect(processes.map(({ most }) => most)).toEqual([10, 10]);
  });
});

describe('whatever happens', () => {
  const HOLDERS = 4;
  const step = fc.record({
    kind: fc.constantFrom('begin', 'begin', 'end', 'pass', 'pass', 'pass', 'restart', 'leave'),
    process: fc.nat(HOLDERS - 1),
    amount: fc.integer({ min: 1, max: 8 }),
    fate: fc.constantFrom('answered', 'answered', 'answered', 'call-lost', 'answer-lost'),
  });
  type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never;

  /** Loses calls and answers; but never for so long that a process takes the store to be away. */
  class LossyStore extends FakeShareStore {
    fate: Step['fate'] = 'answered';
    private readonly answeredAt = new Map<string, number>();

    constructor(private readonly time: ManualClock) {
      super(time);
    }

    override async state(...input: Parameters<FakeShareStore['state']>): Promise<readonly Share[]> {
      const [holder] = input;
      const fate = this.time.now() - (this.answeredAt.get(holder) ?? 0) > 2_000 ? 'answered' : this.fate;
      if (fate === 'call-lost') throw new GatewayError('admission_unavailable', 'The call was lost.');
      const answer = await super.state(...input);
      if (fate === 'answer-lost') throw new GatewayError('admission_unavailable', 'The answer was lost.');
      this.answeredAt.set(holder, this.time.now());
      return answer;
    }
  }

  class History {
    readonly clock = new ManualClock();
    readonly store = new LossyStore(this.clock);
    readonly processes: GaugeProcess[] = [];
    private started = 0;

    constructor(readonly max: number) {
      for (let index = 0; index < HOLDERS; index += 1) this.restart(index);
    }

    async take({ kind, process: index, amount, fate }: Step): Promise<void> {
      const process = this.processes[index];
      if (kind === 'begin') process?.begin(amount);
      else if (kind === 'end') process?.end(amount);
      else if (kind === 'pass') await this.pass(index, amount, fate);
      else {
        process?.end();
        if (kind === 'leave') await process?.shares.stop();
        this.restart(index);
        await settled();
      }
    }

    /** All tick, in some order, and one of them has more to do while the store is asked. */
    async pass(index: number, amount: number, fate: Step['fate']): Promise<void> {
      this.clock.advance(TICK_MS);
      this.store.fate = fate;
      const order = [...this.processes.slice(index), ...this.processes.slice(0, index)];
      const asking = order.map(({ shares }) => shares.tick());
      this.processes[index]?.begin(amount);
      this.examine();
      await Promise.all(asking);
      this.store.fate = 'answered';
    }

    examine(): void {
      const inFlight = this.processes.reduce((sum, process) => sum + process.inFlight, 0);
      expect(inFlight).toBeLessThanOrEqual(this.max);
      expect(this.store.granted(GAUGE_KEY)).toBeLessThanOrEqual(this.max);
    }

    private restart(index: number): void {
      const { store, clock } = this;
      this.started += 1;
      const process = new GaugeProcess({ store, clock, holder: `proxy-${this.started}` });
      this.processes[index] = process;
      process.start(this.max);
    }
  }

  it('no more is in flight than the cap, and no more is granted; at last one can have all of it', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(1, 2, 3, 7, 20, 150),
        fc.array(step, { maxLength: 150, size: 'max' }),
        async (max, steps) => {
          const history = new History(max);
          await settled();
          for (const each of steps) {
            await history.take(each);
            history.examine();
          }
          for (const process of history.processes) process.end();
          // Those that were killed have lapsed by then.
          for (let tick = 0; tick < 60; tick += 1) await history.pass(0, max, 'answered');
          const reserve = max >= 100 ? HOLDERS - 1 : 0;
          expect(history.processes[0]?.inFlight).toBe(max - reserve);
        },
      ),
      { seed: 20_261_126, numRuns: 200 },
    );
  });
});
