import { CHANNEL_STATES, type ChannelId } from '@tollgate/contracts';
import { z } from 'zod';
import { type WindowTotals } from '../judgement/channel-window.js';
import { type Judgement } from '../judgement/judge.js';

const milliseconds = z.date().transform((date) => date.getTime());

const windowTotals = z.object({
  windowMs: z.number(),
  succeeded: z.number(),
  failed: z.number(),
  failedByCode: z.record(z.string(), z.number()),
  firstByteMsSum: z.number(),
  durationMsSum: z.number(),
});

const channelRow = z.object({
  channel_id: z.string().transform((id) => id as ChannelId),
  name: z.string(),
  state: z.enum(CHANNEL_STATES),
  reason: z.string(),
  since: milliseconds,
  retry_at: milliseconds.nullable(),
  rests: z.number(),
  observed: windowTotals.nullable(),
});

const transitionRow = z.object({
  id: z.string(),
  from_state: z.enum(CHANNEL_STATES),
  to_state: z.enum(CHANNEL_STATES),
  reason: z.string(),
  at: milliseconds,
  observed: windowTotals,
});

/** A channel as stored. */
export interface StoredChannel {
  readonly id: ChannelId;
  readonly name: string;
  readonly judgement: Judgement;
  /** `null`: nothing was seen of it yet. */
  readonly window: WindowTotals | null;
}

export type StoredTransition = z.output<typeof transitionRow>;

export function channelsFromRows(rows: unknown): StoredChannel[] {
  return z
    .array(channelRow)
    .parse(rows)
    .map((row) => ({
      id: row.channel_id,
      name: row.name,
      judgement: {
        state: row.state,
        reason: row.reason,
        since: row.since,
        retryAt: row.retry_at,
        rests: row.rests,
      },
      window: row.observed,
    }));
}

export function transitionsFromRows(rows: unknown): StoredTransition[] {
  return z.array(transitionRow).parse(rows);
}
