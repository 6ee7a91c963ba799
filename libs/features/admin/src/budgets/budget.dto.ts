import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import {
  BUDGET_PERIODS,
  BUDGET_SCOPES,
  BUDGET_THRESHOLDS_DEFAULT,
  type BudgetPeriod,
  type BudgetScope,
} from '@tollgate/contracts';
import { PageQuery } from '@tollgate/control-api';
import { ArrayMaxSize, ArrayUnique, IsArray, IsIn, IsInt, IsUUID, Max, Min } from 'class-validator';
import { OptionalFlag } from '../validation/optional-fields.js';
import { IsGivenOptionally, IsUsdAmount } from '../validation/rules.js';

const THRESHOLDS_MAX = 20;
const THRESHOLD_MAX = 1_000;

export class CreateBudgetDto {
  @ApiProperty({ enum: BUDGET_SCOPES, description: 'Whose requests count.' })
  @IsIn(BUDGET_SCOPES)
  scope: BudgetScope;

  @ApiProperty({ type: String, format: 'uuid', description: 'The organization or the API key.' })
  @IsUUID()
  scopeId: string;

  @ApiProperty({ enum: BUDGET_PERIODS, description: 'In UTC; weeks begin on Monday.' })
  @IsIn(BUDGET_PERIODS)
  period: BudgetPeriod;

  @ApiProperty({ type: String, example: '50.00', description: 'USD a period, a decimal string.' })
  @IsUsdAmount()
  amount: string;

  @ApiPropertyOptional({
    type: [Number],
    default: BUDGET_THRESHOLDS_DEFAULT,
    description: 'Percentages of the amount; reaching one is told once a period.',
  })
  @IsGivenOptionally()
  @IsArray()
  @ArrayMaxSize(THRESHOLDS_MAX)
  @ArrayUnique()
  @IsInt({ each: true })
  @Min(1, { each: true })
  @Max(THRESHOLD_MAX, { each: true })
  thresholds?: number[];

  @OptionalFlag({ default: false, description: 'true: nothing is refused, only told.' })
  soft?: boolean;
}

export class UpdateBudgetDto {
  @ApiPropertyOptional({ type: String, description: 'USD a period; holds for the period that runs, too.' })
  @IsGivenOptionally()
  @IsUsdAmount()
  amount?: string;

  @ApiPropertyOptional({ type: [Number] })
  @IsGivenOptionally()
  @IsArray()
  @ArrayMaxSize(THRESHOLDS_MAX)
  @ArrayUnique()
  @IsInt({ each: true })
  @Min(1, { each: true })
  @Max(THRESHOLD_MAX, { each: true })
  thresholds?: number[];
}

export class ListBudgetsQuery extends PageQuery {
  @ApiPropertyOptional({ enum: BUDGET_SCOPES })
  @IsGivenOptionally()
  @IsIn(BUDGET_SCOPES)
  scope?: BudgetScope;

  @ApiPropertyOptional({ type: String, format: 'uuid' })
  @IsGivenOptionally()
  @IsUUID()
  scopeId?: string;
}

export class BudgetView {
  @ApiProperty({ type: String, format: 'uuid' })
  id: string;

  @ApiProperty({ enum: BUDGET_SCOPES })
  scope: BudgetScope;

  @ApiProperty({ type: String, format: 'uuid' })
  scopeId: string;

  @ApiProperty({ enum: BUDGET_PERIODS })
  period: BudgetPeriod;

  @ApiProperty({ type: String, description: 'USD a period.' })
  amount: string;

  @ApiProperty({ type: [Number] })
  thresholds: readonly number[];

  @ApiProperty({ type: Boolean })
  soft: boolean;

  @ApiProperty({
    type: String,
    nullable: true,
    description:
      'USD spent in the period that runs, as billing knows it; null while billing does not answer.',
  })
  spent: string | null;

  @ApiProperty({ type: String, nullable: true, description: 'USD; may be below zero.' })
  remaining: string | null;

  @ApiProperty({
    type: String,
    format: 'date-time',
    nullable: true,
    description: 'null: never, or not known.',
  })
  endsAt: string | null;

  @ApiProperty({ type: String, format: 'date-time' })
  createdAt: string;

  @ApiProperty({ type: String, format: 'date-time' })
  updatedAt: string;
}

export class BudgetPage {
  @ApiProperty({ type: [BudgetView] })
  items: readonly BudgetView[];

  @ApiProperty({ type: String, nullable: true })
  nextCursor: string | null;
}
