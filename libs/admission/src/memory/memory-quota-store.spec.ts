import { describe, expect, it } from '@jest/globals';
import type { JournalId, LeaseId } from '@tollgate/contracts';
import { describeQuotaStore, ManualClock } from '@tollgate/testing';
import type { QuotaInspection, QuotaStore } from '../quota-store.js';
import { MemoryQuotaStore } from './memory-quota-store.js';

describeQuotaStore(
  'memory',
  async () => {
    const clock = new ManualClock();
    let current = new MemoryQuotaStore({ clock });
    const store = new Proxy({} as QuotaStore & QuotaInspection, {
      get: (_target, property: keyof (QuotaStore & QuotaInspection)) => current[property].bind(current),
    });
    return {
      store,
      loseData: async () => {
        current = new MemoryQuotaStore({ clock });
      },
      passTime: (milliseconds) => clock.advance(milliseconds),
      now: () => clock.now(),
      close: async () => undefined,
    };
  },
  { histories: 500 },
);

describe('MemoryQuotaStore', () => {
  it('forgets a finished lease after days, and an unfinished one never', async () => {
    const clock = new ManualClock();
    const store = new MemoryQuotaStore({ clock });
    const holder = 'journal' as JournalId;
    const account = 'org:one';
    await store.rebuild({
      accounts: [{ account, credited: 100n, version: 1n, balance: 100n }],
      leases: [],
      recoverMs: 0,
    });
    const project = (leaseId: string, consumed: bigint): Promise<void> =>
      store.project([], [{ leaseId: leaseId as LeaseId, account, consumed, consumedBefore: 0n }]);
    await project('finished', 10n);
    await store.acquire({ account, leaseId: 'held' as LeaseId, holder, amountMin: 5n, amountWanted: 5n });
    clock.advance(4 * 24 * 3_600_000);
    await project('other', 1n);
    // Told again as if it were new: only what was forgotten counts twice.
    await project('finished', 10n);
    await project('held', 5n);
    expect(await store.available(account)).toBe(100n - 10n - 5n - 1n - 10n);
  });
});
