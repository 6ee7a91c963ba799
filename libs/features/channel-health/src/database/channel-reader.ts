import { type DataSource } from 'typeorm';
import {
  channelsFromRows,
  type StoredChannel,
  type StoredTransition,
  transitionsFromRows,
} from './channel-rows.js';

/** Answers questions about judgements, on any replica. */
export class ChannelReader {
  constructor(private readonly dataSource: DataSource) {}

  /** By name, then id, after the position; at most `limit`. */
  async list(after: readonly string[] | undefined, limit: number): Promise<StoredChannel[]> {
    const [name, id] = after ?? [];
    const rows: unknown = await this.dataSource.query(
      `select * from channel_health.channels
       where $1::text is null or (name, channel_id) > ($1, $2)
       order by name, channel_id limit $3`,
      [name ?? null, id ?? null, limit],
    );
    return channelsFromRows(rows);
  }

  async find(channelId: string): Promise<StoredChannel | undefined> {
    const rows: unknown = await this.dataSource.query(
      'select * from channel_health.channels where channel_id = $1',
      [channelId],
    );
    return channelsFromRows(rows)[0];
  }

  /** Newest first, older than the position; at most `limit`. */
  async history(
    channelId: string,
    before: readonly string[] | undefined,
    limit: number,
  ): Promise<StoredTransition[]> {
    const rows: unknown = await this.dataSource.query(
      `select id, from_state, to_state, reason, at, observed, credential, model from channel_health.transitions
       where channel_id = $1 and ($2::bigint is null or id < $2)
       order by id desc limit $3`,
      [channelId, before?.[0] ?? null, limit],
    );
    return transitionsFromRows(rows);
  }
}
