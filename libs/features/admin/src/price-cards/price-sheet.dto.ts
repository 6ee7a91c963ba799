import { ApiPropertyOptional } from '@nestjs/swagger';
import { type PriceSheet } from '@tollgate/contracts';
import { IsGivenOptionally, IsUsdAmount } from '../validation/rules.js';

const perMillion = (what: string) => ({ type: String, example: '2.50', description: `USD per 1M ${what}.` });

/** Decimal strings in USD; a quantity without a price of its own is charged at its parent's. */
export class PriceSheetDto implements PriceSheet {
  @ApiPropertyOptional(perMillion('input tokens'))
  @IsGivenOptionally()
  @IsUsdAmount()
  input?: string;

  @ApiPropertyOptional(perMillion('input tokens read from a cache; default: input'))
  @IsGivenOptionally()
  @IsUsdAmount()
  cacheRead?: string;

  @ApiPropertyOptional(perMillion('input tokens written to a 5-minute cache; default: input'))
  @IsGivenOptionally()
  @IsUsdAmount()
  cacheWrite5m?: string;

  @ApiPropertyOptional(perMillion('input tokens written to a 1-hour cache; default: input'))
  @IsGivenOptionally()
  @IsUsdAmount()
  cacheWrite1h?: string;

  @ApiPropertyOptional(perMillion('audio input tokens; default: input'))
  @IsGivenOptionally()
  @IsUsdAmount()
  audioInput?: string;

  @ApiPropertyOptional(perMillion('image input tokens; default: input'))
  @IsGivenOptionally()
  @IsUsdAmount()
  imageInput?: string;

  @ApiPropertyOptional(perMillion('output tokens'))
  @IsGivenOptionally()
  @IsUsdAmount()
  output?: string;

  @ApiPropertyOptional(perMillion('reasoning tokens; default: output'))
  @IsGivenOptionally()
  @IsUsdAmount()
  reasoning?: string;

  @ApiPropertyOptional(perMillion('audio output tokens; default: output'))
  @IsGivenOptionally()
  @IsUsdAmount()
  audioOutput?: string;

  @ApiPropertyOptional({ type: String, example: '0.04', description: 'USD per call.' })
  @IsGivenOptionally()
  @IsUsdAmount()
  perCall?: string;
}
