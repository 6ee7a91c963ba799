import {
  Module,
  type DynamicModule,
  type OnApplicationBootstrap,
  type OnModuleDestroy,
} from '@nestjs/common';
import { DataSource } from 'typeorm';
import { Billing, type BillingDependencies } from './billing.js';
import { UsageReportController } from './reports/usage-report.controller.js';
import { RequestRecordController } from './requests/request-record.controller.js';

/** Billing as a Nest module: its HTTP API, and its consumers and jobs for as long as the application lives. */
@Module({})
export class BillingModule implements OnApplicationBootstrap, OnModuleDestroy {
  constructor(private readonly billing: Billing) {}

  static register(dependencies: BillingDependencies): DynamicModule {
    return {
      module: BillingModule,
      controllers: [UsageReportController, RequestRecordController],
      providers: [
        { provide: Billing, useFactory: () => new Billing(dependencies) },
        { provide: DataSource, useValue: dependencies.dataSource },
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
