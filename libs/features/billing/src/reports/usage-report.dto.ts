import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsIn, IsISO8601, IsOptional } from 'class-validator';
import { USAGE_DIMENSION_NAMES, type UsageDimensionName } from './usage-dimensions.js';

const FORMATS = ['json', 'csv'] as const;

export class UsageReportQuery {
  @ApiPropertyOptional({ type: String, description: 'ISO 8601 date or time, UTC by default; inclusive.' })
  @IsOptional()
  @IsISO8601({ strict: true })
  from?: string;

  @ApiPropertyOptional({
    type: String,
    description: 'ISO 8601: a date includes that whole day (UTC), a time is exclusive.',
  })
  @IsOptional()
  @IsISO8601({ strict: true })
  to?: string;

  @ApiPropertyOptional({
    type: String,
    description: `Comma-separated, from: ${USAGE_DIMENSION_NAMES.join(', ')}. Absent: one row with the totals.`,
    example: 'organization,model',
  })
  @Transform(({ value }: { value: unknown }) => splitList(value))
  @IsIn(USAGE_DIMENSION_NAMES, {
    each: true,
    message: `groupBy must be a comma-separated list of: ${USAGE_DIMENSION_NAMES.join(', ')}`,
  })
  groupBy: UsageDimensionName[] = [];

  @ApiPropertyOptional({ type: String, enum: FORMATS, default: 'json' })
  @IsIn(FORMATS)
  format: (typeof FORMATS)[number] = 'json';
}

/** `a,b` and `a&groupBy=b` alike, without repetition. */
function splitList(value: unknown): string[] {
  const parts = (Array.isArray(value) ? value : [value]).flatMap((part) => String(part).split(','));
  return [...new Set(parts.map((part) => part.trim()).filter((part) => part !== ''))];
}

/** Sums of one group; the group's keys stand beside them. */
export class UsageSumsDto {
  @ApiProperty({ type: 'integer' })
  requests: number;

  @ApiProperty({ type: 'integer', description: 'All input, cached included.' })
  inputTokens: number;

  @ApiProperty({ type: 'integer' })
  cacheReadTokens: number;

  @ApiProperty({ type: 'integer' })
  cacheWriteTokens: number;

  @ApiProperty({ type: 'integer', description: 'All output, reasoning included.' })
  outputTokens: number;

  @ApiProperty({ type: 'integer' })
  reasoningTokens: number;

  @ApiProperty({ type: String, description: 'USD, exact.', example: '0.00026' })
  charge: string;

  @ApiProperty({ type: String, description: 'USD, exact.', example: '0.0002' })
  vendorCost: string;
}

export class UsageReportDto {
  @ApiProperty({ type: [UsageSumsDto] })
  items: UsageSumsDto[];

  @ApiProperty({ type: String, nullable: true, description: 'Always null: a report is whole.' })
  nextCursor: string | null;

  @ApiProperty({ type: UsageSumsDto })
  totals: UsageSumsDto;
}
