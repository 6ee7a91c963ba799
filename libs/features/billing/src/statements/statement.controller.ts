import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiTags } from '@nestjs/swagger';
import { type OrganizationId } from '@tollgate/contracts';
import { PageQuery, RequireRole, toPage, type Page } from '@tollgate/control-api';
import { DataSource } from 'typeorm';
import { rowIdBefore } from '../database/row-cursor.js';
import { readStatement, type StatementLine } from './statement.js';

@ApiTags('billing')
@ApiBearerAuth()
@RequireRole('administrator')
@Controller('api/v1/billing/organizations')
export class StatementController {
  constructor(private readonly dataSource: DataSource) {}

  @Get(':organizationId/ledger')
  @ApiOperation({ summary: "The lines of an organisation's account with running balance, newest first" })
  async list(
    @Param('organizationId') organizationId: string,
    @Query() { limit, cursor }: PageQuery,
  ): Promise<Page<StatementLine>> {
    const lines = await readStatement(this.dataSource, {
      organizationId: organizationId as OrganizationId,
      limit: limit + 1,
      ...rowIdBefore(cursor),
    });
    return toPage(lines, limit, ({ id }) => [id]);
  }
}
