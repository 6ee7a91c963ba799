import { CHANNEL_STATES, type ChannelId } from '@tollgate/contracts';
import { z } from 'zod';
import { type WindowSummary } from '../judgement/channel-window.js';
import { type Verdict } from '../judgement/judge-channel.js';

export const milliseconds = z.date().transform((date) => date.getTime());

const percentiles = z.object({ p50: z.number(), p95: z.number() });

const windowSummary = z.object({
  windowMs: z.number(),
  succeeded: z.number(),
  failed: z.number(),
  failedByCode: z.record(z.string(), z.number()),
  firstByteMsSum: z.number(),
  durationMsSum: z.number(),
  /** Absent in what an older version stored. */
  latency: z.object({ firstByteMs: percentiles, durationMs: percentiles }).nullable().default(null),
});

const judgement = z.object({
  state: z.enum(CHANNEL_STATES),
  reason: z.string(),
  since: z.number(),
  retryAt: z.number().nullable(),
  rests: z.number(),
});

/** What a verdict holds besides the judgement of the whole channel. */
const verdictParts = z.object({
  own: judgement,
  credentials: z.array(z.tuple([z.number(), judgement])),
  models: z.array(z.tuple([z.string(), judgement])),
  /** Absent in what an older version stored. */
  credentialsFingerprint: z.string().optional(),
});

const channelRow = z.object({
  channel_id: z.string().transform((id) => id as ChannelId),
  name: z.string(),
  state: z.enum(CHANNEL_STATES),
  reason: z.string(),
  since: milliseconds,
  retry_at: milliseconds.nullable(),
  rests: z.number(),
  observed: windowSummary.nullable(),
  /** `null`: stored by a version that knew no parts. */
  verdict: verdictParts.nullable(),
});

const transitionRow = z.object({
  id: z.string(),
  from_state: z.enum(CHANNEL_STATES),
  to_state: z.enum(CHANNEL_STATES),
  reason: z.string(),
  at: milliseconds,
  observed: windowSummary,
  credential: z.number().nullable(),
  model: z.string().nullable(),
});

/** A channel as stored. */
export interface StoredChannel {
  readonly id: ChannelId;
  readonly name: string;
  readonly verdict: Verdict;
  /** Of the credentials that the verdict is about; `undefined`: not known. */
  readonly credentialsFingerprint: string | undefined;
  /** `null`: nothing was seen of it yet. */
  readonly window: WindowSummary | null;
}

export type StoredTransition = z.output<typeof transitionRow>;

export function channelsFromRows(rows: unknown): StoredChannel[] {
  return z
    .array(channelRow)
    .parse(rows)
    .map((row) => ({
      id: row.channel_id,
      name: row.name,
      verdict: verdictOf(row),
      credentialsFingerprint: row.verdict?.credentialsFingerprint,
      window: row.observed,
    }));
}

export function transitionsFromRows(rows: unknown): StoredTransition[] {
  return z.array(transitionRow).parse(rows);
}

function verdictOf(row: z.output<typeof channelRow>): Verdict {
  const { state, reason, since, retry_at: retryAt, rests, verdict } = row;
  const whole = { state, reason, since, retryAt, rests };
  return {
    whole,
    own: verdict?.own ?? whole,
    credentials: new Map(verdict?.credentials),
    models: new Map(verdict?.models),
  };
}

/** For the column `verdict`. */
export function partsToRow(
  { own, credentials, models }: Verdict,
  credentialsFingerprint: string,
): z.input<typeof verdictParts> {
  return { own, credentials: [...credentials], models: [...models], credentialsFingerprint };
}
