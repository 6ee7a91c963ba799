import { ApiProperty } from '@nestjs/swagger';
import { formatUsd, NANO_PER_USD, parseUsd } from '@tollgate/contracts';
import {
  IsString,
  Length,
  NotContains,
  Validate,
  ValidatorConstraint,
  type ValidatorConstraintInterface,
} from 'class-validator';
import { type Credit } from './credits.js';

const AMOUNT_MAX = 1_000_000_000n * NANO_PER_USD;

@ValidatorConstraint({ name: 'isCreditAmount' })
class IsCreditAmount implements ValidatorConstraintInterface {
  validate(value: unknown): boolean {
    const amount = typeof value === 'string' ? parseUsd(value) : undefined;
    return amount !== undefined && amount > 0n && amount <= AMOUNT_MAX;
  }

  defaultMessage(): string {
    return 'amount must be a decimal string in USD, more than 0 and at most 1000000000, e.g. "25.00"';
  }
}

export class CreditRequest {
  @ApiProperty({
    type: String,
    description: 'USD, more than 0, at most 9 fraction digits.',
    example: '25.00',
  })
  @Validate(IsCreditAmount)
  amount: string;

  @ApiProperty({ type: String, description: 'Shown in the ledger.', maxLength: 500 })
  @IsString()
  @Length(1, 500)
  // Postgres holds none.
  @NotContains('\0', { message: 'reason must not hold NUL characters' })
  reason: string;
}

export class CreditDto {
  @ApiProperty({ type: String })
  transactionId: string;

  @ApiProperty({ type: String })
  organizationId: string;

  @ApiProperty({ type: String, description: 'USD.' })
  amount: string;

  @ApiProperty({ type: String })
  reason: string;

  @ApiProperty({ type: String, format: 'date-time' })
  at: string;

  @ApiProperty({ type: String, description: 'USD, right after this credit.' })
  balance: string;
}

export const toCreditDto = ({
  transactionId,
  organizationId,
  amount,
  reason,
  at,
  balance,
}: Credit): CreditDto => ({
  transactionId,
  organizationId,
  amount: formatUsd(amount),
  reason,
  at: new Date(at).toISOString(),
  balance: formatUsd(balance),
});
