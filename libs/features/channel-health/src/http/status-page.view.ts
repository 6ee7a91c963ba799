import { ApiProperty } from '@nestjs/swagger';
import { CHANNEL_STATES, type ChannelState } from '@tollgate/contracts';
import { type StoredChannel } from '../database/channel-rows.js';
import { type DayTraffic, type Outage } from '../database/status-rows.js';
import { type StatusDay, statusDays } from '../status/status-days.js';
import { PercentilesView } from './channel-health.view.js';

/** In milliseconds, within 9 %. */
export class DayPercentilesView extends PercentilesView {
  @ApiProperty({ type: 'integer' })
  p99!: number;
}

export class StatusDayView implements StatusDay {
  @ApiProperty({ type: String, format: 'date', description: 'In UTC.' })
  day!: string;

  @ApiProperty({ type: Number, minimum: 0, maximum: 1, description: 'Share of the day without an incident.' })
  uptime!: number;

  @ApiProperty({ type: 'integer' })
  requests!: number;

  @ApiProperty({ type: 'integer' })
  failed!: number;

  @ApiProperty({
    type: DayPercentilesView,
    nullable: true,
    description: 'Of the successes: until the first bytes, of a stream its first token. null: not known.',
  })
  firstByte!: DayPercentilesView | null;

  @ApiProperty({
    type: DayPercentilesView,
    nullable: true,
    description: 'Of the successes: until the answer was complete. null: not known.',
  })
  duration!: DayPercentilesView | null;
}

export class StatusModelView {
  @ApiProperty({ type: String })
  name!: string;

  @ApiProperty({ enum: CHANNEL_STATES })
  state!: ChannelState;

  @ApiProperty({ type: [StatusDayView], description: 'Oldest first.' })
  days!: readonly StatusDayView[];
}

export class StatusChannelView {
  @ApiProperty({ type: String })
  channelId!: string;

  @ApiProperty({ type: String })
  name!: string;

  @ApiProperty({ enum: CHANNEL_STATES })
  state!: ChannelState;

  @ApiProperty({ type: [StatusDayView], description: 'Oldest first.' })
  days!: readonly StatusDayView[];

  @ApiProperty({ type: [StatusModelView], description: 'Models that were used, or failed, on these days.' })
  models!: readonly StatusModelView[];
}

export class StatusPage {
  @ApiProperty({ type: [StatusChannelView] })
  items!: readonly StatusChannelView[];

  @ApiProperty({ type: String, nullable: true })
  nextCursor!: string | null;
}

/** What is known of one channel. */
export interface StatusFacts {
  readonly traffic: readonly DayTraffic[];
  readonly outages: readonly Outage[];
  readonly days: number;
  readonly now: number;
}

export function toStatusChannelView(
  { id, name, verdict }: StoredChannel,
  { traffic, outages, days, now }: StatusFacts,
): StatusChannelView {
  const ofChannel = outages.filter(({ model }) => model === null);
  const models = new Set([...traffic, ...outages].map(({ model }) => model ?? ''));
  models.delete('');
  return {
    ...{ channelId: id, name, state: verdict.whole.state },
    days: statusDays({ outages: ofChannel, traffic, days, now }),
    models: [...models].sort().map((model) => ({
      name: model,
      state: verdict.models.get(model)?.state ?? verdict.whole.state,
      days: statusDays({
        // A model is down with its channel, too.
        outages: outages.filter((outage) => outage.model === null || outage.model === model),
        traffic: traffic.filter((line) => line.model === model),
        ...{ days, now },
      }),
    })),
  };
}
