import { Controller, Get, Query } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiPropertyOptional, ApiTags } from '@nestjs/swagger';
import { PageQuery, RequireRole, toPage, type Page } from '@tollgate/control-api';
import { IsIn, IsOptional } from 'class-validator';
import { DataSource } from 'typeorm';
import { rowIdBefore } from '../database/row-cursor.js';
import { readFindings, type NotedFinding } from './finding-list.js';
import { FINDING_KINDS, type FindingKind } from './finding.js';

export class FindingQuery extends PageQuery {
  @ApiPropertyOptional({ type: String, enum: FINDING_KINDS })
  @IsOptional()
  @IsIn(FINDING_KINDS)
  kind?: FindingKind;
}

@ApiTags('billing')
@ApiBearerAuth()
@RequireRole('administrator')
@Controller('api/v1/billing/findings')
export class FindingController {
  constructor(private readonly dataSource: DataSource) {}

  @Get()
  @ApiOperation({ summary: 'What was odd about usage events, newest first' })
  async list(@Query() { limit, cursor, kind }: FindingQuery): Promise<Page<NotedFinding>> {
    const findings = await readFindings(this.dataSource, {
      limit: limit + 1,
      ...rowIdBefore(cursor),
      ...(kind === undefined ? {} : { kind }),
    });
    return toPage(findings, limit, ({ id }) => [id]);
  }
}
