import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { GatewayError } from '@tollgate/contracts';
import { decodeCursor, PageQuery, RequireRole, toPage } from '@tollgate/control-api';
import { ChannelReader } from '../database/channel-reader.js';
import {
  ChannelHealthPage,
  ChannelHistoryPage,
  toChannelHealthView,
  toTransitionView,
} from './channel-health.view.js';

@ApiTags('channel-health')
@RequireRole('administrator')
@Controller('api/v1/channel-health/channels')
export class ChannelHealthController {
  constructor(private readonly channels: ChannelReader) {}

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

  @Get(':channelId/history')
  @ApiOperation({ summary: 'How the state of a channel changed, newest first; 90 days are kept.' })
  @ApiOkResponse({ type: ChannelHistoryPage })
  async history(
    @Param('channelId') channelId: string,
    @Query() { cursor, limit }: PageQuery,
  ): Promise<ChannelHistoryPage> {
    if (!(await this.channels.exists(channelId))) {
      throw new GatewayError('not_found', `There is no channel ${channelId}.`);
    }
    const rows = await this.channels.history(channelId, historyPosition(cursor), limit + 1);
    const { items, nextCursor } = toPage(rows, limit, ({ id }) => [id]);
    return { items: items.map(toTransitionView), nextCursor };
  }
}

function historyPosition(cursor: string | undefined): readonly string[] | undefined {
  const position = decodeCursor(cursor, 1);
  return position === undefined || /^\d{1,18}$/.test(position[0] ?? '') ? position : decodeCursor('', 1);
}
