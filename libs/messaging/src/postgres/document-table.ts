import type { BucketName } from '@tollgate/contracts';
import type pg from 'pg';
import type { StoredDocument } from '../document-store.js';
import { quoted } from './connection.js';

export interface ChangedRow {
  readonly key: string;
  readonly value: unknown;
  readonly revision: number;
  readonly deleted: boolean;
}

export interface ChangesPage {
  /** The bucket's revision at the moment of the page; 0: nothing was ever written. */
  readonly head: number;
  readonly rows: readonly ChangedRow[];
}

export interface ChangesInput {
  readonly bucket: BucketName;
  readonly after: number;
  readonly prefix: string;
  readonly limit: number;
}

interface DocumentRow {
  readonly value: unknown;
  readonly revision: string;
}

interface PageRow {
  readonly head: string;
  readonly key: string | null;
  readonly value: unknown;
  readonly revision: string | null;
  readonly deleted: boolean | null;
}

/**
 * The statements of the document tables. A write takes the next revision of its bucket by updating the bucket's row,
 * whose lock it holds until it commits: so revisions become visible in their order, and a reader who has seen revision n
 * has seen all before it.
 */
export class PostgresDocumentTable {
  readonly channel: string;
  private readonly schema: string;

  constructor(
    private readonly pool: pg.Pool,
    schema: string,
  ) {
    this.schema = quoted(schema);
    this.channel = `${schema}_documents`;
  }

  async get(bucket: BucketName, key: string): Promise<StoredDocument | undefined> {
    const found = await this.pool.query<DocumentRow>(
      `select value, revision from ${this.schema}.documents where bucket = $1 and key = $2 and not deleted`,
      [bucket, key],
    );
    const row = found.rows[0];
    return row && { key, value: row.value, revision: Number(row.revision) };
  }

  async put(bucket: BucketName, key: string, value: unknown): Promise<number> {
    const written = await this.pool.query<{ revision: string }>(
      `with head as (
         insert into ${this.schema}.buckets (name, revision) values ($1, 1)
         on conflict (name) do update set revision = buckets.revision + 1 returning revision
       ), written as (
         insert into ${this.schema}.documents (bucket, key, value, deleted, revision)
         select $1, $2, $3::json, false, head.revision from head
         on conflict (bucket, key) do update
         set value = excluded.value, deleted = false, revision = excluded.revision
         returning revision
       )
       select revision, pg_notify($4, $1) from written`,
      [bucket, key, JSON.stringify(value ?? null), this.channel],
    );
    return Number(written.rows[0]?.revision);
  }

  /** `false`: there is one. Of two that try at once, the second waits for the bucket's row and finds the first's. */
  async create(bucket: BucketName, key: string, value: unknown): Promise<boolean> {
    const written = await this.pool.query(
      `with head as (
         insert into ${this.schema}.buckets (name, revision) values ($1, 1)
         on conflict (name) do update set revision = buckets.revision + 1 returning revision
       ), written as (
         insert into ${this.schema}.documents (bucket, key, value, deleted, revision)
         select $1, $2, $3::json, false, head.revision from head
         on conflict (bucket, key) do update
         set value = excluded.value, deleted = false, revision = excluded.revision
         where documents.deleted
         returning revision
       )
       select pg_notify($4, $1) from written`,
      [bucket, key, JSON.stringify(value ?? null), this.channel],
    );
    return written.rows.length > 0;
  }

  /** Leaves a tombstone, so that a watch that was away learns of it. */
  async delete(bucket: BucketName, key: string): Promise<void> {
    await this.pool.query(
      `with head as (
         update ${this.schema}.buckets set revision = revision + 1
         where name = $1 and exists (
           select from ${this.schema}.documents where bucket = $1 and key = $2 and not deleted)
         returning revision
       ), deleted as (
         update ${this.schema}.documents document set value = null, deleted = true, revision = head.revision
         from head where document.bucket = $1 and document.key = $2 returning 1
       )
       select pg_notify($3, $1) from deleted`,
      [bucket, key, this.channel],
    );
  }

  async head(bucket: BucketName): Promise<number> {
    const found = await this.pool.query<{ revision: string }>(
      `select revision from ${this.schema}.buckets where name = $1`,
      [bucket],
    );
    return Number(found.rows[0]?.revision ?? 0);
  }

  async changes({ bucket, after, prefix, limit }: ChangesInput): Promise<ChangesPage> {
    const page = await this.pool.query<PageRow>(
      `select buckets.revision as head, document.key, document.value, document.revision, document.deleted
       from ${this.schema}.buckets left join lateral (
         select key, value, revision, deleted from ${this.schema}.documents
         where bucket = $1 and revision > $2 and starts_with(key, $3) order by revision limit $4
       ) document on true
       where buckets.name = $1 order by document.revision`,
      [bucket, after, prefix, limit],
    );
    return { head: Number(page.rows[0]?.head ?? 0), rows: page.rows.flatMap(toChange) };
  }
}

function toChange(row: PageRow): ChangedRow[] {
  if (row.key === null) return [];
  return [{ key: row.key, value: row.value, revision: Number(row.revision), deleted: row.deleted ?? false }];
}
