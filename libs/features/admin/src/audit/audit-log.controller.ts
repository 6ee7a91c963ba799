import { Controller, Get, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiProperty, ApiPropertyOptional, ApiTags } from '@nestjs/swagger';
import { PageQuery, RequireRole } from '@tollgate/control-api';
import { mapPage } from '../read-path/page-by-id.js';
import { IsGivenOptionally, IsName, IsTimestamp } from '../validation/rules.js';
import { VIAS, type Via } from '../write-path/actor.js';
import type { AuditEntryEntity } from './audit-entry.entity.js';
import { AuditLogService } from './audit-log.service.js';

export class ListAuditLogQuery extends PageQuery {
  @ApiPropertyOptional({ type: String, description: 'User name of who wrote.' })
  @IsGivenOptionally()
  @IsName()
  actorName?: string;

  @ApiPropertyOptional({ type: String, example: 'channel.update' })
  @IsGivenOptionally()
  @IsName()
  action?: string;

  @ApiPropertyOptional({ type: String, example: 'channel' })
  @IsGivenOptionally()
  @IsName()
  subjectKind?: string;

  @ApiPropertyOptional({ type: String })
  @IsGivenOptionally()
  @IsName()
  subjectId?: string;

  @ApiPropertyOptional({ type: String })
  @IsGivenOptionally()
  @IsName()
  subjectName?: string;

  @ApiPropertyOptional({ type: String, format: 'date-time', description: 'From this moment on.' })
  @IsGivenOptionally()
  @IsTimestamp()
  from?: string;

  @ApiPropertyOptional({ type: String, format: 'date-time', description: 'Before this moment.' })
  @IsGivenOptionally()
  @IsTimestamp()
  to?: string;
}

export class AuditEntryView {
  @ApiProperty({ type: String, format: 'uuid' })
  id: string;

  @ApiProperty({ type: String, format: 'date-time' })
  occurredAt: string;

  @ApiProperty({ type: String })
  actorId: string;

  @ApiProperty({ type: String })
  actorName: string;

  @ApiProperty({ enum: VIAS })
  via: Via;

  @ApiProperty({ type: String, example: 'channel.update' })
  action: string;

  @ApiProperty({ type: String, example: 'channel' })
  subjectKind: string;

  @ApiProperty({ type: String })
  subjectId: string;

  @ApiProperty({ type: String })
  subjectName: string;

  @ApiProperty({ type: Object, nullable: true, description: 'How it was; never with a secret.' })
  before: object | null;

  @ApiProperty({ type: Object, nullable: true, description: 'How it became; never with a secret.' })
  after: object | null;
}

export class AuditLogPage {
  @ApiProperty({ type: [AuditEntryView] })
  items: readonly AuditEntryView[];

  @ApiProperty({ type: String, nullable: true })
  nextCursor: string | null;
}

@ApiTags('audit log')
@RequireRole('administrator')
@Controller('api/v1/audit-log')
export class AuditLogController {
  constructor(private readonly auditLog: AuditLogService) {}

  @Get()
  @ApiOperation({ summary: 'Who wrote what and when, newest first.' })
  @ApiOkResponse({ type: AuditLogPage })
  async list(@Query() query: ListAuditLogQuery): Promise<AuditLogPage> {
    const { limit, cursor, from, to, ...equal } = query;
    const filter = { ...equal, from: toDate(from), to: toDate(to) };
    return mapPage(await this.auditLog.list(filter, { limit, cursor }), toView);
  }
}

function toDate(text: string | undefined): Date | undefined {
  return text === undefined ? undefined : new Date(text);
}

function toView(entry: AuditEntryEntity): AuditEntryView {
  return { ...entry, occurredAt: entry.occurredAt.toISOString() };
}
