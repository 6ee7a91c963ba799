import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { JournalId } from '@tollgate/contracts';
import { FakeLogger, ManualClock } from '@tollgate/testing';
import { held, ManualTimers, WatchedStore } from '../../test-support/watched-store.js';
import { LeasedAdmission } from './leased-admission.js';

describe('accounts in the memory of a proxy', () => {
  let timers: ManualTimers;
  let store: WatchedStore;
  let admission: LeasedAdmission;

  beforeEach(async () => {
    const clock = new ManualClock();
    timers = new ManualTimers(clock);
    store = new WatchedStore({ clock });
    admission = new LeasedAdmission({
      ...{ store, clock, timers },
      holder: 'journal-a' as JournalId,
      logger: new FakeLogger(),
      onStoreDown: () => 'closed',
    });
    await store.rebuild({ accounts: [], leases: [], recoverMs: 0 });
  });
  afterEach(() => admission.close());

  const ask = async (account: string) => admission.hold({ account, amountFull: 10n, amountMin: 10n });
  const names = (count: number, from: number): string[] =>
    Array.from({ length: count }, (_, index) => `org:${from + index}`);

  it('are bounded by those used in the last seconds, whatever number was seen', async () => {
    let largest = 0;
    for (let wave = 0; wave < 40; wave += 1) {
      const accounts = names(2_000, wave * 2_000);
      await store.project(
        accounts.map((account) => ({ account, credited: 100n, version: 1n })),
        [],
      );
      for (const hold of await Promise.all(accounts.map(ask))) held(hold).settle(10n);
      await timers.tick(4);
      largest = Math.max(largest, admission.accountsKept);
    }
    // A wave takes two seconds; with more than 10,000 accounts those that were idle for ten seconds go.
    expect(largest).toBeLessThanOrEqual(16_000);
    await timers.tick(40);
    expect(admission.accountsKept).toBeLessThanOrEqual(10_000);
    expect(await store.available('org:0')).toBe(90n);
    expect(await store.available('org:79999')).toBe(90n);
  });

  it('do not pile up when nothing is granted for them', async () => {
    await Promise.all(names(5_000, 0).map(ask));
    expect(admission.accountsKept).toBe(5_000);
    await timers.tick(25);
    expect(admission.accountsKept).toBe(0);
  });

  it('do not pile up while the store is away', async () => {
    let largest = 0;
    store.away = true;
    await ask('org:first');
    for (let wave = 0; wave < 40; wave += 1) {
      await Promise.all(names(2_000, wave * 2_000).map(ask));
      await timers.tick(4);
      largest = Math.max(largest, admission.accountsKept);
    }
    expect(largest).toBeLessThanOrEqual(16_000);
    await timers.tick(25);
    // Of the first, a grant may have been lost on its way: the store is told once it answers.
    expect(admission.accountsKept).toBe(1);
    store.away = false;
    await timers.tick(50);
    expect(admission.accountsKept).toBe(0);
  });
});
