import { afterEach, beforeEach } from '@jest/globals';
import type { AcquireInput, AcquireResult, HeldLease } from '@tollgate/admission';
import type { JournalId, LeaseId } from '@tollgate/contracts';
import type { InspectableQuotaStore, QuotaStoreHarness } from './harness.js';

export const ACCOUNT = 'org:one';
export const HOLDER = 'journal-a' as JournalId;
export const OTHER_HOLDER = 'journal-b' as JournalId;
export const LEASE = 'lease-1' as LeaseId;
export const OTHER_LEASE = 'lease-2' as LeaseId;

/** The store of one test, and short words for what most tests ask of it: about `LEASE` of `HOLDER` on `ACCOUNT`. */
export interface QuotaGround {
  readonly harness: QuotaStoreHarness;
  readonly store: InspectableQuotaStore;
  /** Puts a store in use that is blank; no holder is waited for unless `recoverMs` says so. */
  readonly rebuild: (recoverMs?: number) => Promise<void>;
  /** A store in use, with one account. */
  readonly open: (balance: bigint) => Promise<void>;
  readonly credit: (credited: bigint, version: bigint) => Promise<void>;
  readonly consume: (consumed: bigint, leaseId?: LeaseId, consumedBefore?: bigint) => Promise<void>;
  readonly acquire: (
    amountMin: bigint,
    amountWanted: bigint,
    more?: Partial<AcquireInput>,
  ) => Promise<AcquireResult>;
  readonly available: () => Promise<bigint | undefined>;
  /** What the holder says of its lease. */
  readonly held: (granted: bigint, sequence?: number) => HeldLease;
}

/** Makes a new store before each test of the suite that is being described, and closes it after. */
export function quotaGround(makeHarness: () => Promise<QuotaStoreHarness>): QuotaGround {
  let harness: QuotaStoreHarness;

  beforeEach(async () => {
    harness = await makeHarness();
  });

  afterEach(async () => {
    await harness.store.close();
    await harness.close();
  });

  const rebuild = (recoverMs = 0): Promise<void> =>
    harness.store.rebuild({ accounts: [], leases: [], recoverMs });
  const credit = (credited: bigint, version: bigint): Promise<void> =>
    harness.store.project([{ account: ACCOUNT, credited, version }], []);

  return {
    get harness() {
      return harness;
    },
    get store() {
      return harness.store;
    },
    rebuild,
    credit,
    open: async (balance) => {
      await rebuild();
      await credit(balance, 1n);
    },
    consume: (consumed, leaseId = LEASE, consumedBefore = 0n) =>
      harness.store.project([], [{ leaseId, account: ACCOUNT, consumed, consumedBefore }]),
    acquire: (amountMin, amountWanted, more = {}) =>
      harness.store.acquire({
        ...{ account: ACCOUNT, leaseId: LEASE, holder: HOLDER, amountMin, amountWanted },
        ...more,
      }),
    available: () => harness.store.available(ACCOUNT),
    held: (granted, sequence) => ({
      leaseId: LEASE,
      account: ACCOUNT,
      granted,
      ...(sequence === undefined ? {} : { sequence }),
    }),
  };
}
