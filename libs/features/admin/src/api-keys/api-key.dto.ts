import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { requiredTags, type Limits } from '@tollgate/contracts';
import { PageQuery } from '@tollgate/control-api';
import { ArrayMaxSize, ArrayUnique, IsArray, IsIn, IsOptional, IsUUID } from 'class-validator';
import { AdmissionRulesDto } from '../limits/admission-rules.dto.js';
import { LimitsDto } from '../limits/limits.dto.js';
import { IsSchema } from '../validation/is-schema.js';
import { IsGivenOptionally, IsName, IsTimestamp, LIST_LENGTH_MAX } from '../validation/rules.js';
import { API_KEY_STATUSES, type ApiKeyStatus } from './api-key.entity.js';

/** What an API key may use, as operators set it. */
abstract class ApiKeyRulesDto extends AdmissionRulesDto {
  @IsSchema('requireTags', requiredTags, {
    type: 'array',
    items: { type: 'string' },
    description: 'Its requests go only to channels with all of these tags; null: to any of its group.',
  })
  requireTags?: string[] | null;
}

export class CreateApiKeyDto extends ApiKeyRulesDto {
  @ApiProperty({ type: String, format: 'uuid' })
  @IsUUID()
  organizationId: string;

  @ApiProperty({ type: String, example: 'ci' })
  @IsName()
  name: string;

  @ApiPropertyOptional({
    type: [String],
    nullable: true,
    description: 'The only models it may call, names and patterns with *; null or absent: every model.',
  })
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(LIST_LENGTH_MAX)
  @ArrayUnique()
  @IsName({ each: true })
  models?: string[] | null;

  @ApiPropertyOptional({ type: String, format: 'date-time', nullable: true })
  @IsOptional()
  @IsTimestamp()
  expiresAt?: string | null;
}

export class UpdateApiKeyDto extends ApiKeyRulesDto {
  @ApiPropertyOptional({ type: String })
  @IsGivenOptionally()
  @IsName()
  name?: string;

  @ApiPropertyOptional({ type: [String], nullable: true, description: 'null: every model.' })
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(LIST_LENGTH_MAX)
  @ArrayUnique()
  @IsName({ each: true })
  models?: string[] | null;

  @ApiPropertyOptional({ type: String, format: 'date-time', nullable: true, description: 'null: never.' })
  @IsOptional()
  @IsTimestamp()
  expiresAt?: string | null;
}

export class ListApiKeysQuery extends PageQuery {
  @ApiPropertyOptional({ type: String, format: 'uuid' })
  @IsGivenOptionally()
  @IsUUID()
  organizationId?: string;

  @ApiPropertyOptional({ type: String, description: 'Exactly this name.' })
  @IsGivenOptionally()
  @IsName()
  name?: string;

  @ApiPropertyOptional({ enum: API_KEY_STATUSES })
  @IsGivenOptionally()
  @IsIn(API_KEY_STATUSES)
  status?: ApiKeyStatus;
}

export class ApiKeyView {
  @ApiProperty({ type: String, format: 'uuid' })
  id: string;

  @ApiProperty({ type: String, format: 'uuid' })
  organizationId: string;

  @ApiProperty({ type: String })
  name: string;

  @ApiProperty({ type: String, description: 'How the secret begins.', example: 'sk-tg-0123' })
  prefix: string;

  @ApiProperty({ type: String, description: 'How the secret ends.' })
  lastFour: string;

  @ApiProperty({ enum: API_KEY_STATUSES })
  status: ApiKeyStatus;

  @ApiProperty({ type: [String], nullable: true, description: 'null: every model.' })
  models: string[] | null;

  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  expiresAt: string | null;

  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  revokedAt: string | null;

  @ApiProperty({ type: LimitsDto, nullable: true })
  limits: Limits | null;

  @ApiProperty({ type: [String], nullable: true, description: 'null: everywhere.' })
  allowedAddresses: string[] | null;

  @ApiProperty({ type: [String], nullable: true, description: 'null: any channel of its group.' })
  requireTags: string[] | null;

  @ApiProperty({ type: String, format: 'date-time' })
  createdAt: string;

  @ApiProperty({ type: String, format: 'date-time' })
  updatedAt: string;
}

export class CreatedApiKeyView extends ApiKeyView {
  @ApiProperty({ type: String, description: 'Shown this once and never again.' })
  secret: string;
}

export class ApiKeyPage {
  @ApiProperty({ type: [ApiKeyView] })
  items: readonly ApiKeyView[];

  @ApiProperty({ type: String, nullable: true })
  nextCursor: string | null;
}
