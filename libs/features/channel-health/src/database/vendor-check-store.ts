import { type VendorQueryReply } from '@tollgate/contracts';
import { type DataSource, type EntityManager } from 'typeorm';
import { z } from 'zod';
import { type VendorFindings } from '../vendors/vendor-check.js';
import { milliseconds } from './channel-rows.js';

const names = z.array(z.string());

const vendorCheckRow = z.object({
  channel_id: z.string(),
  checked_at: milliseconds,
  balance_amount: z.string().nullable(),
  balance_currency: z.string().nullable(),
  balance_credential: z.number().nullable(),
  balance_low: z.boolean(),
  models: names.nullable(),
  missing: names,
  added: names,
  removed: names,
  changed_at: milliseconds.nullable(),
});
/** What a vendor told last. */
export type StoredVendorCheck = z.output<typeof vendorCheckRow>;

export interface VendorCheckRecord {
  readonly channelId: string;
  readonly reply: VendorQueryReply;
  readonly findings: VendorFindings;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** What vendors told: the last of it a channel. */
export class VendorCheckStore {
  async find(source: DataSource | EntityManager, channelId: string): Promise<StoredVendorCheck | undefined> {
    const rows: unknown = await source.query(
      'select * from channel_health.vendor_checks where channel_id = $1',
      [channelId],
    );
    return z.array(vendorCheckRow).parse(rows)[0];
  }

  /** What the vendor did not tell this time stays as it was. */
  async save(manager: EntityManager, { channelId, reply, findings, now }: VendorCheckRecord): Promise<void> {
    const { missing, added, removed } = findings;
    const isChange = added.length > 0 || removed.length > 0;
    await manager.query(
      `insert into channel_health.vendor_checks as known
         (channel_id, checked_at, balance_amount, balance_currency, balance_credential, balance_low, models, missing,
          added, removed, changed_at)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
       on conflict (channel_id) do update set
         checked_at = excluded.checked_at,
         balance_amount = coalesce(excluded.balance_amount, known.balance_amount),
         balance_currency = coalesce(excluded.balance_currency, known.balance_currency),
         balance_credential = coalesce(excluded.balance_credential, known.balance_credential),
         balance_low = excluded.balance_low,
         models = coalesce(excluded.models, known.models),
         missing = case when excluded.models is null then known.missing else excluded.missing end,
         added = case when excluded.changed_at is null then known.added else excluded.added end,
         removed = case when excluded.changed_at is null then known.removed else excluded.removed end,
         changed_at = coalesce(excluded.changed_at, known.changed_at)`,
      [
        ...[channelId, new Date(now), reply.balance?.amount ?? null, reply.balance?.currency ?? null],
        ...[reply.balance?.credential ?? null, findings.balanceLow],
        reply.models === null ? null : JSON.stringify(reply.models),
        ...[missing, added, removed].map((list) => JSON.stringify(list)),
        isChange ? new Date(now) : null,
      ],
    );
  }

  /** Channels that no longer exist. */
  async remove(manager: EntityManager, ids: readonly string[]): Promise<void> {
    if (ids.length > 0) {
      await manager.query('delete from channel_health.vendor_checks where channel_id = any($1)', [ids]);
    }
  }
}
