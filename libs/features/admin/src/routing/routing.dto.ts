import { IntersectionType } from '@nestjs/swagger';
import {
  CAPABILITIES,
  channelRoutingMembers,
  CREDENTIAL_CHOICES,
  FALLBACK_CONDITIONS,
  modelRoutingMembers,
  ROUTING_STRATEGIES,
  type Capability,
  type ChannelRouting,
  type CredentialChoice,
  type Fallback,
  type Hedge,
  type ModelRouting,
  type RoutingStrategy,
} from '@tollgate/contracts';
import { ChannelTransformsDto } from '../channels/channel-transforms.dto.js';
import { IsSchema } from '../validation/is-schema.js';

const NAMES = { type: 'array', items: { type: 'string' } } as const;

/** How a channel takes part in routing; null is the default. */
export class ChannelRoutingDto implements ChannelRouting {
  @IsSchema('credentialChoice', channelRoutingMembers.credentialChoice, {
    enum: CREDENTIAL_CHOICES,
    description: 'Which of several credentials serves next; default: round-robin.',
  })
  credentialChoice?: CredentialChoice | null;

  @IsSchema('tags', channelRoutingMembers.tags, {
    ...NAMES,
    description: 'What models may require of their channels.',
  })
  tags?: string[] | null;

  @IsSchema('lacks', channelRoutingMembers.lacks, {
    type: 'array',
    items: { type: 'string', enum: [...CAPABILITIES] },
    description: 'What the channel can not do: requests that need it pass it by.',
  })
  lacks?: Capability[] | null;
}

/** How requests for a model are routed; null is the default. */
export class ModelRoutingDto implements ModelRouting {
  @IsSchema('alias', modelRoutingMembers.alias, {
    type: 'string',
    description: 'The model is another name of this one.',
  })
  alias?: string | null;

  @IsSchema('fallbacks', modelRoutingMembers.fallbacks, {
    type: 'array',
    items: {
      oneOf: [
        { type: 'string' },
        {
          type: 'object',
          properties: {
            model: { type: 'string' },
            on: { type: 'array', items: { type: 'string', enum: [...FALLBACK_CONDITIONS] } },
          },
        },
      ],
    },
    description: 'Models that take over, in this order; a name alone: on failure and context-window.',
  })
  fallbacks?: Fallback[] | null;

  @IsSchema('strategy', modelRoutingMembers.strategy, {
    enum: ROUTING_STRATEGIES,
    description: 'How a channel is chosen; default: that of the settings.',
  })
  strategy?: RoutingStrategy | null;

  @IsSchema('requireTags', modelRoutingMembers.requireTags, {
    ...NAMES,
    description: 'Only channels with all of these tags serve it.',
  })
  requireTags?: string[] | null;

  @IsSchema('hedge', modelRoutingMembers.hedge, {
    type: 'object',
    properties: { afterMs: { type: 'integer', minimum: 1, maximum: 600_000 } },
    description:
      'A request that is not streamed, and whose channel has not begun to answer after so long, is sent to a second ' +
      'channel, too; the first answer counts.',
  })
  hedge?: Hedge | null;
}

/** What a channel changes of requests, and how it takes part in routing. */
export class ChannelExtrasDto extends IntersectionType(ChannelTransformsDto, ChannelRoutingDto) {}
