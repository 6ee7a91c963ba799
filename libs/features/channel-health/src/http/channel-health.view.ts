import { ApiProperty } from '@nestjs/swagger';
import { CHANNEL_STATES, type ChannelState, type LatencyCounts } from '@tollgate/contracts';
import { type StoredChannel, type StoredTransition } from '../database/channel-rows.js';
import { type Baseline } from '../database/status-rows.js';
import { NOTHING_SEEN, type WindowSummary } from '../judgement/channel-window.js';
import { type Judgement } from '../judgement/judge.js';
import { Latencies, type Percentiles } from '../judgement/latencies.js';

/** In milliseconds, within 9 %. */
export class PercentilesView {
  @ApiProperty({ type: 'integer' })
  p50!: number;

  @ApiProperty({ type: 'integer' })
  p95!: number;
}

const PERCENTILES = { type: PercentilesView, nullable: true, description: 'null: not known.' } as const;

/** What was seen of a channel in the last seconds. */
export class WindowView {
  @ApiProperty({ type: 'integer' })
  seconds!: number;

  @ApiProperty({ type: 'integer' })
  requests!: number;

  @ApiProperty({ type: 'integer' })
  failed!: number;

  @ApiProperty({ type: 'object', additionalProperties: { type: 'integer' }, description: 'By error code.' })
  failedByCode!: Readonly<Record<string, number>>;

  @ApiProperty({ type: Number, nullable: true, description: 'Mean of the successes in milliseconds.' })
  firstByteMs!: number | null;

  @ApiProperty({ type: Number, nullable: true, description: 'Mean of the successes in milliseconds.' })
  durationMs!: number | null;

  @ApiProperty(PERCENTILES)
  firstByte!: PercentilesView | null;

  @ApiProperty(PERCENTILES)
  duration!: PercentilesView | null;
}

class PartView {
  @ApiProperty({ enum: CHANNEL_STATES })
  state!: ChannelState;

  @ApiProperty({ type: String })
  reason!: string;

  @ApiProperty({ type: String, format: 'date-time' })
  since!: string;

  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  retryAt!: string | null;
}

export class CredentialHealthView extends PartView {
  @ApiProperty({ type: 'integer', description: 'Its place among the credentials of the channel, from 0.' })
  position!: number;
}

export class ModelHealthView extends PartView {
  @ApiProperty({ type: String })
  name!: string;
}

export class BaselineView {
  @ApiProperty({ type: String, description: 'Empty where the model is not known.' })
  model!: string;

  @ApiProperty({ type: Number, description: 'Moving average in milliseconds.' })
  firstByteMs!: number;

  @ApiProperty({ type: Number, description: 'Moving average in milliseconds.' })
  durationMs!: number;

  @ApiProperty(PERCENTILES)
  firstByte!: PercentilesView | null;

  @ApiProperty(PERCENTILES)
  duration!: PercentilesView | null;

  @ApiProperty({ type: 'integer', description: 'Successes that it rests on.' })
  samples!: number;

  @ApiProperty({ type: String, format: 'date-time' })
  updatedAt!: string;
}

export class ChannelHealthView {
  @ApiProperty({ type: String })
  channelId!: string;

  @ApiProperty({ type: String })
  name!: string;

  @ApiProperty({ enum: CHANNEL_STATES })
  state!: ChannelState;

  @ApiProperty({ type: String })
  reason!: string;

  @ApiProperty({ type: String, format: 'date-time' })
  since!: string;

  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  retryAt!: string | null;

  @ApiProperty({ type: [CredentialHealthView], description: 'Those that are not healthy.' })
  credentials!: readonly CredentialHealthView[];

  @ApiProperty({ type: [ModelHealthView], description: 'Those that are not healthy.' })
  models!: readonly ModelHealthView[];

  @ApiProperty({ type: WindowView })
  window!: WindowView;
}

export class ChannelHealthDetailView extends ChannelHealthView {
  @ApiProperty({ type: [BaselineView], description: 'How fast the channel usually is, by model.' })
  baselines!: readonly BaselineView[];
}

export class ChannelHealthPage {
  @ApiProperty({ type: [ChannelHealthView] })
  items!: readonly ChannelHealthView[];

  @ApiProperty({ type: String, nullable: true })
  nextCursor!: string | null;
}

export class ChannelTransitionView {
  @ApiProperty({ type: 'integer', nullable: true, description: 'Of this credential; null: not of one.' })
  credential!: number | null;

  @ApiProperty({ type: String, nullable: true, description: 'Of this model; null: not of one.' })
  model!: string | null;

  @ApiProperty({ enum: CHANNEL_STATES })
  from!: ChannelState;

  @ApiProperty({ enum: CHANNEL_STATES })
  to!: ChannelState;

  @ApiProperty({ type: String })
  reason!: string;

  @ApiProperty({ type: String, format: 'date-time' })
  at!: string;

  @ApiProperty({ type: WindowView })
  window!: WindowView;
}

export class ChannelHistoryPage {
  @ApiProperty({ type: [ChannelTransitionView] })
  items!: readonly ChannelTransitionView[];

  @ApiProperty({ type: String, nullable: true })
  nextCursor!: string | null;
}

export function toChannelHealthView({ id, name, verdict, window }: StoredChannel): ChannelHealthView {
  return {
    channelId: id,
    name,
    ...toPartView(verdict.whole),
    credentials: [...verdict.credentials].map(([position, part]) => ({ position, ...toPartView(part) })),
    models: [...verdict.models].map(([model, part]) => ({ name: model, ...toPartView(part) })),
    window: toWindowView(window ?? NOTHING_SEEN),
  };
}

export function toChannelHealthDetailView(
  channel: StoredChannel,
  baselines: readonly Baseline[],
): ChannelHealthDetailView {
  return {
    ...toChannelHealthView(channel),
    baselines: baselines.map(toBaselineView),
  };
}

function toBaselineView(baseline: Baseline): BaselineView {
  return {
    model: baseline.model,
    firstByteMs: Math.round(baseline.first_byte_ms),
    durationMs: Math.round(baseline.duration_ms),
    firstByte: percentilesOf(baseline.first_byte_counts),
    duration: percentilesOf(baseline.duration_counts),
    samples: baseline.samples,
    updatedAt: toIso(baseline.updated_at),
  };
}

function percentilesOf(counts: LatencyCounts): Percentiles | null {
  return new Latencies(counts).percentiles() ?? null;
}

function toPartView({ state, reason, since, retryAt }: Judgement): PartView {
  return { state, reason, since: toIso(since), retryAt: retryAt === null ? null : toIso(retryAt) };
}

export function toTransitionView(transition: StoredTransition): ChannelTransitionView {
  return {
    credential: transition.credential,
    model: transition.model,
    from: transition.from_state,
    to: transition.to_state,
    reason: transition.reason,
    at: toIso(transition.at),
    window: toWindowView(transition.observed),
  };
}

function toWindowView(totals: WindowSummary): WindowView {
  const mean = (sum: number): number | null =>
    totals.succeeded === 0 ? null : Math.round(sum / totals.succeeded);
  return {
    seconds: totals.windowMs / 1_000,
    requests: totals.succeeded + totals.failed,
    failed: totals.failed,
    failedByCode: totals.failedByCode,
    firstByteMs: mean(totals.firstByteMsSum),
    durationMs: mean(totals.durationMsSum),
    firstByte: totals.latency?.firstByteMs ?? null,
    duration: totals.latency?.durationMs ?? null,
  };
}

export function toIso(time: number): string {
  return new Date(time).toISOString();
}
