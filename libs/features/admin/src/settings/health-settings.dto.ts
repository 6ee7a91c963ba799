import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import {
  NOTIFICATION_KINDS,
  PROBE_OPERATIONS,
  type NotificationRule,
  type ProbeOperation,
} from '@tollgate/contracts';
import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayMinSize,
  ArrayUnique,
  IsArray,
  IsEmail,
  IsIn,
  IsInt,
  IsOptional,
  IsString,
  IsUrl,
  Max,
  MaxLength,
  Min,
  MinLength,
  ValidateNested,
} from 'class-validator';
import {
  OptionalFlag,
  OptionalInteger,
  OptionalNumber,
  OptionalSection,
} from '../validation/optional-fields.js';
import { IsGivenOptionally, IsName } from '../validation/rules.js';

const DAY_SECONDS = 86_400;
const WEEK_SECONDS = 604_800;
const BALANCE_MAX = 1_000_000_000;

export class HealthProbesDto {
  @OptionalFlag({
    default: false,
    description: 'true: channels, credentials and models on trial are probed; it costs money at vendors.',
  })
  enabled?: boolean;

  @OptionalInteger({
    minimum: 10,
    maximum: DAY_SECONDS,
    default: 60,
    description: 'Between two probes of a channel.',
  })
  intervalSeconds?: number;

  @ApiPropertyOptional({
    type: 'integer',
    minimum: 60,
    maximum: DAY_SECONDS,
    nullable: true,
    default: null,
    description: 'Channels without requests for so long are probed, too; null: never.',
  })
  @IsOptional()
  @IsInt()
  @Min(60)
  @Max(DAY_SECONDS)
  idleSeconds?: number | null;

  @OptionalFlag({
    default: false,
    description: 'true: answers are asked for as streams, where the operation has them.',
  })
  stream?: boolean;

  @ApiPropertyOptional({
    enum: PROBE_OPERATIONS,
    isArray: true,
    minItems: 1,
    uniqueItems: true,
    nullable: true,
    default: null,
    description:
      'Each is tried, in this order; one that the channel has no model for is passed over. A model on trial is asked ' +
      "for what it is for. null: what the channel's cheapest model is for.",
  })
  @IsOptional()
  @IsArray()
  @ArrayMinSize(1)
  @ArrayUnique()
  @IsIn(PROBE_OPERATIONS, { each: true })
  operations?: ProbeOperation[] | null;
}

export class VendorChecksDto {
  @OptionalFlag({
    default: false,
    description: 'true: vendors are asked for their models and for what is left of our balance.',
  })
  enabled?: boolean;

  @OptionalInteger({ minimum: 60, maximum: WEEK_SECONDS, default: 3_600 })
  intervalSeconds?: number;

  @OptionalNumber({
    minimum: 0,
    maximum: BALANCE_MAX,
    default: 5,
    description: "A balance below it is low, in the vendor's currency.",
  })
  balanceMin?: number;
}

export class NotificationWebhookDto {
  @ApiProperty({ type: String, example: 'https://example.com/hooks/gateway' })
  @IsUrl({ protocols: ['http', 'https'], require_protocol: true, require_tld: false })
  @MaxLength(2_000)
  url: string;
}

export class NotificationEmailDto {
  @ApiProperty({ type: [String], example: ['operators@example.com'] })
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(20)
  @IsEmail({}, { each: true })
  to: string[];
}

export class HealthNotificationDto {
  @ApiProperty({ type: String, description: 'Also the name of its signing secret.' })
  @IsString()
  @MinLength(1)
  @MaxLength(100)
  name: string;

  @ApiProperty({ enum: NOTIFICATION_KINDS, isArray: true })
  @IsArray()
  @ArrayMinSize(1)
  @IsIn(NOTIFICATION_KINDS, { each: true })
  on: NotificationRule['on'];

  @ApiPropertyOptional({
    type: [String],
    description: 'Names of channels; absent: all. Budgets do not depend on it.',
  })
  @IsGivenOptionally()
  @IsArray()
  @ArrayMaxSize(1_000)
  @IsName({ each: true })
  channels?: string[];

  @ApiPropertyOptional({
    type: [String],
    description:
      'Names of organizations: of whose budgets, and of incidents that affected whom; absent: all. ' +
      'Balances and models at vendors do not depend on it.',
  })
  @IsGivenOptionally()
  @IsArray()
  @ArrayMaxSize(1_000)
  @IsName({ each: true })
  organizations?: string[];

  @OptionalSection(NotificationWebhookDto, { description: 'Exactly one of webhook and email.' })
  webhook?: NotificationWebhookDto;

  @OptionalSection(NotificationEmailDto)
  email?: NotificationEmailDto;

  @OptionalInteger({
    minimum: 0,
    maximum: WEEK_SECONDS,
    default: 300,
    description:
      'After a notification about a channel, or a threshold of a budget, others of the kind are dropped for so long.',
  })
  coolDownSeconds?: number;
}

export class SlownessDto {
  @OptionalFlag({ default: true })
  enabled?: boolean;

  @OptionalNumber({
    minimum: 1.5,
    maximum: 100,
    default: 4,
    description: 'How many times the usual time to the first byte.',
  })
  factor?: number;

  @OptionalInteger({
    minimum: 0,
    maximum: 600_000,
    default: 1_000,
    description: 'And by how much later at least, milliseconds.',
  })
  differenceMs?: number;

  @OptionalInteger({
    minimum: 1,
    maximum: 100_000,
    default: 20,
    description: 'Successes in a minute; fewer tell nothing.',
  })
  requestsMin?: number;
}

export class HealthSettingsDto {
  @OptionalFlag({ default: true, description: 'false: channels are never rested or opened.' })
  enabled?: boolean;

  @OptionalSection(HealthProbesDto)
  probes?: HealthProbesDto;

  @OptionalSection(SlownessDto, { description: 'What answers far later than it usually does is degraded.' })
  slowness?: SlownessDto;

  @OptionalSection(VendorChecksDto)
  vendorChecks?: VendorChecksDto;

  @ApiPropertyOptional({ type: [HealthNotificationDto], description: 'Whom to tell what.' })
  @IsGivenOptionally()
  @IsArray()
  @ArrayMaxSize(50)
  @ValidateNested({ each: true })
  @Type(() => HealthNotificationDto)
  notifications?: HealthNotificationDto[];
}
