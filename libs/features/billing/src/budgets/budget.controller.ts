import { Controller, Get, Param, Query } from '@nestjs/common';
import { MessagePattern, Payload } from '@nestjs/microservices';
import { ApiBearerAuth, ApiOperation, ApiTags } from '@nestjs/swagger';
import { formatUsd, GatewayError, RPC, type BudgetId, type BudgetsReply } from '@tollgate/contracts';
import { PageQuery, RequireRole, toPage, type Page } from '@tollgate/control-api';
import { DataSource } from 'typeorm';
import { z } from 'zod';
import { Billing } from '../billing.js';
import { rowIdBefore } from '../database/row-cursor.js';
import { readBudgetAlerts } from './budget-alerts.js';
import type { BudgetState } from './budget-standings.js';

/** A threshold that was reached, once a period. */
export interface BudgetAlertView {
  readonly id: string;
  readonly budgetId: string;
  /** Names the period, e.g. `budget:<id>:2026-11-01`. */
  readonly account: string;
  /** Percent of the amount. */
  readonly threshold: number;
  /** USD, when it was noticed. */
  readonly amount: string;
  readonly spent: string;
  readonly noticedAt: string;
}

@ApiTags('billing')
@ApiBearerAuth()
@RequireRole('administrator')
@Controller('api/v1/billing/budgets')
export class BudgetController {
  constructor(
    private readonly billing: Billing,
    private readonly dataSource: DataSource,
  ) {}

  @Get(':budgetId')
  @ApiOperation({ summary: 'A budget, and what was spent of it in the period that runs' })
  async budget(@Param('budgetId') budgetId: string): Promise<BudgetState> {
    const [state] = await this.billing.budgetStates([budgetId as BudgetId]);
    if (state === undefined) throw new GatewayError('not_found', `There is no budget ${budgetId}.`);
    return state;
  }

  @Get(':budgetId/alerts')
  @ApiOperation({ summary: 'Thresholds that the budget reached, newest first; each once a period' })
  async alerts(
    @Param('budgetId') budgetId: string,
    @Query() { limit, cursor }: PageQuery,
  ): Promise<Page<BudgetAlertView>> {
    const input = { budgetId, limit: limit + 1, ...rowIdBefore(cursor) };
    const alerts = await readBudgetAlerts(this.dataSource, input);
    const views = alerts.map(({ amount, spent, noticedAt, ...alert }) => ({
      ...alert,
      amount: formatUsd(amount),
      spent: formatUsd(spent),
      noticedAt: noticedAt.toISOString(),
    }));
    return toPage(views, limit, ({ id }) => [id]);
  }
}

const budgetsRequest = z.object({
  budgetIds: z.array(z.string().transform((id) => id as BudgetId)).max(1_000),
});

/** What other services ask billing for. Reachable over the messaging's RPC only. */
@Controller()
export class BudgetsRpcController {
  constructor(private readonly billing: Billing) {}

  @MessagePattern(RPC.budgets)
  async budgets(@Payload() payload: unknown): Promise<BudgetsReply> {
    const states = await this.billing.budgetStates(budgetsRequest.parse(payload).budgetIds);
    return { budgets: Object.fromEntries(states.map(({ id, current }) => [id, current])) };
  }
}
