import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import {
  CLIENT_DIALECT_IDS,
  FALLBACK_CONDITIONS,
  OPERATIONS,
  ROUTING_STRATEGIES,
  type ClientDialectId,
  type FallbackCondition,
  type Operation,
  type RoutingStrategy,
} from '@tollgate/contracts';
import { RANKS, type Rank, type SuffixedReasoning } from '@tollgate/routing';
import { ArrayMaxSize, ArrayUnique, IsArray, IsIn, IsString, MaxLength, MinLength } from 'class-validator';
import { IsGivenOptionally, IsName } from '../validation/rules.js';
import { NOT_JUDGED, type NotJudged, type NotJudgedFact } from './not-judged.js';
import {
  EXPLAINED_EXCLUSIONS,
  REQUEST_NEEDS,
  type ExplainedCandidate,
  type ExplainedExcluded,
  type ExplainedExclusion,
  type ExplainedLeg,
  type RequestNeed,
  type RouteExplanation,
} from './explain-route.js';

const TAGS_MAX = 50;
const KEY_LENGTH_MAX = 1_000;

/** A request that somebody might send, as far as routing looks at it. */
export class ExplainRouteDto {
  @ApiProperty({ type: String, example: 'gpt-4o', description: 'As clients name it.' })
  @IsName()
  model: string;

  @ApiPropertyOptional({ type: String, description: 'Default: `default`. Not together with `organization`.' })
  @IsGivenOptionally()
  @IsName()
  group?: string;

  @ApiPropertyOptional({ type: String, description: 'Id or name: its group is taken.' })
  @IsGivenOptionally()
  @IsName()
  organization?: string;

  @ApiPropertyOptional({
    type: String,
    description:
      'Id, or the name beside `organization`: what it requires of channels is judged, and its group is taken.',
  })
  @IsGivenOptionally()
  @IsName()
  apiKey?: string;

  @ApiPropertyOptional({ enum: OPERATIONS, default: 'chat' })
  @IsGivenOptionally()
  @IsIn(OPERATIONS)
  operation?: Operation;

  @ApiPropertyOptional({
    enum: CLIENT_DIALECT_IDS,
    default: 'openai-chat',
    description: 'What the client speaks.',
  })
  @IsGivenOptionally()
  @IsIn(CLIENT_DIALECT_IDS)
  dialect?: ClientDialectId;

  @ApiPropertyOptional({
    type: [String],
    description: 'What its channels must be tagged with, besides what the model requires.',
  })
  @IsGivenOptionally()
  @IsArray()
  @ArrayMaxSize(TAGS_MAX)
  @IsName({ each: true })
  tags?: string[];

  @ApiPropertyOptional({
    enum: REQUEST_NEEDS,
    isArray: true,
    description:
      'What the request needs of its channel: capabilities (proxies read them in the body), and `stored-response` for one ' +
      'that goes on with an answer or a conversation that a vendor stored.',
  })
  @IsGivenOptionally()
  @IsArray()
  @ArrayUnique()
  @IsIn(REQUEST_NEEDS, { each: true })
  needs?: RequestNeed[];

  @ApiPropertyOptional({
    type: String,
    description:
      'What the first rule of `routing.affinity` for the model finds in the request, such as its prompt_cache_key. ' +
      'Needs `organization` or `apiKey`.',
  })
  @IsGivenOptionally()
  @IsString()
  @MinLength(1)
  @MaxLength(KEY_LENGTH_MAX)
  affinityKey?: string;
}

export class ExplainedChannelView {
  @ApiProperty({ type: String, format: 'uuid' })
  id: string;

  @ApiProperty({ type: String })
  name: string;
}

export class ExplainedLegView implements ExplainedLeg {
  @ApiProperty({ type: String })
  model: string;

  @ApiProperty({ enum: FALLBACK_CONDITIONS, isArray: true, description: 'What it takes over after.' })
  on: readonly FallbackCondition[];

  @ApiProperty({ enum: ROUTING_STRATEGIES })
  strategy: RoutingStrategy;
}

export class ExplainedCandidateView implements ExplainedCandidate {
  @ApiProperty({ type: ExplainedChannelView })
  channel: ExplainedChannelView;

  @ApiProperty({ type: String, description: 'The model that it would serve: the one asked, or a fallback.' })
  model: string;

  @ApiProperty({ type: String, description: 'The group that it would serve.' })
  group: string;

  @ApiProperty({
    type: 'integer',
    nullable: true,
    description: 'Position, from 0; null: one of several, as the channel chooses them.',
  })
  credential: number | null;

  @ApiProperty({ type: 'integer' })
  priority: number;

  @ApiProperty({ type: 'integer' })
  weight: number;

  @ApiProperty({
    type: Number,
    nullable: true,
    description:
      'Expected share, from 0 to 1, among those of its priority and state; null: it depends on what only a proxy sees.',
  })
  share: number | null;

  @ApiProperty({ enum: RANKS })
  state: Rank;

  @ApiProperty({ type: String, description: "The vendor's name of the model." })
  upstreamModel: string;
}

export class ExplainedExcludedView implements ExplainedExcluded {
  @ApiProperty({ type: ExplainedChannelView })
  channel: ExplainedChannelView;

  @ApiProperty({ type: String, description: 'The model that it does not serve.' })
  model: string;

  @ApiProperty({ enum: Object.keys(EXPLAINED_EXCLUSIONS) })
  reason: ExplainedExclusion;

  @ApiProperty({ type: String, description: 'A sentence for a person.' })
  detail: string;
}

export class SuffixedReasoningView {
  @ApiPropertyOptional({ type: String, example: 'high' })
  effort?: string;

  @ApiPropertyOptional({ type: 'integer' })
  budgetTokens?: number;
}

export class NotJudgedFactView implements NotJudgedFact {
  @ApiProperty({ enum: Object.keys(NOT_JUDGED) })
  fact: NotJudged;

  @ApiProperty({ type: String, description: 'A sentence for a person.' })
  detail: string;
}

export class RouteExplanationView implements RouteExplanation {
  @ApiProperty({ type: String })
  model: string;

  @ApiProperty({ type: String, description: 'What the model is another name of; else the model.' })
  resolvedModel: string;

  @ApiProperty({
    type: SuffixedReasoningView,
    nullable: true,
    description: "What the end of the model's name says of thinking, by `models.reasoningSuffixes`.",
  })
  reasoning: SuffixedReasoning | null;

  @ApiProperty({ enum: ROUTING_STRATEGIES })
  strategy: RoutingStrategy;

  @ApiProperty({
    type: [ExplainedLegView],
    description: 'The model and those that take over; empty when it is switched off.',
  })
  chain: readonly ExplainedLegView[];

  @ApiProperty({ type: [ExplainedCandidateView], description: 'In the order in which they would be tried.' })
  candidates: readonly ExplainedCandidateView[];

  @ApiProperty({
    type: [ExplainedExcludedView],
    description: 'Channels that have the model and do not serve.',
  })
  excluded: readonly ExplainedExcludedView[];

  @ApiProperty({
    type: [NotJudgedFactView],
    description: 'What only the proxies know, and what is therefore taken as nothing.',
  })
  notJudged: readonly NotJudgedFactView[];
}
