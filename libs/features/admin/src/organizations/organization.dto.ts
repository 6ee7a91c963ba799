import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import type { Limits } from '@tollgate/contracts';
import { PageQuery } from '@tollgate/control-api';
import { IsIn } from 'class-validator';
import { AdmissionRulesDto } from '../limits/admission-rules.dto.js';
import { LimitsDto } from '../limits/limits.dto.js';
import { IsGivenOptionally, IsName, IsUsdAmount } from '../validation/rules.js';
import { ORGANIZATION_STATUSES, type OrganizationStatus } from './organization.entity.js';

export class CreateOrganizationDto extends AdmissionRulesDto {
  @ApiProperty({ type: String, example: 'acme' })
  @IsName()
  name: string;

  @ApiPropertyOptional({ type: String, default: 'default', description: 'Channels of this group serve it.' })
  @IsGivenOptionally()
  @IsName()
  group?: string;

  @ApiPropertyOptional({
    type: String,
    default: '0.00',
    example: '100.00',
    description: 'Opening credit in USD, a decimal string; posted once.',
  })
  @IsGivenOptionally()
  @IsUsdAmount()
  openingBalance?: string;
}

export class UpdateOrganizationDto extends AdmissionRulesDto {
  @ApiPropertyOptional({ type: String })
  @IsGivenOptionally()
  @IsName()
  name?: string;

  @ApiPropertyOptional({ type: String })
  @IsGivenOptionally()
  @IsName()
  group?: string;

  @ApiPropertyOptional({ enum: ORGANIZATION_STATUSES, description: 'A suspended organization is refused.' })
  @IsGivenOptionally()
  @IsIn(ORGANIZATION_STATUSES)
  status?: OrganizationStatus;
}

export class ListOrganizationsQuery extends PageQuery {
  @ApiPropertyOptional({ type: String, description: 'Exactly this name.' })
  @IsGivenOptionally()
  @IsName()
  name?: string;

  @ApiPropertyOptional({ type: String })
  @IsGivenOptionally()
  @IsName()
  group?: string;

  @ApiPropertyOptional({ enum: ORGANIZATION_STATUSES })
  @IsGivenOptionally()
  @IsIn(ORGANIZATION_STATUSES)
  status?: OrganizationStatus;
}

export class OrganizationView {
  @ApiProperty({ type: String, format: 'uuid' })
  id: string;

  @ApiProperty({ type: String })
  name: string;

  @ApiProperty({ type: String })
  group: string;

  @ApiProperty({ enum: ORGANIZATION_STATUSES })
  status: OrganizationStatus;

  @ApiProperty({ type: String, description: 'USD, decimal string.' })
  openingBalance: string;

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'Balance in USD, a decimal string, as billing knows it; null while billing does not answer.',
  })
  balance: string | null;

  @ApiProperty({ type: LimitsDto, nullable: true })
  limits: Limits | null;

  @ApiProperty({ type: [String], nullable: true, description: 'null: everywhere.' })
  allowedAddresses: string[] | null;

  @ApiProperty({ type: String, format: 'date-time' })
  createdAt: string;

  @ApiProperty({ type: String, format: 'date-time' })
  updatedAt: string;
}

export class OrganizationPage {
  @ApiProperty({ type: [OrganizationView] })
  items: readonly OrganizationView[];

  @ApiProperty({ type: String, nullable: true })
  nextCursor: string | null;
}
