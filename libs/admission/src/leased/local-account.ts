import type { GatewayError, NanoUsd } from '@tollgate/contracts';
import type { HoldInput } from '../admission.js';
import type { AccountId } from '../quota-store.js';
import { LocalLease, type LeaseHold } from './local-lease.js';

/** Requests for which a first slice is asked at once. */
const SLICE_REQUESTS = 8n;
/** Asking again within this time doubles the slice, so that the store is asked a few times per second at most. */
const BUSY_INTERVAL_MS = 500;
const CALM_INTERVAL_MS = 5_000;
/** 1,000,000 USD: keeps a slice within exact doubles, whatever the demand. */
const SLICE_MAX = 1_000_000_000_000_000n;
/** The lease is topped up in the background when less than this part of the slice is left. */
const LOW_WATER_PART = 4n;
const NEVER = -1n;

export interface Waiter {
  readonly input: HoldInput;
  readonly answer: (result: LeaseHold | GatewayError) => void;
}

/** What this process knows of one account: its lease, how much to ask for next, and who waits. */
export class LocalAccount {
  lease: LocalLease;
  waiters: Waiter[] = [];
  /** The acquire under way. While there is one, nothing else is said about the lease. */
  acquiring: Promise<unknown> | undefined;
  pumping = false;
  /** The balance is short: others need what this process does not. */
  short = false;
  lowWater: NanoUsd = NEVER;
  /** Since when (monotonic) the store cannot say what there is; `undefined`: it can. */
  unsettledSince: number | undefined;
  /** The store may think more of the lease than is said here: a call about it failed. */
  doubtful = false;
  /** Ticks since the last hold. */
  idleTicks = 0;
  private slice: NanoUsd = 0n;
  private askedAt = Number.NEGATIVE_INFINITY;

  constructor(readonly id: AccountId) {
    this.lease = new LocalLease(id);
  }

  renewLease(): void {
    this.lease = new LocalLease(this.id);
    this.lowWater = NEVER;
  }

  hold(amount: NanoUsd): LeaseHold {
    this.idleTicks = 0;
    return this.lease.hold(amount);
  }

  /** How much to ask for, learnt from how often it was asked. */
  nextSlice(amountFull: NanoUsd, now: number): NanoUsd {
    const elapsedMs = now - this.askedAt;
    this.askedAt = now;
    if (elapsedMs < BUSY_INTERVAL_MS && !this.short) this.slice *= 2n;
    else if (elapsedMs > CALM_INTERVAL_MS) this.slice /= 2n;
    const least = amountFull * SLICE_REQUESTS;
    if (this.slice < least) this.slice = least;
    if (this.slice > SLICE_MAX) this.slice = SLICE_MAX;
    const waiting = this.waiters.reduce((sum, { input }) => sum + input.amountFull, 0n);
    return this.slice > waiting ? this.slice : waiting;
  }

  granted(amount: NanoUsd, wanted: NanoUsd): void {
    this.lease.grant(amount);
    this.short = amount < wanted;
    const { remaining } = this.lease;
    this.lowWater = (this.short && remaining < this.slice ? remaining : this.slice) / LOW_WATER_PART;
  }

  /** No topping up in the background until a request got a grant again. */
  exhausted(): void {
    this.short = true;
    this.lowWater = NEVER;
  }
}
