import {
  Module,
  type DynamicModule,
  type OnApplicationBootstrap,
  type OnModuleDestroy,
} from '@nestjs/common';
import { DataSource } from 'typeorm';
import { Billing, type BillingDependencies } from './billing.js';
import { BalanceController, BalancesRpcController } from './balances/balance.controller.js';
import { BudgetController, BudgetsRpcController } from './budgets/budget.controller.js';
import { CreditController } from './credits/credit.controller.js';
import { DeadLetterController, EVENT_LOG } from './dead-letters/dead-letter.controller.js';
import { FindingController } from './findings/finding.controller.js';
import { ReconciliationController } from './reports/reconciliation.controller.js';
import { UsageReportController } from './reports/usage-report.controller.js';
import { RequestRecordController } from './requests/request-record.controller.js';
import { StatementController } from './statements/statement.controller.js';

const CONTROLLERS = [
  UsageReportController,
  RequestRecordController,
  StatementController,
  BalanceController,
  BalancesRpcController,
  BudgetController,
  BudgetsRpcController,
  CreditController,
  ReconciliationController,
  FindingController,
  DeadLetterController,
];

/** Billing as a Nest module: its HTTP API, and its consumers and jobs for as long as the application lives. */
@Module({})
export class BillingModule implements OnApplicationBootstrap, OnModuleDestroy {
  constructor(private readonly billing: Billing) {}

  static register(dependencies: BillingDependencies): DynamicModule {
    return {
      module: BillingModule,
      controllers: CONTROLLERS,
      providers: [
        { provide: Billing, useFactory: () => new Billing(dependencies) },
        { provide: DataSource, useValue: dependencies.dataSource },
        { provide: EVENT_LOG, useValue: dependencies.eventLog },
      ],
    };
  }

  async onApplicationBootstrap(): Promise<void> {
    await this.billing.start();
  }

  async onModuleDestroy(): Promise<void> {
    await this.billing.stop();
  }
}
