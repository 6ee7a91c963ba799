import { newId, type LeaseId, type NanoUsd } from '@tollgate/contracts';
import type { Hold } from '../admission.js';
import type { AccountId, HeldLease } from '../quota-store.js';

/**
 * This process's part of an account's balance. Invariant: `granted = remaining + charges settled + holds open`, so
 * `granted` never falls below what was spent, and what the store keeps out of the balance covers it.
 */
export class LocalLease {
  readonly id = newId<LeaseId>();
  granted: NanoUsd = 0n;
  remaining: NanoUsd = 0n;
  holdsOpen = 0;
  private sequence = 0;

  constructor(readonly account: AccountId) {}

  /** Sets money aside that is there. */
  hold(amount: NanoUsd): LeaseHold {
    this.remaining -= amount;
    return this.openHold(amount, true);
  }

  /** Sets money aside that was never granted: the operator serves while the store is down. The store deducts it later. */
  holdUncovered(amount: NanoUsd): LeaseHold {
    this.granted += amount;
    return this.openHold(amount, false);
  }

  grant(amount: NanoUsd): void {
    this.granted += amount;
    this.remaining += amount;
  }

  /** From now on `remaining` belongs to the store again, whether or not it hears of it at once. */
  giveUpRemaining(): void {
    this.granted -= this.remaining;
    this.remaining = 0n;
  }

  settle(held: NanoUsd, charge: NanoUsd, covered: boolean): void {
    this.holdsOpen -= 1;
    if (covered) this.remaining += held - charge;
    else this.granted += charge - held;
    if (this.remaining >= 0n) return;
    // Spent beyond the grants: the store learns of it with the next statement.
    this.granted -= this.remaining;
    this.remaining = 0n;
  }

  /** What to tell the store now. */
  statement(): HeldLease & { readonly sequence: number } {
    this.sequence += 1;
    return { leaseId: this.id, account: this.account, granted: this.granted, sequence: this.sequence };
  }

  /** Frees a part of an open hold. */
  free(amount: NanoUsd, covered: boolean): void {
    if (covered) this.remaining += amount;
    else this.granted -= amount;
  }

  private openHold(amount: NanoUsd, covered: boolean): LeaseHold {
    this.holdsOpen += 1;
    return new LeaseHold(this, amount, covered);
  }
}

export class LeaseHold implements Hold {
  private settled = false;

  constructor(
    private readonly lease: LocalLease,
    private held: NanoUsd,
    private readonly covered: boolean,
  ) {}

  get amount(): NanoUsd {
    return this.held;
  }

  get account(): AccountId {
    return this.lease.account;
  }

  get leaseId(): LeaseId {
    return this.lease.id;
  }

  /** Holds no more than this from now on. */
  shrinkTo(amount: NanoUsd): void {
    if (amount >= this.held) return;
    this.lease.free(this.held - amount, this.covered);
    this.held = amount;
  }

  settle(charge: NanoUsd): void {
    if (this.settled) throw new Error(`A hold on lease ${this.lease.id} was settled twice.`);
    if (charge < 0n) throw new Error(`A hold on lease ${this.lease.id} was settled with a negative charge.`);
    this.settled = true;
    this.lease.settle(this.held, charge, this.covered);
  }
}
