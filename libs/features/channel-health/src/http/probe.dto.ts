import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { PROBE_OPERATIONS, type ProbeOperation } from '@tollgate/contracts';
import { IsBoolean, IsIn, IsInt, IsOptional, IsString, Max, MaxLength, Min } from 'class-validator';
import { type StoredProbe } from '../database/probe-store.js';
import { type StoredVendorCheck } from '../database/vendor-check-store.js';
import { toIso } from './channel-health.view.js';

const NAME_LENGTH_MAX = 200;
const POSITION_MAX = 10_000;

export class ProbeChannelDto {
  @ApiPropertyOptional({ enum: PROBE_OPERATIONS, description: 'Default: what the model is for.' })
  @IsOptional()
  @IsIn(PROBE_OPERATIONS)
  operation?: ProbeOperation;

  @ApiPropertyOptional({ type: String, description: "The gateway's name; default: the cheapest." })
  @IsOptional()
  @IsString()
  @MaxLength(NAME_LENGTH_MAX)
  model?: string;

  @ApiPropertyOptional({ type: Boolean, default: false, description: 'Ask for the answer as a stream.' })
  @IsOptional()
  @IsBoolean()
  stream?: boolean;

  @ApiPropertyOptional({
    type: 'integer',
    minimum: 0,
    description: 'Place among the credentials of the channel, from 0; default: the next one.',
  })
  @IsOptional()
  @IsInt()
  @Min(0)
  @Max(POSITION_MAX)
  credential?: number;
}

export class ProbeView {
  @ApiProperty({ type: String })
  id!: string;

  @ApiProperty({ type: String, format: 'date-time' })
  at!: string;

  @ApiProperty({ enum: ['scheduled', 'manual'] })
  trigger!: 'scheduled' | 'manual';

  @ApiProperty({ enum: PROBE_OPERATIONS })
  operation!: string;

  @ApiProperty({ type: String })
  model!: string;

  @ApiProperty({ type: 'integer' })
  credential!: number;

  @ApiProperty({ type: Boolean })
  streamed!: boolean;

  @ApiProperty({ type: String, nullable: true, description: 'An error code; null: it succeeded.' })
  failure!: string | null;

  @ApiProperty({ type: String, nullable: true })
  message!: string | null;

  @ApiProperty({ type: Number, nullable: true })
  firstByteMs!: number | null;

  @ApiProperty({ type: Number })
  durationMs!: number;
}

export class ProbePage {
  @ApiProperty({ type: [ProbeView] })
  items!: readonly ProbeView[];

  @ApiProperty({ type: String, nullable: true })
  nextCursor!: string | null;
}

export class VendorBalanceView {
  @ApiProperty({ type: String, example: '12.50' })
  amount!: string;

  @ApiProperty({ type: String, example: 'USD' })
  currency!: string;

  @ApiProperty({ type: 'integer', description: 'Of this credential: the poorest.' })
  credential!: number;

  @ApiProperty({ type: Boolean })
  low!: boolean;
}

export class VendorCheckView {
  @ApiProperty({ type: String, format: 'date-time' })
  checkedAt!: string;

  @ApiProperty({ type: VendorBalanceView, nullable: true, description: 'null: the vendor does not tell.' })
  balance!: VendorBalanceView | null;

  @ApiProperty({
    type: [String],
    nullable: true,
    description: "The vendor's models; null: it does not tell.",
  })
  models!: readonly string[] | null;

  @ApiProperty({ type: [String], description: 'Models of the channel that the vendor does not list.' })
  missing!: readonly string[];

  @ApiProperty({ type: [String], description: 'With the last change of its list.' })
  added!: readonly string[];

  @ApiProperty({ type: [String], description: 'With the last change of its list.' })
  removed!: readonly string[];

  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  changedAt!: string | null;
}

export function toProbeView({ first_byte_ms, duration_ms, at, ...probe }: StoredProbe): ProbeView {
  const { id, trigger, operation, model, credential, streamed, failure, message } = probe;
  return {
    ...{ id, at: toIso(at), trigger, operation, model, credential, streamed, failure, message },
    ...{ firstByteMs: first_byte_ms, durationMs: duration_ms },
  };
}

export function toVendorCheckView(check: StoredVendorCheck): VendorCheckView {
  const { balance_amount: amount, balance_currency: currency, balance_credential: credential } = check;
  return {
    checkedAt: toIso(check.checked_at),
    balance:
      amount === null || currency === null
        ? null
        : { amount, currency, credential: credential ?? 0, low: check.balance_low },
    ...{ models: check.models, missing: check.missing, added: check.added, removed: check.removed },
    changedAt: check.changed_at === null ? null : toIso(check.changed_at),
  };
}
