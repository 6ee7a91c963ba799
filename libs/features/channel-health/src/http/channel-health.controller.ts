import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { GatewayError } from '@tollgate/contracts';
import { decodeCursor, PageQuery, RequireRole, toPage } from '@tollgate/control-api';
import { ChannelReader } from '../database/channel-reader.js';
import { type StoredChannel } from '../database/channel-rows.js';
import { IncidentReader } from '../database/incident-reader.js';
import {
  ChannelHealthDetailView,
  ChannelHealthPage,
  ChannelHistoryPage,
  toChannelHealthDetailView,
  toChannelHealthView,
  toTransitionView,
} from './channel-health.view.js';
import { idPosition } from './id-position.js';

@ApiTags('channel-health')
@RequireRole('administrator')
@Controller('api/v1/channel-health/channels')
export class ChannelHealthController {
  constructor(
    private readonly channels: ChannelReader,
    private readonly incidents: IncidentReader,
  ) {}

  @Get()
  @ApiOperation({
    summary: 'List channels by name with their state, its reason and what was seen in the last minute.',
  })
  @ApiOkResponse({ type: ChannelHealthPage })
  async list(@Query() { cursor, limit }: PageQuery): Promise<ChannelHealthPage> {
    const rows = await this.channels.list(decodeCursor(cursor, 2), limit + 1);
    const { items, nextCursor } = toPage(rows, limit, ({ name, id }) => [name, id]);
    return { items: items.map(toChannelHealthView), nextCursor };
  }

  @Get(':channelId')
  @ApiOperation({ summary: 'A channel with its state, its reason, and how fast it usually is.' })
  @ApiOkResponse({ type: ChannelHealthDetailView })
  async get(@Param('channelId') channelId: string): Promise<ChannelHealthDetailView> {
    const channel = await this.#find(channelId);
    return toChannelHealthDetailView(channel, await this.incidents.baselines(channelId));
  }

  @Get(':channelId/history')
  @ApiOperation({ summary: 'How the state of a channel changed, newest first; 90 days are kept.' })
  @ApiOkResponse({ type: ChannelHistoryPage })
  async history(
    @Param('channelId') channelId: string,
    @Query() { cursor, limit }: PageQuery,
  ): Promise<ChannelHistoryPage> {
    await this.#find(channelId);
    const rows = await this.channels.history(channelId, idPosition(cursor), limit + 1);
    const { items, nextCursor } = toPage(rows, limit, ({ id }) => [id]);
    return { items: items.map(toTransitionView), nextCursor };
  }

  async #find(channelId: string): Promise<StoredChannel> {
    const channel = await this.channels.find(channelId);
    if (channel === undefined) {
      throw new GatewayError('not_found', `There is no channel ${channelId}.`);
    }
    return channel;
  }
}
