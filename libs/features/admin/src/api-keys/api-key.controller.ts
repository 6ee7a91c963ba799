import { Body, Controller, Get, HttpCode, Param, ParseUUIDPipe, Patch, Post, Query } from '@nestjs/common';
import { ApiCreatedResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { RequireRole } from '@tollgate/control-api';
import { CurrentActor } from '../identity/current-actor.js';
import { mapPage } from '../read-path/page-by-id.js';
import { type Actor } from '../write-path/actor.js';
import {
  ApiKeyPage,
  ApiKeyView,
  CreateApiKeyDto,
  CreatedApiKeyView,
  ListApiKeysQuery,
  UpdateApiKeyDto,
} from './api-key.dto.js';
import type { ApiKeyEntity } from './api-key.entity.js';
import { ApiKeyService } from './api-key.service.js';

@ApiTags('api keys')
@RequireRole('administrator')
@Controller('api/v1/api-keys')
export class ApiKeyController {
  constructor(private readonly apiKeys: ApiKeyService) {}

  @Get()
  @ApiOperation({ summary: 'List API keys, newest first.' })
  @ApiOkResponse({ type: ApiKeyPage })
  async list(@Query() query: ListApiKeysQuery): Promise<ApiKeyPage> {
    const { limit, cursor, ...filter } = query;
    return mapPage(await this.apiKeys.list(filter, { limit, cursor }), toView);
  }

  @Post()
  @ApiOperation({ summary: 'Create an API key. The answer holds its secret, this once.' })
  @ApiCreatedResponse({ type: CreatedApiKeyView })
  async create(@CurrentActor() actor: Actor, @Body() body: CreateApiKeyDto): Promise<CreatedApiKeyView> {
    const { key, secret } = await this.apiKeys.create(actor, withDate(body));
    return { ...toView(key), secret };
  }

  @Get(':id')
  @ApiOperation({ summary: 'One API key, without its secret.' })
  @ApiOkResponse({ type: ApiKeyView })
  async get(@Param('id', ParseUUIDPipe) id: string): Promise<ApiKeyView> {
    return toView(await this.apiKeys.get(id));
  }

  @Patch(':id')
  @ApiOperation({ summary: 'Change an API key; proxies follow within a second.' })
  @ApiOkResponse({ type: ApiKeyView })
  async update(
    @CurrentActor() actor: Actor,
    @Param('id', ParseUUIDPipe) id: string,
    @Body() body: UpdateApiKeyDto,
  ): Promise<ApiKeyView> {
    return toView(await this.apiKeys.update(actor, id, withDate(body)));
  }

  @Post(':id/revoke')
  @HttpCode(200)
  @ApiOperation({ summary: 'Revoke an API key for ever; proxies refuse it within a second.' })
  @ApiOkResponse({ type: ApiKeyView })
  async revoke(@CurrentActor() actor: Actor, @Param('id', ParseUUIDPipe) id: string): Promise<ApiKeyView> {
    return toView(await this.apiKeys.revoke(actor, id));
  }
}

function withDate<Body extends { readonly expiresAt?: string | null }>(body: Body) {
  const { expiresAt, ...rest } = body;
  return { ...rest, expiresAt: typeof expiresAt === 'string' ? new Date(expiresAt) : expiresAt };
}

function toView(key: ApiKeyEntity): ApiKeyView {
  const { id, organizationId, name, prefix, lastFour, status, models } = key;
  const { limits, allowedAddresses, requireTags } = key;
  return {
    ...{ id, organizationId, name, prefix, lastFour, status, models, limits, allowedAddresses, requireTags },
    expiresAt: key.expiresAt?.toISOString() ?? null,
    revokedAt: key.revokedAt?.toISOString() ?? null,
    createdAt: key.createdAt.toISOString(),
    updatedAt: key.updatedAt.toISOString(),
  };
}
