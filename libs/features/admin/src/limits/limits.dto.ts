import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { ArrayMaxSize, IsArray, IsInt, Max, Min, ValidateNested } from 'class-validator';
import { OptionalSection } from '../validation/optional-fields.js';
import { IsGivenOptionally, IsName } from '../validation/rules.js';

const COUNT_MAX = 1_000_000_000;
const WINDOW_COUNT_MAX = 1_000_000;
const WINDOW_SECONDS_MAX = 31 * 86_400;
const RULES_MAX = 100;

export class CountWindowDto {
  @ApiProperty({ type: 'integer', minimum: 1, maximum: WINDOW_COUNT_MAX, example: 1_000 })
  @IsInt()
  @Min(1)
  @Max(WINDOW_COUNT_MAX)
  max: number;

  @ApiProperty({ type: 'integer', minimum: 1, maximum: WINDOW_SECONDS_MAX, example: 3_600 })
  @IsInt()
  @Min(1)
  @Max(WINDOW_SECONDS_MAX)
  seconds: number;
}

const count = (description: string) => ({
  type: 'integer' as const,
  minimum: 1,
  maximum: COUNT_MAX,
  description,
});

export class CountedLimitsDto {
  @ApiPropertyOptional(count('Requests a minute.'))
  @IsGivenOptionally()
  @IsInt()
  @Min(1)
  @Max(COUNT_MAX)
  requestsPerMinute?: number;

  @ApiPropertyOptional(count('Tokens a minute, input and output together.'))
  @IsGivenOptionally()
  @IsInt()
  @Min(1)
  @Max(COUNT_MAX)
  tokensPerMinute?: number;

  @ApiPropertyOptional(count('Requests under way at one time.'))
  @IsGivenOptionally()
  @IsInt()
  @Min(1)
  @Max(COUNT_MAX)
  concurrencyMax?: number;

  @OptionalSection(CountWindowDto, { description: 'Requests in a window of any length.' })
  requestsPerWindow?: CountWindowDto;

  @OptionalSection(CountWindowDto, { description: 'Requests that succeed, in a window of any length.' })
  successesPerWindow?: CountWindowDto;
}

export class ModelLimitsDto extends CountedLimitsDto {
  @ApiProperty({
    type: String,
    example: 'gpt-4o*',
    description: 'A name, or a pattern with *; all models that it stands for are counted together.',
  })
  @IsName()
  model: string;
}

/** A test holds it equal to the limits of the contracts. */
export class LimitsDto extends CountedLimitsDto {
  @ApiPropertyOptional({ type: [ModelLimitsDto], description: 'Besides, for some models.' })
  @IsGivenOptionally()
  @IsArray()
  @ArrayMaxSize(RULES_MAX)
  @ValidateNested({ each: true })
  @Type(() => ModelLimitsDto)
  models?: ModelLimitsDto[];
}

export class GroupLimitsDto extends LimitsDto {
  @ApiProperty({ type: String, example: 'default' })
  @IsName()
  group: string;
}
