import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { NOTIFICATION_KINDS, type NotificationRule } from '@tollgate/contracts';
import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayMinSize,
  IsArray,
  IsBoolean,
  IsEmail,
  IsIn,
  IsInt,
  IsNumber,
  IsObject,
  IsOptional,
  IsString,
  IsUrl,
  Max,
  MaxLength,
  Min,
  MinLength,
  ValidateNested,
} from 'class-validator';
import { IsGivenOptionally, IsName } from '../validation/rules.js';

const DAY_SECONDS = 86_400;
const WEEK_SECONDS = 604_800;
const BALANCE_MAX = 1_000_000_000;

export class HealthProbesDto {
  @ApiPropertyOptional({
    type: Boolean,
    default: false,
    description: 'true: channels, credentials and models on trial are probed; it costs money at vendors.',
  })
  @IsGivenOptionally()
  @IsBoolean()
  enabled?: boolean;

  @ApiPropertyOptional({
    type: 'integer',
    minimum: 10,
    maximum: DAY_SECONDS,
    default: 60,
    description: 'Between two probes of a channel.',
  })
  @IsGivenOptionally()
  @IsInt()
  @Min(10)
  @Max(DAY_SECONDS)
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
}

export class VendorChecksDto {
  @ApiPropertyOptional({
    type: Boolean,
    default: false,
    description: 'true: vendors are asked for their models and for what is left of our balance.',
  })
  @IsGivenOptionally()
  @IsBoolean()
  enabled?: boolean;

  @ApiPropertyOptional({ type: 'integer', minimum: 60, maximum: WEEK_SECONDS, default: 3_600 })
  @IsGivenOptionally()
  @IsInt()
  @Min(60)
  @Max(WEEK_SECONDS)
  intervalSeconds?: number;

  @ApiPropertyOptional({
    type: Number,
    minimum: 0,
    maximum: BALANCE_MAX,
    default: 5,
    description: "A balance below it is low, in the vendor's currency.",
  })
  @IsGivenOptionally()
  @IsNumber()
  @Min(0)
  @Max(BALANCE_MAX)
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

  @ApiPropertyOptional({ type: NotificationWebhookDto, description: 'Exactly one of webhook and email.' })
  @IsGivenOptionally()
  @IsObject()
  @ValidateNested()
  @Type(() => NotificationWebhookDto)
  webhook?: NotificationWebhookDto;

  @ApiPropertyOptional({ type: NotificationEmailDto })
  @IsGivenOptionally()
  @IsObject()
  @ValidateNested()
  @Type(() => NotificationEmailDto)
  email?: NotificationEmailDto;

  @ApiPropertyOptional({
    type: 'integer',
    minimum: 0,
    maximum: WEEK_SECONDS,
    default: 300,
    description:
      'After a notification about a channel, or a threshold of a budget, others of the kind are dropped for so long.',
  })
  @IsGivenOptionally()
  @IsInt()
  @Min(0)
  @Max(WEEK_SECONDS)
  coolDownSeconds?: number;
}

export class SlownessDto {
  @ApiPropertyOptional({ type: Boolean, default: true })
  @IsGivenOptionally()
  @IsBoolean()
  enabled?: boolean;

  @ApiPropertyOptional({
    type: Number,
    minimum: 1.5,
    maximum: 100,
    default: 4,
    description: 'How many times the usual time to the first byte.',
  })
  @IsGivenOptionally()
  @IsNumber()
  @Min(1.5)
  @Max(100)
  factor?: number;

  @ApiPropertyOptional({
    type: 'integer',
    minimum: 0,
    maximum: 600_000,
    default: 1_000,
    description: 'And by how much later at least, milliseconds.',
  })
  @IsGivenOptionally()
  @IsInt()
  @Min(0)
  @Max(600_000)
  differenceMs?: number;

  @ApiPropertyOptional({
    type: 'integer',
    minimum: 1,
    maximum: 100_000,
    default: 20,
    description: 'Successes in a minute; fewer tell nothing.',
  })
  @IsGivenOptionally()
  @IsInt()
  @Min(1)
  @Max(100_000)
  requestsMin?: number;
}

export class HealthSettingsDto {
  @ApiPropertyOptional({
    type: Boolean,
    default: true,
    description: 'false: channels are never rested or opened.',
  })
  @IsGivenOptionally()
  @IsBoolean()
  enabled?: boolean;

  @ApiPropertyOptional({ type: HealthProbesDto })
  @IsGivenOptionally()
  @IsObject()
  @ValidateNested()
  @Type(() => HealthProbesDto)
  probes?: HealthProbesDto;

  @ApiPropertyOptional({
    type: SlownessDto,
    description: 'What answers far later than it usually does is degraded.',
  })
  @IsGivenOptionally()
  @IsObject()
  @ValidateNested()
  @Type(() => SlownessDto)
  slowness?: SlownessDto;

  @ApiPropertyOptional({ type: VendorChecksDto })
  @IsGivenOptionally()
  @IsObject()
  @ValidateNested()
  @Type(() => VendorChecksDto)
  vendorChecks?: VendorChecksDto;

  @ApiPropertyOptional({ type: [HealthNotificationDto], description: 'Whom to tell what.' })
  @IsGivenOptionally()
  @IsArray()
  @ArrayMaxSize(50)
  @ValidateNested({ each: true })
  @Type(() => HealthNotificationDto)
  notifications?: HealthNotificationDto[];
}
