import { ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsObject, IsOptional, ValidateNested } from 'class-validator';
import { IsAddressList } from '../validation/rules.js';
import { LimitsDto } from './limits.dto.js';

/** What an API key and an organisation have in common: how much is let in of them, and from where. */
export abstract class AdmissionRulesDto {
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
