import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { PageQuery } from '@tollgate/control-api';
import { IsBoolean, IsInt, IsOptional, IsString, Max, MaxLength, Min } from 'class-validator';
import { ModelRoutingDto } from '../routing/routing.dto.js';
import { OptionalFlag } from '../validation/optional-fields.js';
import { IsGivenOptionally, IsName, QueryBoolean } from '../validation/rules.js';

const INTEGER_MAX = 2_147_483_647;
const DESCRIPTION_LENGTH_MAX = 10_000;

/** What may change on a model; `null` is "not known". */
export class UpdateModelDto extends ModelRoutingDto {
  @ApiPropertyOptional({ type: String, nullable: true })
  @IsOptional()
  @IsName()
  displayName?: string | null;

  @ApiPropertyOptional({ type: String, nullable: true })
  @IsOptional()
  @IsString()
  @MaxLength(DESCRIPTION_LENGTH_MAX)
  description?: string | null;

  @ApiPropertyOptional({ type: String, nullable: true, example: 'openai' })
  @IsOptional()
  @IsName()
  ownedBy?: string | null;

  @ApiPropertyOptional({
    type: 'integer',
    minimum: 1,
    nullable: true,
    description:
      'Most tokens of the input: what is certainly longer goes to a fallback at once, where one takes over.',
  })
  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(INTEGER_MAX)
  contextTokensMax?: number | null;

  @ApiPropertyOptional({
    type: 'integer',
    minimum: 1,
    nullable: true,
    description: 'Most tokens of an answer; bounds what is held for a request that sets no limit.',
  })
  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(INTEGER_MAX)
  outputTokensMax?: number | null;

  @OptionalFlag({ default: true, description: 'false: nobody may call it.' })
  enabled?: boolean;
}

export class CreateModelDto extends UpdateModelDto {
  @ApiProperty({ type: String, example: 'gpt-4o', description: 'As clients name it; never changes.' })
  @IsName()
  name: string;
}

export class ListModelsQuery extends PageQuery {
  @ApiPropertyOptional({ type: String, description: 'Exactly this name.' })
  @IsGivenOptionally()
  @IsName()
  name?: string;

  @ApiPropertyOptional({ type: Boolean })
  @IsGivenOptionally()
  @QueryBoolean()
  @IsBoolean()
  enabled?: boolean;
}

export class ModelView extends ModelRoutingDto {
  @ApiProperty({ type: String, format: 'uuid' })
  id: string;

  @ApiProperty({ type: String })
  name: string;

  @ApiProperty({ type: String, nullable: true })
  displayName: string | null;

  @ApiProperty({ type: String, nullable: true })
  description: string | null;

  @ApiProperty({ type: String, nullable: true })
  ownedBy: string | null;

  @ApiProperty({ type: 'integer', nullable: true })
  contextTokensMax: number | null;

  @ApiProperty({ type: 'integer', nullable: true })
  outputTokensMax: number | null;

  @ApiProperty({ type: Boolean })
  enabled: boolean;

  @ApiProperty({ type: String, format: 'date-time' })
  createdAt: string;

  @ApiProperty({ type: String, format: 'date-time' })
  updatedAt: string;
}

export class ModelPage {
  @ApiProperty({ type: [ModelView] })
  items: readonly ModelView[];

  @ApiProperty({ type: String, nullable: true })
  nextCursor: string | null;
}
