import { GatewayError, type Clock, type JournalId, type LeaseId, type NanoUsd } from '@tollgate/contracts';
import { grantSize } from '../grant-size.js';
import type {
  AccountId,
  AccountProjection,
  AcquireInput,
  AcquireResult,
  HeldLease,
  LeaseProjection,
  QuotaInspection,
  QuotaSnapshot,
  QuotaStore,
} from '../quota-store.js';

/** A finished lease is forgotten after so long without news of it. */
const FORGET_AFTER_MS = 3 * 24 * 3_600_000;
/** What leases took from an account that billing does not tell of is forgotten after so long. */
const FORGET_UNOPENED_AFTER_MS = 30 * 24 * 3_600_000;
const SWEEP_INTERVAL_MS = 3_600_000;

/** The quota store of a single process: the same rules as in Redis, in maps. Its data ends with the process. */
export class MemoryQuotaStore implements QuotaStore, QuotaInspection {
  #blank = true;
  #recoverUntil = 0;
  #sweepAt = 0;
  readonly #accounts = new Map<AccountId, Account>();
  readonly #leases = new Map<LeaseId, Lease>();
  readonly #holders = new Map<JournalId, Holder>();
  readonly #clock: Clock;

  constructor(options: { readonly clock: Clock }) {
    this.#clock = options.clock;
  }

  async acquire(input: AcquireInput): Promise<AcquireResult> {
    if (this.#blank) return { status: 'recovering' };
    const { holder, leaseId, amountMin, amountFull = amountMin, amountWanted } = input;
    const known = this.#leases.get(leaseId);
    if (known?.reclaimed === true) return { status: 'reclaimed' };
    if (isStale(known, input.sequence)) throw new GatewayError('admission_unavailable', 'A late acquire.');
    this.#align(holder, { ...input, granted: input.granted ?? known?.granted ?? 0n });
    if (this.#clock.now() < this.#recoverUntil) return { status: 'recovering' };
    const account = this.#accounts.get(input.account);
    if (account?.version === undefined) return { status: 'unknown-account' };
    const amount = grantSize(account.available, { amountMin, amountFull, amountWanted });
    if (amount === undefined) return { status: 'insufficient' };
    this.#align(holder, { ...input, granted: (this.#leases.get(leaseId)?.granted ?? 0n) + amount });
    return { status: 'granted', amount };
  }

  async renew(holder: JournalId, leases: readonly HeldLease[]): Promise<readonly LeaseId[]> {
    if (this.#blank || leases.length === 0) return [];
    this.#sweep();
    return leases.filter((lease) => !this.#believe(holder, lease)).map(({ leaseId }) => leaseId);
  }

  async giveBack(holder: JournalId, lease: HeldLease): Promise<void> {
    if (!this.#blank) this.#believe(holder, lease);
  }

  async project(accounts: readonly AccountProjection[], leases: readonly LeaseProjection[]): Promise<void> {
    if (this.#blank) throw new GatewayError('admission_unavailable', 'The quota store waits to be rebuilt.');
    this.#sweep();
    for (const { account: id, credited, version } of accounts) {
      const account = this.#account(id);
      if (account.version !== undefined && account.version >= version) continue;
      account.available += credited - account.credited;
      account.credited = credited;
      account.version = version;
    }
    for (const lease of leases) this.#consume(lease);
  }

  async isBlank(): Promise<boolean> {
    return this.#blank;
  }

  async rebuild(snapshot: QuotaSnapshot): Promise<void> {
    if (!this.#blank)
      throw new GatewayError('admission_unavailable', 'The quota store was rebuilt meanwhile.');
    for (const { account, balance, credited, version } of snapshot.accounts) {
      this.#accounts.set(account, { available: balance, credited, version, touchedAt: this.#clock.now() });
    }
    for (const { leaseId, account, consumed } of snapshot.leases) {
      this.#addLease(leaseId, account, consumed);
      const { available, version } = this.#account(account);
      // No balance that it was taken from already: the account is opened later, with all that was credited.
      if (version === undefined) this.#account(account).available = available - consumed;
    }
    this.#recoverUntil = this.#clock.now() + snapshot.recoverMs;
    this.#blank = false;
  }

  async reclaim(holder: JournalId): Promise<void> {
    for (const leaseId of this.#holders.get(holder)?.leases ?? []) {
      const lease = this.#leases.get(leaseId);
      if (lease === undefined) continue;
      this.#setGranted(lease, lease.consumed);
      lease.reclaimed = true;
    }
    this.#holders.delete(holder);
  }

  async forget(accounts: readonly AccountId[]): Promise<void> {
    for (const id of accounts) this.#accounts.delete(id);
  }

  async silentHolders(since: number): Promise<readonly JournalId[]> {
    return [...this.#holders].filter(([, { heardAt }]) => heardAt < since).map(([id]) => id);
  }

  async available(id: AccountId): Promise<NanoUsd | undefined> {
    const account = this.#accounts.get(id);
    return account?.version === undefined ? undefined : account.available;
  }

  async ping(): Promise<void> {
    // Memory always answers.
  }

  async close(): Promise<void> {
    // Nothing is held open.
  }

  /** @returns `false`: the lease was reclaimed, what its holder says of it counts no more */
  #believe(holder: JournalId, held: HeldLease): boolean {
    const lease = this.#leases.get(held.leaseId);
    if (lease?.reclaimed === true) return false;
    if (!isStale(lease, held.sequence)) this.#align(holder, held);
    return true;
  }

  /** Makes the store's figure what the holder says it is, whichever of the two is higher. */
  #align(holder: JournalId, { leaseId, account, granted, sequence }: HeldLease): void {
    const known = this.#leases.get(leaseId);
    if (known === undefined && granted === 0n) return;
    const lease = known ?? this.#addLease(leaseId, account, 0n);
    lease.sequence = sequence ?? lease.sequence;
    this.#hear(holder).leases.add(leaseId);
    this.#setGranted(lease, granted > lease.consumed ? granted : lease.consumed);
  }

  #consume({ leaseId, account, consumed, consumedBefore = 0n }: LeaseProjection): void {
    const lease = this.#leases.get(leaseId) ?? this.#addLease(leaseId, account, consumedBefore);
    if (consumed > lease.consumed) lease.consumed = consumed;
    this.#setGranted(lease, lease.granted > lease.consumed ? lease.granted : lease.consumed);
  }

  #setGranted(lease: Lease, granted: NanoUsd): void {
    lease.touchedAt = this.#clock.now();
    if (granted === lease.granted) return;
    const account = this.#account(lease.account);
    account.available -= granted - lease.granted;
    account.touchedAt = lease.touchedAt;
    lease.granted = granted;
  }

  #addLease(leaseId: LeaseId, account: AccountId, consumed: NanoUsd): Lease {
    const touchedAt = this.#clock.now();
    const lease = { account, granted: consumed, consumed, sequence: 0, reclaimed: false, touchedAt };
    this.#leases.set(leaseId, lease);
    return lease;
  }

  #account(id: AccountId): Account {
    const known = this.#accounts.get(id);
    if (known !== undefined) return known;
    const account = { available: 0n, credited: 0n, version: undefined, touchedAt: this.#clock.now() };
    this.#accounts.set(id, account);
    return account;
  }

  #hear(id: JournalId): Holder {
    const heardAt = this.#clock.now();
    const holder = this.#holders.get(id) ?? { heardAt, leases: new Set() };
    holder.heardAt = heardAt;
    this.#holders.set(id, holder);
    return holder;
  }

  #sweep(): void {
    const now = this.#clock.now();
    if (now < this.#sweepAt) return;
    this.#sweepAt = now + SWEEP_INTERVAL_MS;
    for (const [id, lease] of this.#leases) {
      const finished = lease.granted === lease.consumed;
      if (finished && lease.touchedAt < now - FORGET_AFTER_MS) this.#leases.delete(id);
    }
    for (const [id, { version, touchedAt }] of this.#accounts) {
      if (version === undefined && touchedAt < now - FORGET_UNOPENED_AFTER_MS) this.#accounts.delete(id);
    }
    for (const { leases } of this.#holders.values()) {
      for (const id of leases) if (!this.#leases.has(id)) leases.delete(id);
    }
  }
}

const isStale = (lease: Lease | undefined, sequence: number | undefined): boolean =>
  lease !== undefined && sequence !== undefined && sequence <= lease.sequence;

interface Account {
  available: NanoUsd;
  credited: NanoUsd;
  /** `undefined`: a lease was spent from it before billing told of it. */
  version: bigint | undefined;
  touchedAt: number;
}

interface Lease {
  readonly account: AccountId;
  granted: NanoUsd;
  consumed: NanoUsd;
  sequence: number;
  reclaimed: boolean;
  touchedAt: number;
}

interface Holder {
  heardAt: number;
  readonly leases: Set<LeaseId>;
}
