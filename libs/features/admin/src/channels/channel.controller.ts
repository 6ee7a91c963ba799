import {
  Body,
  Controller,
  Delete,
  Get,
  HttpCode,
  Param,
  ParseUUIDPipe,
  Patch,
  Post,
  Query,
} from '@nestjs/common';
import {
  ApiCreatedResponse,
  ApiNoContentResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
} from '@nestjs/swagger';
import { RequireRole } from '@tollgate/control-api';
import { CurrentActor } from '../identity/current-actor.js';
import { canonicalSheet } from '../price-cards/price-sheet.js';
import { mapPage } from '../read-path/page-by-id.js';
import { type Actor } from '../write-path/actor.js';
import { ChannelHealthReader } from './channel-health-reader.js';
import type { ChannelModel } from './channel-values.js';
import {
  CreateChannelDto,
  ListChannelsQuery,
  UpdateChannelDto,
  type ChannelModelDto,
} from './channel.dto.js';
import { ChannelService } from './channel.service.js';
import { ChannelPage, ChannelView, toChannelView } from './channel.view.js';

@ApiTags('channels')
@RequireRole('administrator')
@Controller('api/v1/channels')
export class ChannelController {
  constructor(
    private readonly channels: ChannelService,
    private readonly health: ChannelHealthReader,
  ) {}

  @Get()
  @ApiOperation({ summary: 'List channels, newest first. Of credentials only how they end.' })
  @ApiOkResponse({ type: ChannelPage })
  async list(@Query() query: ListChannelsQuery): Promise<ChannelPage> {
    const { limit, cursor, ...filter } = query;
    const page = await this.channels.list(filter, { limit, cursor });
    const health = await this.health.read(page.items.map(({ id }) => id));
    return mapPage(page, (channel) => toChannelView(channel, health.get(channel.id)));
  }

  @Post()
  @ApiOperation({ summary: 'Create a channel; proxies use it within a second.' })
  @ApiCreatedResponse({ type: ChannelView })
  async create(@CurrentActor() actor: Actor, @Body() body: CreateChannelDto): Promise<ChannelView> {
    const channel = await this.channels.create(actor, { ...body, models: body.models.map(toModel) });
    return toChannelView(channel, undefined);
  }

  @Get(':id')
  @ApiOperation({ summary: 'One channel.' })
  @ApiOkResponse({ type: ChannelView })
  async get(@Param('id', ParseUUIDPipe) id: string): Promise<ChannelView> {
    const health = await this.health.read([id]);
    return toChannelView(await this.channels.get(id), health.get(id));
  }

  @Patch(':id')
  @ApiOperation({ summary: 'Change a channel; proxies follow within a second.' })
  @ApiOkResponse({ type: ChannelView })
  async update(
    @CurrentActor() actor: Actor,
    @Param('id', ParseUUIDPipe) id: string,
    @Body() body: UpdateChannelDto,
  ): Promise<ChannelView> {
    const { models, ...rest } = body;
    const channel = await this.channels.update(actor, id, { ...rest, models: models?.map(toModel) });
    const health = await this.health.read([id]);
    return toChannelView(channel, health.get(id));
  }

  @Delete(':id')
  @HttpCode(204)
  @ApiOperation({ summary: 'Delete a channel and its credentials.' })
  @ApiNoContentResponse()
  async remove(@CurrentActor() actor: Actor, @Param('id', ParseUUIDPipe) id: string): Promise<void> {
    await this.channels.remove(actor, id);
  }
}

function toModel({ name, upstream, cost }: ChannelModelDto): ChannelModel {
  return {
    name,
    upstream: upstream ?? name,
    cost: cost === null || cost === undefined ? null : canonicalSheet(cost),
  };
}
