import { journalWatermarkKey, type JournalId, type JournalWatermark } from '@tollgate/contracts';
import type { DocumentStore } from '@tollgate/messaging';
import { withTransaction } from '@tollgate/persistence';
import type { DataSource } from 'typeorm';
import { query } from '../database/query.js';

const BATCH_MAX = 500;
const FORGET_AFTER_DAYS = 7;
/** Held while publishing: a document never goes back because two instances overtake each other. */
const PUBLISH_LOCK = "hashtext('billing.watermarks')";

/** Tells proxies how far their journals are committed, so that they may forget them. */
export class Watermarks {
  constructor(
    private readonly dataSource: DataSource,
    private readonly documents: DocumentStore,
  ) {}

  /** Publishes what rose since; what can't be published now stays to be. */
  async publish(): Promise<void> {
    while ((await this.#publishSome()) === BATCH_MAX);
  }

  /** Removes the documents of journals that ended long ago. */
  async forgetOld(now: number): Promise<void> {
    const old = await query<{ id: JournalId }>(
      this.dataSource,
      `select id from billing.journals
        where reclaimed_at is not null and not forgotten and seen_at < $1 limit ${BATCH_MAX}`,
      [new Date(now - FORGET_AFTER_DAYS * 86_400_000).toISOString()],
    );
    for (const { id } of old) {
      await this.documents.bucket('billing').delete(journalWatermarkKey(id));
      await query(this.dataSource, 'update billing.journals set forgotten = true where id = $1', [id]);
    }
  }

  #publishSome(): Promise<number> {
    return withTransaction(this.dataSource, async (manager) => {
      const [lock] = await query<{ locked: boolean }>(
        manager,
        `select pg_try_advisory_xact_lock(${PUBLISH_LOCK}) as locked`,
      );
      if (lock?.locked !== true) return 0;
      const risen = await query<{ id: JournalId; through: string }>(
        manager,
        `select id, committed_through as through from billing.journals
          where published_through < committed_through order by id limit ${BATCH_MAX}`,
      );
      await Promise.all(
        risen.map(({ id, through }) => this.#put({ journalId: id, committedThrough: Number(through) })),
      );
      await query(
        manager,
        `update billing.journals j set published_through = p.through
          from unnest($1::text[], $2::bigint[]) as p (id, through) where j.id = p.id`,
        [risen.map(({ id }) => id), risen.map(({ through }) => through)],
      );
      return risen.length;
    });
  }

  async #put(watermark: JournalWatermark): Promise<void> {
    await this.documents.bucket('billing').put(journalWatermarkKey(watermark.journalId), watermark);
  }
}
