import { ApiProperty } from '@nestjs/swagger';
import { CHANNEL_STATES, type ChannelState } from '@tollgate/contracts';
import { type StoredChannel, type StoredTransition } from '../database/channel-rows.js';
import { type WindowTotals, WINDOW_MS } from '../judgement/channel-window.js';

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

  @ApiProperty({ type: WindowView })
  window!: WindowView;
}

export class ChannelHealthPage {
  @ApiProperty({ type: [ChannelHealthView] })
  items!: readonly ChannelHealthView[];

  @ApiProperty({ type: String, nullable: true })
  nextCursor!: string | null;
}

export class ChannelTransitionView {
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

const NOTHING_SEEN: WindowTotals = {
  windowMs: WINDOW_MS,
  succeeded: 0,
  failed: 0,
  failedByCode: {},
  firstByteMsSum: 0,
  durationMsSum: 0,
};

export function toChannelHealthView({ id, name, judgement, window }: StoredChannel): ChannelHealthView {
  const { state, reason, since, retryAt } = judgement;
  return {
    channelId: id,
    name,
    state,
    reason,
    since: toIso(since),
    retryAt: retryAt === null ? null : toIso(retryAt),
    window: toWindowView(window ?? NOTHING_SEEN),
  };
}

export function toTransitionView(transition: StoredTransition): ChannelTransitionView {
  return {
    from: transition.from_state,
    to: transition.to_state,
    reason: transition.reason,
    at: toIso(transition.at),
    window: toWindowView(transition.observed),
  };
}

function toWindowView(totals: WindowTotals): WindowView {
  const mean = (sum: number): number | null =>
    totals.succeeded === 0 ? null : Math.round(sum / totals.succeeded);
  return {
    seconds: totals.windowMs / 1_000,
    requests: totals.succeeded + totals.failed,
    failed: totals.failed,
    failedByCode: totals.failedByCode,
    firstByteMs: mean(totals.firstByteMsSum),
    durationMs: mean(totals.durationMsSum),
  };
}

function toIso(time: number): string {
  return new Date(time).toISOString();
}
