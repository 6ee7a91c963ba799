import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { VENDOR_DIALECT_IDS, type VendorDialectId } from '@tollgate/contracts';
import { PageQuery } from '@tollgate/control-api';
import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayMinSize,
  ArrayUnique,
  IsArray,
  IsBoolean,
  IsIn,
  IsInt,
  IsObject,
  IsOptional,
  IsString,
  Max,
  MaxLength,
  Min,
  MinLength,
  ValidateNested,
} from 'class-validator';
import { ChannelExtrasDto } from '../routing/routing.dto.js';
import { PriceSheetDto } from '../price-cards/price-sheet.dto.js';
import { OptionalFlag } from '../validation/optional-fields.js';
import {
  IsGivenOptionally,
  IsName,
  IsTextRecord,
  LIST_LENGTH_MAX,
  QueryBoolean,
} from '../validation/rules.js';

const INTEGER_MAX = 2_147_483_647;
const CREDENTIAL_LENGTH_MAX = 10_000;
const URL_LENGTH_MAX = 2_000;

export class ChannelModelDto {
  @ApiProperty({ type: String, example: 'fast', description: 'As clients name it.' })
  @IsName()
  name: string;

  @ApiPropertyOptional({
    type: String,
    example: 'gpt-4o-mini',
    description: 'As the vendor names it; default: the same.',
  })
  @IsGivenOptionally()
  @IsName()
  upstream?: string;

  @ApiPropertyOptional({ type: PriceSheetDto, nullable: true, description: 'What the vendor charges us.' })
  @IsOptional()
  @IsObject()
  @ValidateNested()
  @Type(() => PriceSheetDto)
  cost?: PriceSheetDto | null;
}

/** What may change on a channel; for `PATCH`, where absent fields stay. */
export class UpdateChannelDto extends ChannelExtrasDto {
  @ApiPropertyOptional({ type: String })
  @IsGivenOptionally()
  @IsName()
  name?: string;

  @ApiPropertyOptional({ type: String, example: 'openai', description: 'Id from GET /api/v1/providers.' })
  @IsGivenOptionally()
  @IsName()
  provider?: string;

  @ApiPropertyOptional({
    type: String,
    example: 'https://api.openai.com/v1',
    description:
      "Default: the provider's own, with the options filled in. Another host needs the credentials again.",
  })
  @IsGivenOptionally()
  @IsString()
  @MinLength(1)
  @MaxLength(URL_LENGTH_MAX)
  baseUrl?: string;

  @ApiPropertyOptional({ type: [String], description: 'Stored sealed, never shown again.' })
  @IsGivenOptionally()
  @IsArray()
  @ArrayMaxSize(LIST_LENGTH_MAX)
  @ArrayUnique()
  @IsString({ each: true })
  @MinLength(1, { each: true })
  @MaxLength(CREDENTIAL_LENGTH_MAX, { each: true })
  credentials?: string[];

  @ApiPropertyOptional({ type: [ChannelModelDto], description: 'What the channel serves.' })
  @IsGivenOptionally()
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(LIST_LENGTH_MAX)
  @ValidateNested({ each: true })
  @Type(() => ChannelModelDto)
  models?: ChannelModelDto[];

  @ApiPropertyOptional({ type: [String], default: ['default'] })
  @IsGivenOptionally()
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(LIST_LENGTH_MAX)
  @ArrayUnique()
  @IsName({ each: true })
  groups?: string[];

  @ApiPropertyOptional({
    enum: VENDOR_DIALECT_IDS,
    nullable: true,
    description: 'Speak only this dialect to the vendor; null leaves the choice to the provider.',
  })
  @IsOptional()
  @IsIn(VENDOR_DIALECT_IDS)
  dialect?: VendorDialectId | null;

  @ApiPropertyOptional({
    type: 'object',
    additionalProperties: { type: 'string' },
    example: { region: 'eu-central-1' },
    description: 'Options of the provider (GET /api/v1/providers), all that differ from its defaults.',
  })
  @IsGivenOptionally()
  @IsTextRecord()
  options?: Record<string, string>;

  @OptionalFlag({
    default: false,
    description: "Thoughts are written into the answer's text, between <think> tags.",
  })
  thinkingToContent?: boolean;

  @ApiPropertyOptional({ type: 'integer', default: 0, description: 'Higher first.' })
  @IsGivenOptionally()
  @IsInt()
  @Min(-INTEGER_MAX)
  @Max(INTEGER_MAX)
  priority?: number;

  @ApiPropertyOptional({
    type: 'integer',
    minimum: 0,
    default: 1,
    description: 'Share among equal priorities.',
  })
  @IsGivenOptionally()
  @IsInt()
  @Min(0)
  @Max(INTEGER_MAX)
  weight?: number;

  @OptionalFlag({ default: true })
  enabled?: boolean;
}

export class CreateChannelDto extends UpdateChannelDto {
  @ApiProperty({ type: String, example: 'openai-main' })
  @IsName()
  declare name: string;

  @ApiProperty({ type: String, example: 'openai', description: 'Id from GET /api/v1/providers.' })
  @IsName()
  declare provider: string;

  @ApiProperty({ type: [ChannelModelDto], description: 'What the channel serves.' })
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(LIST_LENGTH_MAX)
  @ValidateNested({ each: true })
  @Type(() => ChannelModelDto)
  declare models: ChannelModelDto[];
}

export class ListChannelsQuery extends PageQuery {
  @ApiPropertyOptional({ type: String, description: 'Exactly this name.' })
  @IsGivenOptionally()
  @IsName()
  name?: string;

  @ApiPropertyOptional({ type: String })
  @IsGivenOptionally()
  @IsName()
  provider?: string;

  @ApiPropertyOptional({ type: Boolean })
  @IsGivenOptionally()
  @QueryBoolean()
  @IsBoolean()
  enabled?: boolean;
}
