import type {
  AcquireInput,
  HeldLease,
  LeaseProjection,
  QuotaInspection,
  QuotaStore,
} from '@tollgate/admission';
import type { JournalId, LeaseId, NanoUsd } from '@tollgate/contracts';

/**
 * The world around a quota store, as simple as can be: what was credited, what holders were granted and spent, what
 * billing has committed. It knows what must be available in the end without knowing how the store works.
 */
export class QuotaWorld {
  readonly leases: WorldLease[] = [];
  /** Accounts → ledger balance. */
  readonly ledger = new Map<string, NanoUsd>();
  readonly #credited = new Map<string, { amount: NanoUsd; version: bigint }>();
  /** The last projection, to be done once more. */
  lateProjection: (() => Promise<unknown>) | undefined;
  #leaseCount = 0;

  constructor(readonly store: QuotaStore & QuotaInspection) {}

  credit(account: string, amount: NanoUsd): void {
    this.ledger.set(account, (this.ledger.get(account) ?? 0n) + amount);
    this.#changeCredited(account, amount);
  }

  /** The lease that the holder spends from, made when there is none. */
  lease(holder: string, account: string): WorldLease {
    const live = this.leases.find(
      (lease) => lease.holder === holder && lease.account === account && !lease.over,
    );
    if (live !== undefined) return live;
    this.#leaseCount += 1;
    const lease = new WorldLease(`lease-${this.#leaseCount}` as LeaseId, holder as JournalId, account);
    this.leases.push(lease);
    return lease;
  }

  /** @returns what was granted; `undefined` when nothing was */
  async acquire(
    lease: WorldLease,
    input: AmountsWanted,
    fate: Fate = 'answered',
  ): Promise<bigint | undefined> {
    const question = { ...lease.statement(), holder: lease.holder, ...input };
    lease.calls.push(() => this.store.acquire(question));
    if (fate === 'delayed') return undefined;
    const result = await this.store.acquire(question);
    if (result.status === 'reclaimed') lease.over = true;
    if (result.status !== 'granted' || fate === 'answer-lost') return undefined;
    lease.granted += result.amount;
    return result.amount;
  }

  /** Gives back what was not spent. */
  async giveBack(lease: WorldLease, fate: Fate = 'answered'): Promise<void> {
    lease.granted = lease.spent;
    const statement = lease.statement();
    const call = (): Promise<void> => this.store.giveBack(lease.holder, statement);
    lease.calls.push(call);
    if (fate !== 'delayed') await call();
  }

  async renew(holder: string): Promise<void> {
    const live = this.leases.filter((lease) => lease.holder === holder && !lease.over);
    const reclaimed = await this.store.renew(
      holder as JournalId,
      live.map((lease) => lease.statement()),
    );
    for (const lease of live) if (reclaimed.includes(lease.id)) lease.over = true;
  }

  /** Billing commits what the lease spent: from the lease, or from the credit itself once it is finished. */
  commit(lease: WorldLease, amount: NanoUsd): void {
    lease.committed += amount;
    this.ledger.set(lease.account, (this.ledger.get(lease.account) ?? 0n) - amount);
    if (lease.finished) this.#changeCredited(lease.account, -amount);
    else lease.consumed += amount;
  }

  async project(): Promise<void> {
    const accounts = [...this.#credited].map(([account, { amount, version }]) => ({
      account,
      credited: amount,
      version,
    }));
    // All of them each time, also what was told before: repeating must be harmless.
    const leases = this.leases.filter(({ consumed }) => consumed > 0n);
    const projection = leases.map(toProjection);
    await this.store.project(accounts, projection);
    this.lateProjection = () => this.store.project(accounts, projection);
    for (const lease of leases) lease.projected = lease.consumed;
  }

  async rebuild(recoverMs: number): Promise<void> {
    const accounts = [...this.#credited].map(([account, { amount, version }]) => ({
      account,
      credited: amount,
      version,
      balance: this.ledger.get(account) ?? 0n,
    }));
    // What finished leases consumed is in the balance and nowhere else, if there is a balance.
    const inBalance = ({ finished, account }: WorldLease): boolean => finished && this.#credited.has(account);
    const leases = this.leases.filter((lease) => lease.consumed > 0n && !inBalance(lease));
    await this.store.rebuild({ accounts, leases: leases.map(toProjection), recoverMs });
    for (const lease of this.leases) {
      if (inBalance(lease)) lease.consumed = 0n;
      lease.projected = lease.consumed;
      // Connections, and what was under way on them, ended with the data.
      lease.calls.length = 0;
    }
    this.lateProjection = undefined;
  }

  /** As billing does: the store first, then the books. */
  async reclaim(holder: string): Promise<void> {
    await this.store.reclaim(holder as JournalId);
    for (const lease of this.leases) if (lease.holder === holder) lease.finished = true;
  }

  /** What must be available once the store has heard everybody. */
  expected(account: string): NanoUsd {
    const held = this.leases.filter((lease) => lease.account === account && !lease.over);
    return held.reduce(
      (available, { granted, consumed }) => available - (granted - consumed),
      this.ledger.get(account) ?? 0n,
    );
  }

  #changeCredited(account: string, change: NanoUsd): void {
    const { amount, version } = this.#credited.get(account) ?? { amount: 0n, version: 0n };
    this.#credited.set(account, { amount: amount + change, version: version + 1n });
  }
}

export type AmountsWanted = Pick<AcquireInput, 'amountMin' | 'amountWanted' | 'amountFull'>;

/** What becomes of a call: it may be lost on the way back, or be done when nobody waits for it any more. */
export type Fate = 'answered' | 'answer-lost' | 'delayed';

export class WorldLease {
  granted = 0n;
  spent = 0n;
  /** What billing knows of `spent`. */
  committed = 0n;
  /** What billing took from the lease: all that it committed before the lease was finished. */
  consumed = 0n;
  projected = 0n;
  /** The holder knows that it was reclaimed, or is dead. */
  over = false;
  /** Billing knows that it was reclaimed. */
  finished = false;
  /** What was ever asked about the lease, to be done once more. */
  readonly calls: (() => Promise<unknown>)[] = [];
  #sequence = 0;

  constructor(
    readonly id: LeaseId,
    readonly holder: JournalId,
    readonly account: string,
  ) {}

  get remaining(): NanoUsd {
    return this.granted - this.spent;
  }

  spend(amount: NanoUsd): void {
    this.spent += amount;
    if (this.spent > this.granted) this.granted = this.spent;
  }

  statement(): HeldLease {
    this.#sequence += 1;
    return { leaseId: this.id, account: this.account, granted: this.granted, sequence: this.#sequence };
  }
}

const toProjection = ({ id, account, consumed, projected }: WorldLease): LeaseProjection => ({
  leaseId: id,
  account,
  consumed,
  consumedBefore: projected,
});
