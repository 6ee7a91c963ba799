import type { AccountProjection, LeaseProjection, QuotaSnapshot, QuotaStore } from '@tollgate/admission';
import type { LeaseId } from '@tollgate/contracts';
import { withTransaction } from '@tollgate/persistence';
import type { DataSource, EntityManager } from 'typeorm';
import { query } from '../database/query.js';

export interface QuotaProjectorDependencies {
  readonly dataSource: DataSource;
  readonly quotaStore: QuotaStore;
  /** How long a rebuilt store waits for proxies to re-attach leases; the very first store waits for none. */
  readonly recoverMs: number;
}

const BATCH_MAX = 1_000;
/** Of the database: one instance rebuilds the store at a time. */
const REBUILD_LOCK = "hashtext('billing.quota_rebuild')";

/**
 * Carries the quota book to the quota store. Values are absolute and rise with their version, so that repeating,
 * overtaking and a crash between the two are harmless: what is not known to have arrived stays dirty.
 */
export class QuotaProjector {
  constructor(private readonly dependencies: QuotaProjectorDependencies) {}

  /** Brings the store up to date; builds it anew if it has lost its data. */
  async run(): Promise<void> {
    if (await this.dependencies.quotaStore.isBlank()) await this.#rebuild();
    while ((await this.#projectDirty()) === BATCH_MAX);
  }

  async #projectDirty(): Promise<number> {
    const { dataSource, quotaStore } = this.dependencies;
    const accounts = await query<AccountRow>(
      dataSource,
      `select account, credited, version from billing.quota_accounts
        where projected_version < version and opened limit ${BATCH_MAX}`,
    );
    const leases = await query<LeaseRow>(
      dataSource,
      `select id, account, consumed, projected from billing.leases where projected < consumed and not finished limit ${BATCH_MAX}`,
    );
    if (accounts.length + leases.length === 0) return 0;
    await quotaStore.project(accounts.map(toAccountProjection), leases.map(toLeaseProjection));
    await markProjected(dataSource, accounts, leases);
    return Math.max(accounts.length, leases.length);
  }

  async #rebuild(): Promise<void> {
    const { dataSource, quotaStore } = this.dependencies;
    await withTransaction(
      dataSource,
      async (manager) => {
        const [lock] = await query<{ locked: boolean }>(
          manager,
          `select pg_try_advisory_xact_lock(${REBUILD_LOCK}) as locked`,
        );
        // Another instance is at it; or was, and is done.
        if (lock?.locked !== true || !(await quotaStore.isBlank())) return;
        const { accounts, leases, snapshot } = await this.#snapshot(manager);
        await quotaStore.rebuild(snapshot);
        await markProjected(manager, accounts, leases);
      },
      { isolation: 'REPEATABLE READ' },
    );
  }

  async #snapshot(
    manager: EntityManager,
  ): Promise<{ accounts: AccountRow[]; leases: LeaseRow[]; snapshot: QuotaSnapshot }> {
    const accounts = await query<AccountRow & { balance: string }>(
      manager,
      `select q.account, q.credited, q.version, coalesce(a.balance, p.amount - p.spent, 0) as balance
        from billing.quota_accounts q left join billing.accounts a on a.id = q.account
          left join billing.budget_periods p on p.account = q.account
        where q.opened`,
    );
    const leases = await query<LeaseRow>(
      manager,
      // Of accounts that the store does not know yet, all: it subtracts them from the credit once it does.
      `select l.id, l.account, l.consumed, l.projected from billing.leases l
        left join billing.quota_accounts q on q.account = l.account and q.opened
        where not l.finished or q.account is null`,
    );
    // Journals can't tell: a proxy whose first requests still run holds leases and has published nothing.
    const [former] = await query<{ store: boolean }>(
      manager,
      'select exists (select from billing.quota_accounts where projected_version > 0) as store',
    );
    const snapshot: QuotaSnapshot = {
      accounts: accounts.map((row) => ({ ...toAccountProjection(row), balance: BigInt(row.balance) })),
      leases: leases.map(toLeaseProjection),
      recoverMs: former?.store === true ? this.dependencies.recoverMs : 0,
    };
    return { accounts, leases, snapshot };
  }
}

interface AccountRow {
  readonly account: string;
  readonly credited: string;
  readonly version: string;
}

interface LeaseRow {
  readonly id: string;
  readonly account: string;
  readonly consumed: string;
  readonly projected: string;
}

const toAccountProjection = ({ account, credited, version }: AccountRow): AccountProjection => ({
  account,
  credited: BigInt(credited),
  version: BigInt(version),
});

const toLeaseProjection = ({ id, account, consumed, projected }: LeaseRow): LeaseProjection => ({
  leaseId: id as LeaseId,
  account,
  consumed: BigInt(consumed),
  consumedBefore: BigInt(projected),
});

async function markProjected(
  executor: Pick<DataSource | EntityManager, 'query'>,
  accounts: readonly AccountRow[],
  leases: readonly LeaseRow[],
): Promise<void> {
  await query(
    executor,
    `update billing.quota_accounts q set projected_version = greatest(q.projected_version, p.version)
      from unnest($1::text[], $2::bigint[]) as p (account, version) where q.account = p.account`,
    [accounts.map(({ account }) => account), accounts.map(({ version }) => version)],
  );
  await query(
    executor,
    `update billing.leases l set projected = greatest(l.projected, p.consumed)
      from unnest($1::text[], $2::bigint[]) as p (id, consumed) where l.id = p.id`,
    [leases.map(({ id }) => id), leases.map(({ consumed }) => consumed)],
  );
}
