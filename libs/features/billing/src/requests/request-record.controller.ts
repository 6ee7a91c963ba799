import { Controller, Get, Param } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiTags } from '@nestjs/swagger';
import { GatewayError } from '@tollgate/contracts';
import { RequireRole } from '@tollgate/control-api';
import { DataSource } from 'typeorm';
import { readRequestRecord, type RequestRecord } from './request-record.js';

@ApiTags('billing')
@ApiBearerAuth()
@RequireRole('administrator')
@Controller('api/v1/billing/requests')
export class RequestRecordController {
  constructor(private readonly dataSource: DataSource) {}

  @Get(':requestId')
  @ApiOperation({ summary: 'The usage record of one request, with the lines of its charge' })
  async read(@Param('requestId') requestId: string): Promise<RequestRecord> {
    const record = await readRequestRecord(this.dataSource, requestId);
    if (record === undefined) {
      throw new GatewayError(
        'not_found',
        `No request ${requestId} is recorded; a request appears here a moment after it ended.`,
      );
    }
    return record;
  }
}
