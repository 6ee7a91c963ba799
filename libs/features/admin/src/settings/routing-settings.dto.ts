import { ApiPropertyOptional } from '@nestjs/swagger';
import { affinityRules, ROUTING_STRATEGIES, type SettingsDocument } from '@tollgate/contracts';
import { ArrayMaxSize, IsArray, IsIn } from 'class-validator';
import { OptionalInteger } from '../validation/optional-fields.js';
import { IsSchema } from '../validation/is-schema.js';
import { IsGivenOptionally, IsName } from '../validation/rules.js';

const ATTEMPTS_MAX = 20;
const DAY_MS = 86_400_000;

export class RoutingSettingsDto {
  @OptionalInteger({
    minimum: 1,
    maximum: ATTEMPTS_MAX,
    default: 3,
    description: 'Attempts a request, the first included; 1 is no retry.',
  })
  attemptsMax?: number;

  @OptionalInteger({
    minimum: 1,
    maximum: DAY_MS,
    default: 300_000,
    description: "No attempt begins later than this after the request's first, milliseconds.",
  })
  totalTimeMaxMs?: number;

  @ApiPropertyOptional({
    enum: ROUTING_STRATEGIES,
    default: 'weighted',
    description: 'How a channel is chosen among the healthy ones of a priority, for models that name none.',
  })
  @IsGivenOptionally()
  @IsIn(ROUTING_STRATEGIES)
  strategy?: SettingsDocument['routing']['strategy'];

  @ApiPropertyOptional({
    type: [String],
    default: [],
    description: 'What the group auto stands for: these groups, in this order.',
  })
  @IsGivenOptionally()
  @IsArray()
  @ArrayMaxSize(20)
  @IsName({ each: true })
  autoGroups?: string[];

  @IsSchema('affinity', affinityRules, {
    type: 'array',
    items: { type: 'object', additionalProperties: true },
    example: [{ name: 'tenant', source: 'header', field: 'x-tenant', ttlSeconds: 600 }],
    description:
      'Which requests go to the same channel and credential while it is well; the first rule counts.',
  })
  affinity?: SettingsDocument['routing']['affinity'];
}
