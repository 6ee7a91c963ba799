import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { type PriceSheet } from '@tollgate/contracts';
import { PageQuery } from '@tollgate/control-api';
import { Type } from 'class-transformer';
import { IsDefined, IsObject, ValidateNested } from 'class-validator';
import { IsGivenOptionally, IsName, IsTimestamp } from '../validation/rules.js';
import { PriceSheetDto } from './price-sheet.dto.js';

export class PublishPriceDto {
  @ApiProperty({ type: String, example: 'gpt-4o' })
  @IsName()
  model: string;

  @ApiPropertyOptional({ type: String, format: 'date-time', description: 'Absent: from now on.' })
  @IsGivenOptionally()
  @IsTimestamp()
  effectiveFrom?: string;

  @ApiProperty({ type: PriceSheetDto })
  @IsDefined()
  @IsObject()
  @ValidateNested()
  @Type(() => PriceSheetDto)
  prices: PriceSheetDto;
}

export class ListPriceCardsQuery extends PageQuery {
  @ApiPropertyOptional({ type: String, description: 'Exactly this model.' })
  @IsGivenOptionally()
  @IsName()
  model?: string;
}

export class PriceCardVersionView {
  @ApiProperty({ type: 'integer', minimum: 1 })
  version: number;

  @ApiProperty({ type: String, format: 'date-time' })
  effectiveFrom: string;

  @ApiProperty({ type: PriceSheetDto })
  prices: PriceSheet;

  @ApiProperty({ type: String, format: 'date-time' })
  createdAt: string;

  @ApiProperty({ type: String, description: 'Who published it.' })
  createdBy: string;
}

export class PriceCardView {
  @ApiProperty({ type: String, format: 'uuid' })
  id: string;

  @ApiProperty({ type: String })
  model: string;

  @ApiProperty({
    type: PriceCardVersionView,
    nullable: true,
    description: 'What applies now; null when every version lies ahead.',
  })
  current: PriceCardVersionView | null;
}

export class PublishedPriceView extends PriceCardVersionView {
  @ApiProperty({ type: String, format: 'uuid', description: 'The card that the version belongs to.' })
  priceCardId: string;
}

export class PriceCardPage {
  @ApiProperty({ type: [PriceCardView] })
  items: readonly PriceCardView[];

  @ApiProperty({ type: String, nullable: true })
  nextCursor: string | null;
}

export class PriceCardVersionPage {
  @ApiProperty({ type: [PriceCardVersionView] })
  items: readonly PriceCardVersionView[];

  @ApiProperty({ type: String, nullable: true })
  nextCursor: string | null;
}
