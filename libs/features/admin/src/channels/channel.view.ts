import { ApiProperty } from '@nestjs/swagger';
import {
  CHANNEL_STATES,
  VENDOR_DIALECT_IDS,
  type ChannelState,
  type PriceSheet,
  type VendorDialectId,
} from '@tollgate/contracts';
import { PriceSheetDto } from '../price-cards/price-sheet.dto.js';
import { ChannelExtrasDto } from '../routing/routing.dto.js';
import { CHANNEL_ROUTING_DEFAULTS } from '../routing/routing-values.js';
import { allTransforms } from './transform-values.js';
import { shownTransport } from './transport-values.js';
import type { ChannelEntity } from './channel.entity.js';
import type { ChannelHealth } from './channel-health-reader.js';

export class ChannelModelView {
  @ApiProperty({ type: String })
  name: string;

  @ApiProperty({ type: String })
  upstream: string;

  @ApiProperty({ type: PriceSheetDto, nullable: true })
  cost: PriceSheet | null;
}

export class CredentialView {
  @ApiProperty({ type: String, description: 'Its last four characters; empty when it is short.' })
  lastFour: string;
}

export class ChannelHealthView {
  @ApiProperty({ enum: CHANNEL_STATES })
  state: ChannelState;

  @ApiProperty({ type: String })
  reason: string;

  @ApiProperty({ type: String, format: 'date-time' })
  since: string;
}

export class ChannelView extends ChannelExtrasDto {
  @ApiProperty({ type: String, format: 'uuid' })
  id: string;

  @ApiProperty({ type: String })
  name: string;

  @ApiProperty({ type: String })
  provider: string;

  @ApiProperty({ type: String })
  baseUrl: string;

  @ApiProperty({ type: [CredentialView] })
  credentials: CredentialView[];

  @ApiProperty({ type: [ChannelModelView] })
  models: ChannelModelView[];

  @ApiProperty({ type: [String] })
  groups: string[];

  @ApiProperty({ enum: VENDOR_DIALECT_IDS, nullable: true })
  dialect: VendorDialectId | null;

  @ApiProperty({ type: 'object', additionalProperties: { type: 'string' } })
  options: Record<string, string>;

  @ApiProperty({ type: Boolean })
  thinkingToContent: boolean;

  @ApiProperty({ type: 'integer' })
  priority: number;

  @ApiProperty({ type: 'integer' })
  weight: number;

  @ApiProperty({ type: Boolean })
  enabled: boolean;

  @ApiProperty({
    type: ChannelHealthView,
    nullable: true,
    description: 'What channel-health judges; null when it has judged nothing or can not be asked.',
  })
  health: ChannelHealthView | null;

  @ApiProperty({ type: String, format: 'date-time' })
  createdAt: string;

  @ApiProperty({ type: String, format: 'date-time' })
  updatedAt: string;
}

export class ChannelPage {
  @ApiProperty({ type: [ChannelView] })
  items: readonly ChannelView[];

  @ApiProperty({ type: String, nullable: true })
  nextCursor: string | null;
}

/** What may be seen of a channel: of its credentials only how they end. */
export function toChannelView(channel: ChannelEntity, health: ChannelHealth | undefined): ChannelView {
  const { id, name, provider, baseUrl, models, groups, dialect, priority, weight, enabled } = channel;
  return {
    ...{ id, name, provider, baseUrl, groups, dialect, priority, weight, enabled },
    ...allTransforms(channel.transforms),
    ...shownTransport(channel.transport),
    ...{ ...CHANNEL_ROUTING_DEFAULTS, ...channel.routing },
    options: { ...channel.options },
    thinkingToContent: channel.thinkingToContent,
    models: models.map((model) => ({ ...model })),
    credentials: channel.credentials.map(({ lastFour }) => ({ lastFour })),
    health:
      health === undefined
        ? null
        : { state: health.state, reason: health.reason, since: new Date(health.since).toISOString() },
    createdAt: channel.createdAt.toISOString(),
    updatedAt: channel.updatedAt.toISOString(),
  };
}
