import type { ClientProxy } from '@nestjs/microservices';
import {
  RPC,
  type BudgetId,
  type BudgetsReply,
  type BudgetsRequest,
  type BudgetStanding,
} from '@tollgate/contracts';
import { callRpc } from '@tollgate/messaging/rpc';
import type { Logger } from '@tollgate/telemetry';

/** A list of budgets must not wait long for numbers beside it. */
const REPLY_TIMEOUT_MS = 2_000;

/** Asks billing what was spent of budgets; admin shows it and keeps none. */
export class BudgetReader {
  constructor(
    private readonly rpcClient: ClientProxy | undefined,
    private readonly logger: Logger,
  ) {}

  /** By budget id; a budget is absent while billing does not answer or has not heard of it. */
  async read(budgetIds: readonly string[]): Promise<Readonly<Record<string, BudgetStanding>>> {
    if (this.rpcClient === undefined || budgetIds.length === 0) return {};
    const request: BudgetsRequest = { budgetIds: budgetIds as readonly BudgetId[] };
    try {
      const { budgets } = await callRpc<BudgetsRequest, BudgetsReply>(this.rpcClient, RPC.budgets, request, {
        timeoutMs: REPLY_TIMEOUT_MS,
      });
      return budgets;
    } catch (error) {
      this.logger.warn({ error }, 'Billing did not tell what was spent of budgets.');
      return {};
    }
  }
}
