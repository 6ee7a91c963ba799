import type { GatewayError, LeaseId, NanoUsd } from '@tollgate/contracts';
import type { AccountId } from './quota-store.js';

export interface HoldInput {
  readonly account: AccountId;
  /** Upper estimate of the request's price, when the balance is ample. */
  readonly amountFull: NanoUsd;
  /** The least that must be held; the caller limits the request to what it gets. */
  readonly amountMin: NanoUsd;
}

/** Money set aside for one request. Settled exactly once. */
export interface Hold {
  readonly amount: NanoUsd;
  /**
   * Names the lease in the usage record, so that billing takes the charge from it. `null`: nothing was held from a
   * lease. A hold that the operator lets pass while the store is down names a lease too: the store deducts it later.
   */
  readonly leaseId: LeaseId | null;
  /** Takes the charge and frees the rest. A charge above the hold is taken from the lease all the same. */
  settle(charge: NanoUsd): void;
}

/**
 * Admission of one proxy. `hold` answers at once from a live lease (the common case: no promise, no round trip),
 * else with a promise. A refusal is a value: `insufficient_balance` or `admission_unavailable`.
 */
export interface Admission {
  hold(input: HoldInput): Hold | GatewayError | Promise<Hold | GatewayError>;
  /** Gives every unspent lease back; for a graceful stop, after the last settlement. */
  close(): Promise<void>;
}
