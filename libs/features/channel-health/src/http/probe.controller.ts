import { Body, Controller, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { type ChannelId, GatewayError } from '@tollgate/contracts';
import { PageQuery, RequireRole, toPage } from '@tollgate/control-api';
import { type ConfiguredChannel } from '../configuration/configuration-watch.js';
import { ProbeStore } from '../database/probe-store.js';
import { ChannelJudge } from '../judging/channel-judge.js';
import { Prober } from '../probing/prober.js';
import { VendorWatch } from '../vendors/vendor-watch.js';
import { idPosition } from './id-position.js';
import {
  ProbeChannelDto,
  ProbePage,
  ProbeView,
  toProbeView,
  toVendorCheckView,
  VendorCheckView,
} from './probe.dto.js';

const OK = 200;

@ApiTags('channel-health')
@RequireRole('administrator')
@Controller('api/v1/channel-health/channels/:channelId')
export class ProbeController {
  constructor(
    private readonly judge: ChannelJudge,
    private readonly prober: Prober,
    private readonly probes: ProbeStore,
    private readonly vendors: VendorWatch,
  ) {}

  @Post('probe')
  @HttpCode(OK)
  @ApiOperation({
    summary:
      'Try the channel with a tiny request, which the vendor charges and no tenant does. Its result counts in its health, and a success ends a rest.',
  })
  @ApiOkResponse({ type: ProbeView })
  async probe(@Param('channelId') channelId: string, @Body() asked: ProbeChannelDto): Promise<ProbeView> {
    const { id } = this.#find(channelId);
    const request = {
      channelId: id,
      operation: asked.operation ?? null,
      model: asked.model ?? null,
      streamed: asked.stream ?? false,
      credential: asked.credential ?? null,
    };
    return toProbeView(await this.prober.probe(request));
  }

  @Get('probes')
  @ApiOperation({ summary: 'Probes of the channel, newest first; 7 days are kept.' })
  @ApiOkResponse({ type: ProbePage })
  async list(
    @Param('channelId') channelId: string,
    @Query() { cursor, limit }: PageQuery,
  ): Promise<ProbePage> {
    const rows = await this.probes.list(channelId, idPosition(cursor)?.[0], limit + 1);
    const { items, nextCursor } = toPage(rows, limit, ({ id }) => [id]);
    return { items: items.map(toProbeView), nextCursor };
  }

  @Post('vendor-check')
  @HttpCode(OK)
  @ApiOperation({
    summary: 'Ask the vendor for its models and for what is left of our balance, where it has an API.',
  })
  @ApiOkResponse({ type: VendorCheckView })
  async check(@Param('channelId') channelId: string): Promise<VendorCheckView> {
    const channel = this.#find(channelId);
    return toVendorCheckView(await this.vendors.check(channel, this.judge.configuration.settings));
  }

  @Get('vendor-check')
  @ApiOperation({ summary: 'What the vendor told last of its models and our balance.' })
  @ApiOkResponse({ type: VendorCheckView })
  async lastCheck(@Param('channelId') channelId: string): Promise<VendorCheckView> {
    const stored = await this.vendors.last(channelId);
    if (stored === undefined) {
      throw new GatewayError('not_found', `The vendor of channel ${channelId} was not asked yet.`);
    }
    return toVendorCheckView(stored);
  }

  #find(channelId: string): ConfiguredChannel {
    const channel = this.judge.configuration.channels.get(channelId as ChannelId);
    if (channel === undefined) {
      throw new GatewayError('not_found', `There is no channel ${channelId}.`);
    }
    return channel;
  }
}
