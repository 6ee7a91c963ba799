import type { JournalId, LeaseId, NanoUsd } from '@tollgate/contracts';

/** Names what is spent from, e.g. `org:<organization id>`. */
export type AccountId = string;

export const organizationAccount = (organizationId: string): AccountId => `org:${organizationId}`;

export interface AcquireInput {
  readonly account: AccountId;
  /** One lease a holder and account; acquiring again adds to it. */
  readonly leaseId: LeaseId;
  readonly holder: JournalId;
  /** Less than this is of no use: grant nothing then. */
  readonly amountMin: NanoUsd;
  /** What the holder would like; the grant shrinks below it as the balance does. */
  readonly amountWanted: NanoUsd;
}

export type AcquireResult =
  | { readonly status: 'granted'; readonly amount: NanoUsd }
  /** Less than `amountMin` is available now. */
  | { readonly status: 'insufficient' }
  /** Billing has not told the store of the account (yet). */
  | { readonly status: 'unknown-account' }
  /** The store lost its data and waits for live leases to be re-attached. */
  | { readonly status: 'recovering' };

export interface HeldLease {
  readonly leaseId: LeaseId;
  readonly account: AccountId;
  /** Sum of grants minus what was given back. */
  readonly granted: NanoUsd;
}

export interface AccountProjection {
  readonly account: AccountId;
  /** Ledger balance plus everything that leases ever consumed: changes by credits and corrections only. */
  readonly credited: NanoUsd;
  /** Rises with every change of `credited`; an older version is ignored. */
  readonly version: bigint;
}

export interface LeaseProjection {
  readonly leaseId: LeaseId;
  readonly account: AccountId;
  /** Sum of the charges committed for the lease; never falls. */
  readonly consumed: NanoUsd;
}

export interface QuotaSnapshot {
  readonly accounts: readonly (AccountProjection & { readonly balance: NanoUsd })[];
  /** Leases that are not known to be finished. */
  readonly leases: readonly LeaseProjection[];
  /** Grant nothing for so long, so that holders can re-attach what they hold. */
  readonly recoverMs: number;
}

/**
 * Balances that can be spent, shared by all proxies. Invariant, for each account:
 * `ledger balance = available + Σ over leases (granted − consumed)`; so money is out of `available` before it is
 * spent, and comes back only when its holder or billing says that it was not.
 * Adapters: Redis (one script a call), memory. Both pass `describeQuotaStore` of @tollgate/testing.
 */
export interface QuotaStore {
  // The proxies' side.
  acquire(input: AcquireInput): Promise<AcquireResult>;
  /**
   * Says that the holder lives, and re-attaches leases that the store has lost.
   * Resolves with the leases that were reclaimed meanwhile: the holder must not spend from them any more.
   */
  renew(holder: JournalId, leases: readonly HeldLease[]): Promise<readonly LeaseId[]>;
  /** Gives unspent money of a lease back. */
  giveBack(
    holder: JournalId,
    lease: { leaseId: LeaseId; account: AccountId; amount: NanoUsd },
  ): Promise<void>;

  // Billing's side.
  /** Applies what Postgres says: absolute values, so that repeating is harmless. */
  project(accounts: readonly AccountProjection[], leases: readonly LeaseProjection[]): Promise<void>;
  /** `true`: the store is new, or has lost its data, and wants `rebuild`. */
  isBlank(): Promise<boolean>;
  rebuild(snapshot: QuotaSnapshot): Promise<void>;
  /** Gives back what the holder's leases did not consume. For a holder whose journal is complete. */
  reclaim(holder: JournalId): Promise<void>;
  /** Holders that were not heard of since the given time (milliseconds since the epoch) and hold leases. */
  silentHolders(since: number): Promise<readonly JournalId[]>;

  ping(): Promise<void>;
  close(): Promise<void>;
}
