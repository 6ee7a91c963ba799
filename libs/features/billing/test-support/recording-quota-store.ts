import type { AccountProjection, LeaseProjection, QuotaSnapshot, QuotaStore } from '@tollgate/admission';
import type { JournalId } from '@tollgate/contracts';

/** Keeps what it was told last; a proxy's side it does not have. */
export class RecordingQuotaStore implements QuotaStore {
  blank = true;
  away = false;
  silent: JournalId[] = [];
  readonly accounts = new Map<string, AccountProjection>();
  readonly leases = new Map<string, LeaseProjection>();
  readonly rebuilds: QuotaSnapshot[] = [];
  readonly reclaimed: JournalId[] = [];

  async project(accounts: readonly AccountProjection[], leases: readonly LeaseProjection[]): Promise<void> {
    await this.ping();
    for (const account of accounts) this.accounts.set(account.account, account);
    for (const lease of leases) this.leases.set(lease.leaseId, lease);
  }

  async isBlank(): Promise<boolean> {
    await this.ping();
    return this.blank;
  }

  async rebuild(snapshot: QuotaSnapshot): Promise<void> {
    await this.ping();
    this.rebuilds.push(snapshot);
    this.blank = false;
    this.accounts.clear();
    this.leases.clear();
    await this.project(snapshot.accounts, snapshot.leases);
  }

  async reclaim(holder: JournalId): Promise<void> {
    await this.ping();
    this.reclaimed.push(holder);
  }

  async forget(): Promise<void> {
    await this.ping();
  }

  async silentHolders(): Promise<readonly JournalId[]> {
    return this.silent;
  }

  async ping(): Promise<void> {
    if (this.away) throw new Error('The quota store is away.');
  }

  async close(): Promise<void> {}
  acquire(): never {
    throw new Error('Billing never acquires.');
  }
  renew(): never {
    throw new Error('Billing never renews.');
  }
  giveBack(): never {
    throw new Error('Billing never gives back.');
  }
}
