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
import { mapPage } from '../read-path/page-by-id.js';
import { type Actor } from '../write-path/actor.js';
import { CreateModelDto, ListModelsQuery, ModelPage, ModelView, UpdateModelDto } from './model.dto.js';
import type { ModelEntity } from './model.entity.js';
import { ModelService } from './model.service.js';

@ApiTags('models')
@RequireRole('administrator')
@Controller('api/v1/models')
export class ModelController {
  constructor(private readonly models: ModelService) {}

  @Get()
  @ApiOperation({ summary: 'List what the catalogue knows of models, newest first.' })
  @ApiOkResponse({ type: ModelPage })
  async list(@Query() query: ListModelsQuery): Promise<ModelPage> {
    const { limit, cursor, ...filter } = query;
    return mapPage(await this.models.list(filter, { limit, cursor }), toView);
  }

  @Post()
  @ApiOperation({ summary: 'Describe a model. A model needs no entry to be served.' })
  @ApiCreatedResponse({ type: ModelView })
  async create(@CurrentActor() actor: Actor, @Body() body: CreateModelDto): Promise<ModelView> {
    return toView(await this.models.create(actor, body));
  }

  @Get(':id')
  @ApiOperation({ summary: 'One model.' })
  @ApiOkResponse({ type: ModelView })
  async get(@Param('id', ParseUUIDPipe) id: string): Promise<ModelView> {
    return toView(await this.models.get(id));
  }

  @Patch(':id')
  @ApiOperation({ summary: 'Change what is known of a model; proxies follow within a second.' })
  @ApiOkResponse({ type: ModelView })
  async update(
    @CurrentActor() actor: Actor,
    @Param('id', ParseUUIDPipe) id: string,
    @Body() body: UpdateModelDto,
  ): Promise<ModelView> {
    return toView(await this.models.update(actor, id, body));
  }

  @Delete(':id')
  @HttpCode(204)
  @ApiOperation({ summary: 'Forget what is known of a model; its prices stay.' })
  @ApiNoContentResponse()
  async remove(@CurrentActor() actor: Actor, @Param('id', ParseUUIDPipe) id: string): Promise<void> {
    await this.models.remove(actor, id);
  }
}

function toView(model: ModelEntity): ModelView {
  return { ...model, createdAt: model.createdAt.toISOString(), updatedAt: model.updatedAt.toISOString() };
}
