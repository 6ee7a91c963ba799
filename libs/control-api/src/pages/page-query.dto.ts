import { ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsInt, IsOptional, IsString, Max, MaxLength, Min } from 'class-validator';

export const PAGE_LIMIT_DEFAULT = 50;
export const PAGE_LIMIT_MAX = 200;

/** The query of every list. */
export class PageQuery {
  /** Most items of the page. */
  @ApiPropertyOptional({ type: 'integer', minimum: 1, maximum: PAGE_LIMIT_MAX, default: PAGE_LIMIT_DEFAULT })
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(PAGE_LIMIT_MAX)
  limit: number = PAGE_LIMIT_DEFAULT;

  /** `nextCursor` of the page before; absent for the first page. */
  @ApiPropertyOptional({
    type: 'string',
    description: 'nextCursor of the page before; absent for the first page.',
  })
  @IsOptional()
  @IsString()
  @MaxLength(1_000)
  cursor?: string;
}
