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
  /** Granted whole while the balance covers it, however small the slice would be. Default: `amountMin`. */
  readonly amountFull?: NanoUsd;
  /** What the holder would like; the grant shrinks below it as the balance does. */
  readonly amountWanted: NanoUsd;
  /** What the holder has of the lease already (`HeldLease.granted`). Absent: whatever the store thinks. */
  readonly granted?: NanoUsd;
  /** See `HeldLease.sequence`. */
  readonly sequence?: number;
}

export type AcquireResult =
  | { readonly status: 'granted'; readonly amount: NanoUsd }
  /** Less than `amountMin` is available now. */
  | { readonly status: 'insufficient' }
  /** Billing has not told the store of the account (yet). */
  | { readonly status: 'unknown-account' }
  /** The store lost its data and waits for live leases to be re-attached. */
  | { readonly status: 'recovering' }
  /** The lease was reclaimed: the holder takes a new lease id. */
  | { readonly status: 'reclaimed' };

/** What a holder says about one of its leases; the store believes it, unless the lease was reclaimed. */
export interface HeldLease {
  readonly leaseId: LeaseId;
  readonly account: AccountId;
  /**
   * Sum of grants minus what was given back; never less than what was spent from the lease, so it also grows by what
   * was spent without a grant. The store sets its own figure to this: a grant whose answer was lost goes back to the
   * balance, a lease that the store lost is attached again, an overdraft is covered.
   */
  readonly granted: NanoUsd;
  /**
   * Rises with each statement about the lease (acquire, renew, give back); the store ignores one that comes late.
   * A holder says nothing about a lease while an acquire of it is unanswered. Absent: taken as current.
   */
  readonly sequence?: number;
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
  /**
   * The part of `consumed` that this store was told before (`project` or `rebuild` resolved). Tells a lease that the
   * store has forgotten from one that it never knew. Default 0.
   */
  readonly consumedBefore?: NanoUsd;
}

export interface QuotaSnapshot {
  readonly accounts: readonly (AccountProjection & { readonly balance: NanoUsd })[];
  /** Leases that are not known to be finished; of accounts that are not in `accounts`, every lease. */
  readonly leases: readonly LeaseProjection[];
  /** Grant nothing for so long, so that holders can re-attach what they hold. */
  readonly recoverMs: number;
}

/**
 * Balances that can be spent, shared by all proxies. Invariant, for each account:
 * `ledger balance = available + Σ over leases (granted − consumed)`; so money is out of `available` before it is
 * spent, and comes back only when its holder or billing says that it was not.
 *
 * Every method rejects with GatewayError `admission_unavailable` when the store can't be asked. What was asked then
 * may have happened or not; absolute figures and sequence numbers make that harmless.
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
  /** Gives unspent money of a lease back: `granted` is what the holder keeps. The lease can be used again. */
  giveBack(holder: JournalId, lease: HeldLease): Promise<void>;

  // Billing's side.
  /**
   * Applies what Postgres says: absolute values, so that repeating is harmless. A lease that the store does not know
   * is deducted from the balance (less `consumedBefore`): it was spent without a grant, or began before the store
   * heard of its account.
   * @throws GatewayError `admission_unavailable` when the store is blank: nothing was applied, rebuild it first
   */
  project(accounts: readonly AccountProjection[], leases: readonly LeaseProjection[]): Promise<void>;
  /** `true`: the store is new, or has (perhaps) lost data, and wants `rebuild`. */
  isBlank(): Promise<boolean>;
  /**
   * Replaces all that the store knows by what Postgres knows; holders then re-attach what they hold.
   * Take the snapshot in one transaction, after `isBlank` said `true`.
   * @throws GatewayError `admission_unavailable` when the store is not blank (any more): the snapshot may be stale
   */
  rebuild(snapshot: QuotaSnapshot): Promise<void>;
  /**
   * Gives back what the holder's leases did not consume. For a holder whose journal is complete. What is reported as
   * consumed later is deducted from the balance.
   */
  reclaim(holder: JournalId): Promise<void>;
  /**
   * Drops accounts that nothing is spent from any more: they are unknown from now on. What is said afterwards of leases
   * on them is kept for a month and then dropped too.
   */
  forget(accounts: readonly AccountId[]): Promise<void>;
  /** Holders that were not heard of since the given time (milliseconds since the epoch) and hold leases. */
  silentHolders(since: number): Promise<readonly JournalId[]>;

  ping(): Promise<void>;
  close(): Promise<void>;
}

/** What an adapter can tell beside its work: for operators and tests. */
export interface QuotaInspection {
  /** What could be granted now; may be negative. `undefined`: the account is not known. */
  available(account: AccountId): Promise<NanoUsd | undefined>;
}
