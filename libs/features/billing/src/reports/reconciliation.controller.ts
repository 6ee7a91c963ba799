import { Controller, Get } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiTags } from '@nestjs/swagger';
import { RequireRole } from '@tollgate/control-api';
import { DataSource } from 'typeorm';
import { reconcile, type Reconciliation } from './reconciliation.js';

@ApiTags('billing')
@ApiBearerAuth()
@RequireRole('administrator')
@Controller('api/v1/billing/reconciliation')
export class ReconciliationController {
  constructor(private readonly dataSource: DataSource) {}

  @Get()
  @ApiOperation({ summary: 'Whether ledger, usage records and balances add up to the same' })
  reconcile(): Promise<Reconciliation> {
    return reconcile(this.dataSource);
  }
}
