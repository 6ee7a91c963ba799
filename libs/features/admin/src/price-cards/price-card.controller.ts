import { Body, Controller, Get, Param, ParseUUIDPipe, Post, Query } from '@nestjs/common';
import { ApiCreatedResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { PageQuery, RequireRole } from '@tollgate/control-api';
import { CurrentActor } from '../identity/current-actor.js';
import { mapPage } from '../read-path/page-by-id.js';
import { type Actor } from '../write-path/actor.js';
import type { PriceCardVersionEntity } from './price-card-version.entity.js';
import {
  ListPriceCardsQuery,
  PriceCardPage,
  PriceCardVersionPage,
  PriceCardVersionView,
  PriceCardView,
  PublishedPriceView,
  PublishPriceDto,
} from './price-card.dto.js';
import { PriceCardService, type CurrentPriceCard } from './price-card.service.js';

@ApiTags('price cards')
@RequireRole('administrator')
@Controller('api/v1/price-cards')
export class PriceCardController {
  constructor(private readonly priceCards: PriceCardService) {}

  @Get()
  @ApiOperation({ summary: 'List price cards, one a model, with what applies now; newest first.' })
  @ApiOkResponse({ type: PriceCardPage })
  async list(@Query() query: ListPriceCardsQuery): Promise<PriceCardPage> {
    const { limit, cursor, ...filter } = query;
    return mapPage(await this.priceCards.list(filter, { limit, cursor }), toView);
  }

  @Post()
  @ApiOperation({ summary: "Publish a new version of a model's prices. Published versions never change." })
  @ApiCreatedResponse({ type: PublishedPriceView })
  async publish(@CurrentActor() actor: Actor, @Body() body: PublishPriceDto): Promise<PublishedPriceView> {
    const { model, prices, effectiveFrom } = body;
    const version = await this.priceCards.publish(actor, {
      ...{ model, prices },
      effectiveFrom: effectiveFrom === undefined ? undefined : new Date(effectiveFrom),
    });
    return { ...toVersionView(version), priceCardId: version.priceCardId };
  }

  @Get(':id')
  @ApiOperation({ summary: 'One price card with what applies now.' })
  @ApiOkResponse({ type: PriceCardView })
  async get(@Param('id', ParseUUIDPipe) id: string): Promise<PriceCardView> {
    return toView(await this.priceCards.get(id));
  }

  @Get(':id/versions')
  @ApiOperation({ summary: 'The history of a price card, latest version first.' })
  @ApiOkResponse({ type: PriceCardVersionPage })
  async versions(
    @Param('id', ParseUUIDPipe) id: string,
    @Query() query: PageQuery,
  ): Promise<PriceCardVersionPage> {
    return mapPage(await this.priceCards.versions(id, query), toVersionView);
  }
}

function toView({ card, current }: CurrentPriceCard): PriceCardView {
  return {
    id: card.id,
    model: card.model,
    current: current === undefined ? null : toVersionView(current),
  };
}

function toVersionView(version: PriceCardVersionEntity): PriceCardVersionView {
  return {
    version: version.version,
    effectiveFrom: version.effectiveFrom.toISOString(),
    prices: version.prices,
    createdAt: version.createdAt.toISOString(),
    createdBy: version.createdBy,
  };
}
