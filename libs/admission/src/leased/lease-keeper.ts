import type { JournalId } from '@tollgate/contracts';
import type { AdmissionLogger } from '../logger.js';
import type { AccountId, QuotaStore } from '../quota-store.js';
import type { Timers } from '../timers.js';
import type { LocalAccount } from './local-account.js';
import type { StoreHealth } from './store-health.js';

const TICK_MS = 500;
const RENEW_TICKS = 4;
const IDLE_TICKS = 4;
/** When the balance is short, other proxies wait for what is idle here. */
const IDLE_TICKS_SHORT = 1;
/**
 * An account without holds is forgotten after 10 minutes. Until then its lease is renewed, so that a store that loses
 * its data still learns of charges that billing has not committed.
 */
const FORGET_TICKS = 1_200;
/** With so many accounts in memory, billing's usual second has to do, and ten for good measure. */
const ACCOUNTS_CROWDED = 10_000;
const FORGET_TICKS_CROWDED = 20;

export interface LeaseKeeperDependencies {
  readonly store: QuotaStore;
  readonly holder: JournalId;
  readonly accounts: Map<AccountId, LocalAccount>;
  readonly health: StoreHealth;
  readonly timers: Timers;
  readonly logger: AdmissionLogger;
}

/** Looks after the leases between requests: says that they live, and gives back what is idle. */
export class LeaseKeeper {
  private ticks = 0;
  private renewing = false;
  private probing = false;
  private readonly stopTicking: () => void;

  constructor(private readonly dependencies: LeaseKeeperDependencies) {
    this.stopTicking = dependencies.timers.repeat(TICK_MS, () => this.tick());
  }

  stop(): void {
    this.stopTicking();
  }

  /** @returns how many leases the store did not take back */
  async giveAllBack(): Promise<number> {
    const { accounts } = this.dependencies;
    const answers = await Promise.all([...accounts.values()].map((account) => this.giveBack(account)));
    return answers.filter((given) => !given).length;
  }

  private tick(): void {
    const { accounts, health } = this.dependencies;
    const forgetTicks = accounts.size > ACCOUNTS_CROWDED ? FORGET_TICKS_CROWDED : FORGET_TICKS;
    for (const account of accounts.values()) this.age(account, forgetTicks);
    if (health.isDown) {
      void this.probe();
      return;
    }
    this.ticks += 1;
    if (this.ticks % RENEW_TICKS === 0) void this.renew();
  }

  private age(account: LocalAccount, forgetTicks: number): void {
    account.idleTicks += 1;
    if (account.acquiring !== undefined || account.waiters.length > 0) return;
    const { accounts, health } = this.dependencies;
    const { lease, idleTicks, short } = account;
    // Of a lease that never got anything the store need not hear.
    if (lease.granted === 0n && lease.holdsOpen === 0 && !account.doubtful) {
      if (idleTicks > FORGET_TICKS_CROWDED) accounts.delete(account.id);
    } else if (health.isDown) {
      return;
    } else if (lease.remaining > 0n) {
      if (idleTicks > (short ? IDLE_TICKS_SHORT : IDLE_TICKS)) void this.giveBack(account);
    } else if (idleTicks > forgetTicks && lease.holdsOpen === 0) {
      accounts.delete(account.id);
    }
  }

  private async giveBack(account: LocalAccount): Promise<boolean> {
    const { lease } = account;
    if (lease.remaining === 0n) return true;
    const { store, holder, health } = this.dependencies;
    lease.giveUpRemaining();
    try {
      await store.giveBack(holder, lease.statement());
      health.answered();
      return true;
    } catch (error) {
      account.doubtful = true;
      health.failed(error);
      return false;
    }
  }

  private async probe(): Promise<void> {
    if (this.probing) return;
    this.probing = true;
    try {
      await this.dependencies.store.ping();
      this.dependencies.health.answered();
      await this.renew();
    } catch (error) {
      this.dependencies.health.failed(error);
    } finally {
      this.probing = false;
    }
  }

  private async renew(): Promise<void> {
    if (this.renewing) return;
    const { store, holder, accounts, health } = this.dependencies;
    const quiet = [...accounts.values()].filter(({ acquiring }) => acquiring === undefined);
    if (quiet.length === 0) return;
    this.renewing = true;
    const leases = new Map(quiet.map((account) => [account.lease.id, account]));
    try {
      const reclaimed = await store.renew(
        holder,
        quiet.map(({ lease }) => lease.statement()),
      );
      health.answered();
      for (const account of quiet) account.doubtful = false;
      for (const leaseId of reclaimed) this.drop(leases.get(leaseId), leaseId);
    } catch (error) {
      health.failed(error);
    } finally {
      this.renewing = false;
    }
  }

  /** Billing took this process for dead. What it spent is charged all the same; the rest is no longer its own. */
  private drop(account: LocalAccount | undefined, leaseId: string): void {
    if (account?.lease.id !== leaseId) return;
    this.dependencies.logger.warn({ leaseId, account: account.id }, 'a lease of this process was reclaimed');
    account.renewLease();
  }
}
