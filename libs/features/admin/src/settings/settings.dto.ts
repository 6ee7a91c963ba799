import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { REASONING_SUFFIX_MEANINGS, type SettingsDocument } from '@tollgate/contracts';
import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayUnique,
  IsArray,
  IsIn,
  IsString,
  MaxLength,
  MinLength,
  ValidateNested,
} from 'class-validator';
import { GroupLimitsDto } from '../limits/limits.dto.js';
import { OptionalFlag, OptionalInteger, OptionalSection } from '../validation/optional-fields.js';
import { IsGivenOptionally } from '../validation/rules.js';
import { HealthSettingsDto } from './health-settings.dto.js';
import { RoutingSettingsDto } from './routing-settings.dto.js';

const DAY_MS = 86_400_000;
const SUFFIX_LENGTH_MAX = 40;
const SUFFIXES_MAX = 100;
const CLIENT_CLOSE = ['cancel', 'drain'] as const;
const GROUPS_MAX = 1_000;
const STORE_DOWN = ['open', 'closed'] as const;

const timeLimit = (description: string, byDefault: number) => ({
  minimum: 1,
  maximum: DAY_MS,
  default: byDefault,
  description: `${description}, milliseconds.`,
});

export class UpstreamSettingsDto {
  @OptionalInteger(timeLimit('Time to connect to a vendor', 5_000))
  connectTimeoutMs?: number;

  @OptionalInteger(timeLimit('Time until the first byte of an answer', 60_000))
  firstByteTimeoutMs?: number;

  @OptionalInteger(timeLimit('Longest silence within an answer', 60_000))
  idleTimeoutMs?: number;

  @OptionalInteger(timeLimit('Time for the whole request', 600_000))
  totalTimeoutMs?: number;

  @ApiPropertyOptional({
    enum: CLIENT_CLOSE,
    default: 'cancel',
    description:
      'What a vendor is told whose client left; drain: it may finish, so that its exact usage is known.',
  })
  @IsGivenOptionally()
  @IsIn(CLIENT_CLOSE)
  onClientClose?: SettingsDocument['upstream']['onClientClose'];

  @OptionalInteger(timeLimit('Time that a vendor may go on when its client left', 30_000))
  drainTimeoutMs?: number;
}

type ReasoningSuffix = SettingsDocument['models']['reasoningSuffixes'][number];

export class ReasoningSuffixDto {
  @ApiProperty({ type: String, example: '-high', description: "The end of a model's name." })
  @IsString()
  @MinLength(2)
  @MaxLength(SUFFIX_LENGTH_MAX)
  suffix: string;

  @ApiProperty({
    enum: REASONING_SUFFIX_MEANINGS,
    description: 'How much the model shall think; budget: digits follow, the tokens to think with.',
  })
  @IsIn(REASONING_SUFFIX_MEANINGS)
  means: ReasoningSuffix['means'];
}

export class ModelsSettingsDto {
  @ApiPropertyOptional({
    type: [ReasoningSuffixDto],
    description: 'Ends of model names that say how much to think, in the order in which they are tried.',
  })
  @IsGivenOptionally()
  @IsArray()
  @ArrayMaxSize(SUFFIXES_MAX)
  @ValidateNested({ each: true })
  @Type(() => ReasoningSuffixDto)
  reasoningSuffixes?: ReasoningSuffixDto[];
}

export class PricingSettingsDto {
  @OptionalFlag({
    default: false,
    description: 'true: a model without a price is served and charged nothing.',
  })
  allowUnpriced?: boolean;
}

export class MeteringSettingsDto {
  @OptionalFlag({
    default: true,
    description:
      'false: an answer that the vendor breaks off, or that a time limit ends, is charged nothing, though some of it ' +
      'reached the client.',
  })
  chargeCutStreams?: boolean;
}

export class LimitsSettingsDto {
  @ApiProperty({
    type: [GroupLimitsDto],
    description: 'Limits of each organization in a group, apart from the others.',
  })
  @IsArray()
  @ArrayMaxSize(GROUPS_MAX)
  @ArrayUnique(({ group }: GroupLimitsDto) => group)
  @ValidateNested({ each: true })
  @Type(() => GroupLimitsDto)
  groups: GroupLimitsDto[];
}

export class AdmissionSettingsDto {
  @ApiPropertyOptional({
    enum: STORE_DOWN,
    default: 'closed',
    description: 'What happens to requests that no live lease covers while the store of balances is down.',
  })
  @IsGivenOptionally()
  @IsIn(STORE_DOWN)
  onStoreDown?: SettingsDocument['admission']['onStoreDown'];

  @OptionalSection(LimitsSettingsDto)
  limits?: LimitsSettingsDto;
}

/** The settings, or some of them. A test holds it equal to the settings document of the contracts. */
export class SettingsDto {
  @OptionalSection(RoutingSettingsDto)
  routing?: RoutingSettingsDto;

  @OptionalSection(HealthSettingsDto)
  health?: HealthSettingsDto;

  @OptionalSection(UpstreamSettingsDto)
  upstream?: UpstreamSettingsDto;

  @OptionalSection(ModelsSettingsDto)
  models?: ModelsSettingsDto;

  @OptionalSection(PricingSettingsDto)
  pricing?: PricingSettingsDto;

  @OptionalSection(MeteringSettingsDto)
  metering?: MeteringSettingsDto;

  @OptionalSection(AdmissionSettingsDto)
  admission?: AdmissionSettingsDto;
}
