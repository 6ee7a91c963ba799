import { type ChannelId } from '@tollgate/contracts';
import { type EntityManager } from 'typeorm';
import { type WindowSummary } from '../judgement/channel-window.js';
import { type Transition, type Verdict } from '../judgement/judge-channel.js';
import { type Affected } from '../judging/affected-requests.js';
import { channelsFromRows, partsToRow, type StoredChannel } from './channel-rows.js';

/** What is to be stored of one channel. */
export interface ChannelUpdate {
  readonly id: ChannelId;
  readonly name: string;
  readonly verdict: Verdict;
  /** Of the credentials that the verdict is about. */
  readonly credentialsFingerprint: string;
  readonly window: WindowSummary;
  readonly transitions: readonly Transition[];
  readonly affected: readonly Affected[];
}

const HISTORY_DAYS = 90;

/** Reads and writes the verdicts, in the session of whoever leads. */
export class ChannelStore {
  async loadAll(manager: EntityManager): Promise<StoredChannel[]> {
    return channelsFromRows(await manager.query('select * from channel_health.channels'));
  }

  /** Writes all of it or nothing; a change of state leaves a line in the history. */
  async save(manager: EntityManager, updates: readonly ChannelUpdate[], now: number): Promise<void> {
    if (updates.length === 0) {
      return;
    }
    await manager.query(
      `insert into channel_health.channels
         (channel_id, name, state, reason, since, retry_at, rests, observed, verdict)
       select channel_id, name, state, reason, since, retry_at, rests, observed, verdict
       from jsonb_populate_recordset(null::channel_health.channels, $1::jsonb)
       on conflict (channel_id) do update set
         name = excluded.name, state = excluded.state, reason = excluded.reason, since = excluded.since,
         retry_at = excluded.retry_at, rests = excluded.rests, observed = excluded.observed,
         verdict = excluded.verdict`,
      [JSON.stringify(updates.map(toRow))],
    );
    const changes = updates.flatMap((update) => transitionRows(update, now));
    if (changes.length > 0) {
      await manager.query(
        `insert into channel_health.transitions
           (channel_id, credential, model, from_state, to_state, reason, at, observed)
         select channel_id, credential, model, from_state, to_state, reason, at, observed
         from jsonb_to_recordset($1::jsonb) as row (
           channel_id text, credential integer, model text, from_state text, to_state text, reason text,
           at timestamptz, observed jsonb)`,
        [JSON.stringify(changes)],
      );
    }
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

function toRow({ id, name, verdict, credentialsFingerprint, window }: ChannelUpdate): object {
  const { state, reason, since, retryAt, rests } = verdict.whole;
  return {
    ...{ channel_id: id, name, state, reason, rests },
    since: new Date(since),
    retry_at: retryAt === null ? null : new Date(retryAt),
    observed: window,
    verdict: partsToRow(verdict, credentialsFingerprint),
  };
}

function transitionRows({ id, transitions }: ChannelUpdate, now: number): object[] {
  return transitions.map(({ part, from, to, observed }) => ({
    channel_id: id,
    credential: part?.kind === 'credential' ? part.key : null,
    model: part?.kind === 'model' ? part.key : null,
    ...{ from_state: from, to_state: to.state, reason: to.reason, at: new Date(now), observed },
  }));
}
