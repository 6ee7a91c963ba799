import { beforeEach, describe, expect, it } from '@jest/globals';
import { GatewayError } from '@tollgate/contracts';
import { FakeLogger, ManualClock } from '@tollgate/testing';
import type { CapCounter } from './cap-holding.js';
import { CapShares } from './cap-shares.js';
import type { Share, ShareStatement, ShareStore } from './share-store.js';

/** Answers what a test says, and remembers what it was told. */
class ScriptedStore implements ShareStore {
  readonly stated: { readonly statements: readonly ShareStatement[]; readonly leaving: boolean }[] = [];
  share: Share = { granted: 50, entitled: 50 };
  down = false;

  async state(_holder: string, statements: readonly ShareStatement[], leaving = false) {
    this.stated.push({ statements, leaving });
    if (this.down) throw new GatewayError('admission_unavailable', 'Redis cannot be asked.');
    return statements.map(() => this.share);
  }
}

class Counter implements CapCounter {
  units = 0;
  pressed = false;
  heldTo: number | undefined;

  used(): number {
    return this.units;
  }
  takePressed(): boolean {
    const { pressed } = this;
    this.pressed = false;
    return pressed;
  }
  holdTo(share: number | undefined): void {
    this.heldTo = share;
  }
}

describe("one process's share of a cap", () => {
  let clock: ManualClock;
  let store: ScriptedStore;
  let counter: Counter;
  let logger: FakeLogger;
  let shares: CapShares;
  let stopped: boolean;

  beforeEach(() => {
    clock = new ManualClock();
    store = new ScriptedStore();
    counter = new Counter();
    logger = new FakeLogger();
    stopped = false;
    const timers = { repeat: () => () => void (stopped = true), delay: () => Promise.resolve() };
    shares = new CapShares({ store, holder: 'proxy-1', clock, logger, timers });
  });

  const adopt = async (max = 100) => {
    shares.adopt([{ key: 'channel:c1:rpm', kind: 'minute', max, counter }]);
    await settled();
  };
  const after = async (milliseconds: number) => {
    clock.advance(milliseconds);
    await shares.tick();
  };
  const settled = () => new Promise((resolve) => setImmediate(resolve));
  const lastKeep = () => store.stated.at(-1)?.statements[0]?.keep;

  it('is a fiftieth until the store has said more, and asked for at once', async () => {
    shares.adopt([{ key: 'channel:c1:rpm', kind: 'minute', max: 100, counter }]);
    expect([counter.heldTo, lastKeep()]).toEqual([2, 2]);
    await settled();
    expect(counter.heldTo).toBe(50);
  });

  it('costs no call while nothing is capped', async () => {
    shares.adopt([]);
    await after(60_000);
    expect(store.stated).toHaveLength(0);
  });

  it('is stated once a second while the cap is used, and every two seconds while it is not', async () => {
    await adopt();
    for (let tick = 0; tick < 20; tick += 1) await after(250);
    expect(store.stated).toHaveLength(3);
    counter.units = 1;
    for (let tick = 0; tick < 20; tick += 1) await after(250);
    expect(store.stated).toHaveLength(8);
  });

  it('is asked for anew at once when it is full, or nearly so', async () => {
    await adopt();
    counter.pressed = true;
    await after(250);
    expect(store.stated).toHaveLength(2);
    counter.units = 39;
    await after(250);
    expect(store.stated).toHaveLength(2);
    counter.units = 40;
    await after(250);
    expect(store.stated).toHaveLength(3);
  });

  it('is given up before the store hears of it, never below what was used', async () => {
    await adopt();
    store.share = { granted: 80, entitled: 30 };
    counter.units = 45;
    await after(1_000);
    expect([counter.heldTo, lastKeep()]).toEqual([30, 45]);
    counter.units = 20;
    const asking = after(250);
    expect([counter.heldTo, lastKeep()]).toEqual([30, 30]);
    await asking;
  });

  it('is given back at once where the store says that it is too large', async () => {
    store.share = { granted: 80, entitled: 30 };
    await adopt();
    const keeps = store.stated.map(({ statements }) => statements[0]?.keep);
    expect(keeps.slice(0, 2)).toEqual([2, 30]);
  });

  it('is stated at once when the cap is another', async () => {
    await adopt();
    await adopt(60);
    expect(store.stated.at(-1)?.statements[0]).toMatchObject({ max: 60, keep: 50 });
  });

  it('is asked for once what is under way is answered, where a cap is new', async () => {
    await adopt();
    const later = new Counter();
    const asking = after(1_000);
    shares.adopt([
      { key: 'channel:c1:rpm', kind: 'minute', max: 100, counter },
      { key: 'channel:c2:rpm', kind: 'minute', max: 100, counter: later },
    ]);
    await asking;
    await settled();
    expect([later.heldTo, store.stated.at(-1)?.statements.map(({ key }) => key)]).toEqual([
      50,
      ['channel:c2:rpm'],
    ]);
  });

  it('is the whole cap while the store is away, and a share again once it is back', async () => {
    await adopt();
    store.down = true;
    counter.units = 10;
    await after(1_000);
    expect(counter.heldTo).toBe(50);
    await after(4_000);
    expect(counter.heldTo).toBeUndefined();
    expect(logger.messages('warn')).toHaveLength(1);
    store.down = false;
    counter.units = 70;
    store.share = { granted: 72, entitled: 72 };
    const asking = after(1_000);
    expect([counter.heldTo, lastKeep()]).toEqual([undefined, 70]);
    await asking;
    expect(counter.heldTo).toBe(72);
  });

  it('is the whole cap when the store was never there', async () => {
    store.down = true;
    await adopt();
    expect(counter.heldTo).toBeUndefined();
  });

  it('is only what was used, for a process that stood still for longer than its grant counts', async () => {
    await adopt();
    counter.units = 3;
    const asking = after(70_000);
    expect([counter.heldTo, lastKeep()]).toEqual([3, 3]);
    await asking;
  });

  it('goes back when the process ends, but for what was used', async () => {
    await adopt();
    counter.units = 7;
    await shares.stop();
    expect(store.stated.at(-1)).toEqual({
      leaving: true,
      statements: [{ key: 'channel:c1:rpm', max: 100, needs: 7, keep: 7, lapseMs: 65_000 }],
    });
    expect(stopped).toBe(true);
  });
});
