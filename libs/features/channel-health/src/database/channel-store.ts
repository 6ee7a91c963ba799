import { type ChannelId, type ChannelState } from '@tollgate/contracts';
import { type EntityManager } from 'typeorm';
import { type WindowTotals } from '../judgement/channel-window.js';
import { type Judgement } from '../judgement/judge.js';
import { channelsFromRows, type StoredChannel } from './channel-rows.js';

/** What is to be stored of one channel. */
export interface ChannelUpdate {
  readonly id: ChannelId;
  readonly name: string;
  readonly judgement: Judgement;
  readonly window: WindowTotals;
  /** The state before, when it changed. */
  readonly from: ChannelState | null;
}

const HISTORY_DAYS = 90;

/** Reads and writes the judgements, in the session of whoever leads. */
export class ChannelStore {
  async loadAll(manager: EntityManager): Promise<StoredChannel[]> {
    return channelsFromRows(await manager.query('select * from channel_health.channels'));
  }

  /** Writes all of it or nothing; a change of state leaves a line in the history. */
  async save(manager: EntityManager, updates: readonly ChannelUpdate[]): Promise<void> {
    if (updates.length === 0) {
      return;
    }
    const rows = JSON.stringify(updates.map(toRow));
    await manager.query(
      `insert into channel_health.channels (channel_id, name, state, reason, since, retry_at, rests, observed)
       select channel_id, name, state, reason, since, retry_at, rests, observed
       from jsonb_populate_recordset(null::channel_health.channels, $1::jsonb)
       on conflict (channel_id) do update set
         name = excluded.name, state = excluded.state, reason = excluded.reason, since = excluded.since,
         retry_at = excluded.retry_at, rests = excluded.rests, observed = excluded.observed`,
      [rows],
    );
    await manager.query(
      `insert into channel_health.transitions (channel_id, from_state, to_state, reason, at, observed)
       select channel_id, from_state, state, reason, since, observed
       from jsonb_to_recordset($1::jsonb) as row (
         channel_id text, from_state text, state text, reason text, since timestamptz, observed jsonb)
       where from_state is not null`,
      [rows],
    );
  }

  /** Channels that no longer exist, with their history. */
  async remove(manager: EntityManager, ids: readonly ChannelId[]): Promise<void> {
    if (ids.length > 0) {
      await manager.query('delete from channel_health.channels where channel_id = any($1)', [ids]);
    }
  }

  /** History is kept for 90 days. */
  async forgetOldHistory(manager: EntityManager, now: number): Promise<void> {
    await manager.query(
      `delete from channel_health.transitions where at < $1::timestamptz - make_interval(days => $2)`,
      [new Date(now), HISTORY_DAYS],
    );
  }
}

function toRow({ id, name, judgement, window, from }: ChannelUpdate): object {
  return {
    channel_id: id,
    name,
    state: judgement.state,
    from_state: from,
    reason: judgement.reason,
    since: new Date(judgement.since),
    retry_at: judgement.retryAt === null ? null : new Date(judgement.retryAt),
    rests: judgement.rests,
    observed: window,
  };
}
