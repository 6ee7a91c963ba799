import type { BudgetPeriod, BudgetScope, GatewayError, LeaseId, NanoUsd } from '@tollgate/contracts';
import type { AccountId } from './quota-store.js';

export interface HoldInput {
  readonly account: AccountId;
  /** Upper estimate of the request's price, when the balance is ample. */
  readonly amountFull: NanoUsd;
  /** The least that must be held; the caller limits the request to what it gets. */
  readonly amountMin: NanoUsd;
  /** What the request is held from besides: all of them, or nothing is held. */
  readonly budgets?: readonly BudgetAccount[] | undefined;
}

/** A budget at one time, as a proxy knows it: its account, and what a refusal says of it. */
export interface BudgetAccount {
  readonly account: AccountId;
  readonly id: string;
  readonly scope: BudgetScope;
  readonly period: BudgetPeriod;
  /** When the account is left for that of the next period; milliseconds since the epoch, `Infinity` for a total. */
  readonly endsAt: number;
}

/** The lease of a budget that a charge was taken from. */
export interface BudgetLease {
  readonly account: AccountId;
  readonly leaseId: LeaseId;
}

/** Money set aside for one request. Settled exactly once. */
export interface Hold {
  readonly amount: NanoUsd;
  /**
   * Names the lease in the usage record, so that billing takes the charge from it. `null`: nothing was held from a
   * lease. A hold that the operator lets pass while the store is down names a lease too: the store deducts it later.
   */
  readonly leaseId: LeaseId | null;
  /** The leases of budgets, in the order of the input; absent where no budget was asked for. */
  readonly budgetLeases?: readonly BudgetLease[];
  /** Takes the charge and frees the rest. A charge above the hold is taken from the lease all the same. */
  settle(charge: NanoUsd): void;
}

/**
 * Admission of one proxy. `hold` answers at once from a live lease (the common case: no promise, no round trip),
 * else with a promise. A refusal is a value: `insufficient_balance`, `budget_exceeded` or `admission_unavailable`.
 */
export interface Admission {
  hold(input: HoldInput): Hold | GatewayError | Promise<Hold | GatewayError>;
  /** Gives every unspent lease back; for a graceful stop, after the last settlement. */
  close(): Promise<void>;
}
