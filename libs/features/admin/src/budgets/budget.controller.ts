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
import type { BudgetStanding } from '@tollgate/contracts';
import { RequireRole } from '@tollgate/control-api';
import { CurrentActor } from '../identity/current-actor.js';
import { mapPage } from '../read-path/page-by-id.js';
import { type Actor } from '../write-path/actor.js';
import { usd } from './budget-event.js';
import { BudgetReader } from './budget-reader.js';
import { BudgetPage, BudgetView, CreateBudgetDto, ListBudgetsQuery, UpdateBudgetDto } from './budget.dto.js';
import type { BudgetEntity } from './budget.entity.js';
import { BudgetService } from './budget.service.js';

@ApiTags('budgets')
@RequireRole('administrator')
@Controller('api/v1/budgets')
export class BudgetController {
  constructor(
    private readonly budgets: BudgetService,
    private readonly standings: BudgetReader,
  ) {}

  @Get()
  @ApiOperation({ summary: 'List budgets, newest first, with what was spent in the period that runs.' })
  @ApiOkResponse({ type: BudgetPage })
  async list(@Query() query: ListBudgetsQuery): Promise<BudgetPage> {
    const { limit, cursor, ...filter } = query;
    const page = await this.budgets.list(filter, { limit, cursor });
    const standings = await this.standings.read(page.items.map(({ id }) => id));
    return mapPage(page, (budget) => toView(budget, standings[budget.id]));
  }

  @Post()
  @ApiOperation({ summary: 'Limit what an organization or a key may spend; counts from now on.' })
  @ApiCreatedResponse({ type: BudgetView })
  async create(@CurrentActor() actor: Actor, @Body() body: CreateBudgetDto): Promise<BudgetView> {
    return toView(await this.budgets.create(actor, body), undefined);
  }

  @Get(':id')
  @ApiOperation({ summary: 'One budget.' })
  @ApiOkResponse({ type: BudgetView })
  async get(@Param('id', ParseUUIDPipe) id: string): Promise<BudgetView> {
    return this.view(await this.budgets.get(id));
  }

  @Patch(':id')
  @ApiOperation({ summary: 'Change amount or thresholds, also of the period that runs.' })
  @ApiOkResponse({ type: BudgetView })
  async update(
    @CurrentActor() actor: Actor,
    @Param('id', ParseUUIDPipe) id: string,
    @Body() body: UpdateBudgetDto,
  ): Promise<BudgetView> {
    return toView(await this.budgets.update(actor, id, body), undefined);
  }

  @Delete(':id')
  @HttpCode(204)
  @ApiOperation({ summary: 'Remove a budget; proxies stop asking for it within a second.' })
  @ApiNoContentResponse()
  async remove(@CurrentActor() actor: Actor, @Param('id', ParseUUIDPipe) id: string): Promise<void> {
    await this.budgets.remove(actor, id);
  }

  private async view(budget: BudgetEntity): Promise<BudgetView> {
    const standings = await this.standings.read([budget.id]);
    return toView(budget, standings[budget.id]);
  }
}

/** Without a standing: right after a change, billing's figures would still be those of before. */
function toView(budget: BudgetEntity, standing: BudgetStanding | undefined): BudgetView {
  const { id, scope, scopeId, period, amount, thresholds, soft, createdAt, updatedAt } = budget;
  return {
    ...{ id, scope, scopeId, period, thresholds, soft },
    amount: usd(amount),
    spent: standing?.spent ?? null,
    remaining: standing?.remaining ?? null,
    endsAt: standing?.endsAt ?? null,
    createdAt: createdAt.toISOString(),
    updatedAt: updatedAt.toISOString(),
  };
}
