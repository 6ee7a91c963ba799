import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import type { Limits } from '@tollgate/contracts';
import { PageQuery } from '@tollgate/control-api';
import { Type } from 'class-transformer';
import { IsIn, IsObject, IsOptional, ValidateNested } from 'class-validator';
import { LimitsDto } from '../limits/limits.dto.js';
import { IsAddressList, IsGivenOptionally, IsName, IsUsdAmount } from '../validation/rules.js';
import { ORGANIZATION_STATUSES, type OrganizationStatus } from './organization.entity.js';

export class CreateOrganizationDto {
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

  @ApiPropertyOptional({ type: LimitsDto, nullable: true, description: 'null: none of its own.' })
  @IsOptional()
  @IsObject()
  @ValidateNested()
  @Type(() => LimitsDto)
  limits?: LimitsDto | null;

  @ApiPropertyOptional({
    type: [String],
    nullable: true,
    example: ['192.0.2.0/24', '2001:db8::/32'],
    description: 'IP addresses and ranges that its requests may come from; null: everywhere.',
  })
  @IsOptional()
  @IsAddressList()
  allowedAddresses?: string[] | null;
}

export class UpdateOrganizationDto {
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

  @ApiPropertyOptional({ type: LimitsDto, nullable: true, description: 'null: none of its own.' })
  @IsOptional()
  @IsObject()
  @ValidateNested()
  @Type(() => LimitsDto)
  limits?: LimitsDto | null;

  @ApiPropertyOptional({
    type: [String],
    nullable: true,
    example: ['192.0.2.0/24', '2001:db8::/32'],
    description: 'IP addresses and ranges that its requests may come from; null: everywhere.',
  })
  @IsOptional()
  @IsAddressList()
  allowedAddresses?: string[] | null;
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
