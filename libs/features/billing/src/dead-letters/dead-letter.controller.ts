import { Controller, Delete, Get, HttpCode, Inject, Param, Post, Query } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiPropertyOptional, ApiTags } from '@nestjs/swagger';
import { GatewayError } from '@tollgate/contracts';
import { RequireRole, type Page } from '@tollgate/control-api';
import type { DeadLetter, EventLog } from '@tollgate/messaging';
import { Type } from 'class-transformer';
import { IsInt, IsOptional, Max, Min } from 'class-validator';

export const EVENT_LOG = Symbol('EventLog');

const LIMIT_DEFAULT = 50;
const LIMIT_MAX = 1_000;

export class DeadLetterQuery {
  @ApiPropertyOptional({ type: Number, minimum: 1, maximum: LIMIT_MAX, default: LIMIT_DEFAULT })
  @IsOptional()
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(LIMIT_MAX)
  limit = LIMIT_DEFAULT;
}

/** Messages of the event log that their consumer could not take: seen, given again, or let go. */
@ApiTags('billing')
@ApiBearerAuth()
@RequireRole('administrator')
@Controller('api/v1/billing/dead-letters')
export class DeadLetterController {
  constructor(@Inject(EVENT_LOG) private readonly eventLog: EventLog) {}

  @Get()
  @ApiOperation({ summary: 'Dead letters of every topic, oldest first' })
  async list(@Query() { limit }: DeadLetterQuery): Promise<Page<DeadLetter>> {
    return { items: [...(await this.eventLog.deadLetters.list({ limit }))], nextCursor: null };
  }

  @Post(':id/replay')
  @HttpCode(204)
  @ApiOperation({ summary: 'Give a dead letter to its consumer again' })
  async replay(@Param('id') id: string): Promise<void> {
    if (!(await this.eventLog.deadLetters.replay(id))) throw absent(id);
  }

  @Delete(':id')
  @HttpCode(204)
  @ApiOperation({ summary: 'Discard a dead letter for ever' })
  async discard(@Param('id') id: string): Promise<void> {
    if (!(await this.eventLog.deadLetters.discard(id))) throw absent(id);
  }
}

function absent(id: string): GatewayError {
  return new GatewayError('not_found', `There is no dead letter "${id}".`);
}
