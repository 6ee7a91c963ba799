import type { QuotaStore } from '@tollgate/admission';
import type { Clock, JournalId } from '@tollgate/contracts';
import type { Logger } from '@tollgate/telemetry';
import { withTransaction } from '@tollgate/persistence';
import type { DataSource } from 'typeorm';
import { query } from '../database/query.js';
import { noteFindings } from '../findings/finding.js';

export interface LeaseReclaimerDependencies {
  readonly dataSource: DataSource;
  readonly quotaStore: QuotaStore;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** A holder that never published anything has consumed nothing; so long it may take to start and to be idle. */
const SILENT_WITHOUT_JOURNAL_MS = 3_600_000;
/** A journal that nobody closes may still be replayed; after so long it is given up. */
const SILENT_WITH_JOURNAL_MS = 24 * 3_600_000;
const BATCH_MAX = 100;

/** Gives back what leases did not consume, once nothing more can come for them. */
export class LeaseReclaimer {
  constructor(private readonly dependencies: LeaseReclaimerDependencies) {}

  /**
   * Journals that are closed and committed to their end. Run after the projector: what they consumed must be in the
   * store before the rest is given back.
   */
  async reclaimComplete(): Promise<void> {
    const complete = await query<{ id: JournalId }>(
      this.dependencies.dataSource,
      `select id from billing.journals j
        where closed and reclaimed_at is null and committed_through >= coalesce(final_sequence, upper(committed) - 1, 0)
          and not exists (select from billing.leases l
            where l.holder = j.id and not l.finished and l.projected < l.consumed)
        limit ${BATCH_MAX}`,
    );
    for (const { id } of complete) await this.#reclaim(id);
  }

  /** Holders that died without a journal, or whose journal never came back. */
  async reclaimSilent(): Promise<void> {
    const { quotaStore, clock, logger } = this.dependencies;
    const now = clock.now();
    for (const holder of await quotaStore.silentHolders(now - SILENT_WITHOUT_JOURNAL_MS)) {
      const state = await this.#journalState(holder);
      if (state === 'open') continue;
      await this.#reclaim(holder);
      logger.warn({ holder, state }, 'gave back the leases of a proxy that fell silent');
    }
    for (const holder of await quotaStore.silentHolders(now - SILENT_WITH_JOURNAL_MS)) {
      await this.#reclaim(holder);
      await withTransaction(this.dependencies.dataSource, (manager) =>
        noteFindings(manager, [{ kind: 'journal_abandoned', journalId: holder, details: {} }], now),
      );
    }
  }

  /** The store first: if it can't be reached, the journal stays to be reclaimed. */
  async #reclaim(holder: JournalId): Promise<void> {
    const { dataSource, quotaStore, clock } = this.dependencies;
    await quotaStore.reclaim(holder);
    await withTransaction(dataSource, async (manager) => {
      // What the store has not been told yet it still has to be told, as consumed after the reclaim.
      await query(
        manager,
        'update billing.leases set finished = true where holder = $1 and not finished and projected >= consumed',
        [holder],
      );
      await query(manager, 'update billing.journals set reclaimed_at = $2 where id = $1', [
        holder,
        new Date(clock.now()).toISOString(),
      ]);
    });
  }

  async #journalState(holder: JournalId): Promise<'none' | 'open' | 'reclaimed'> {
    const [row] = await query<{ reclaimed: boolean }>(
      this.dependencies.dataSource,
      'select reclaimed_at is not null as reclaimed from billing.journals where id = $1',
      [holder],
    );
    if (row === undefined) return 'none';
    return row.reclaimed ? 'reclaimed' : 'open';
  }
}
