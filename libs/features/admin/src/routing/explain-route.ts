import {
  CAPABILITIES,
  type ChannelDocument,
  type ChannelStatusDocument,
  type FallbackCondition,
  type ModelDocument,
  type Operation,
  type RoutingStrategy,
  type SettingsDocument,
} from '@tollgate/contracts';
import type { ClientDialect } from '@tollgate/dialects';
import { chooseRoute, PROVIDERS, storedResponsesPath } from '@tollgate/providers';
import {
  ALL_HEALTHY,
  capabilitiesOf,
  capabilityBits,
  ChannelPool,
  EXCLUSIONS,
  HealthView,
  modelLegs,
  resolveAlias,
  servingGroups,
  type Exclusion,
  type ModelLeg,
  type PoolMember,
  type Rank,
  type SuffixedReasoning,
} from '@tollgate/routing';
import type { AskedModel } from './asked-model.js';
import { NOT_JUDGED_FACTS, type NotJudgedFact } from './not-judged.js';
import { rankMembers } from './rank-members.js';
import { toCandidate, type ExplainedChannel } from './explained-channel.js';

/** Why a channel that has the model does not serve a request, as far as the configuration tells. */
export const CONFIGURED_EXCLUSIONS = {
  'model-disabled': 'The model is switched off.',
  disabled: 'The channel is switched off.',
  'other-group': 'The channel serves other groups.',
  'lacks-key-tag': 'It does not have all the tags that the API key requires.',
  unusable: 'This version of the gateway does not know the provider of the channel.',
  'lacks-operation': 'Its vendor can not be told this operation for this model, coming from this dialect.',
  'stores-no-responses': 'Its vendor, as the channel speaks to it, stores no answers to go on with.',
} as const;
export const EXPLAINED_EXCLUSIONS = { ...CONFIGURED_EXCLUSIONS, ...EXCLUSIONS } as const;
export type ExplainedExclusion = keyof typeof CONFIGURED_EXCLUSIONS | Exclusion;

/** What a request may need of its channel: capabilities, and an answer or a conversation that its vendor stored. */
export const REQUEST_NEEDS = [...CAPABILITIES, 'stored-response'] as const;
export type RequestNeed = (typeof REQUEST_NEEDS)[number];

/** A request, as far as routing looks at it. */
export interface RouteQuestion {
  /** As the client names it. */
  readonly model: string;
  /** What the name means. */
  readonly asked: AskedModel;
  readonly group: string;
  readonly dialect: ClientDialect;
  readonly operation: Operation;
  /** What its channels must be tagged with, besides what the model requires. */
  readonly tags: readonly string[];
  /** What the API key requires of its channels. */
  readonly keyTags: readonly string[];
  readonly needs: readonly RequestNeed[];
  /** Hash of what binds it to a channel (`affinityHash`); `undefined`: nothing does. */
  readonly affinity: number | undefined;
}

/** What the answer is made of. */
export interface RouteFacts {
  /** Those that have the model, or one that takes over. */
  readonly channels: readonly ChannelDocument[];
  readonly models: ReadonlyMap<string, ModelDocument>;
  readonly settings: SettingsDocument;
  readonly statuses: ReadonlyMap<string, ChannelStatusDocument>;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

interface ChannelName {
  readonly id: string;
  readonly name: string;
}

export interface ExplainedCandidate {
  readonly channel: ChannelName;
  readonly model: string;
  readonly group: string;
  /** Position; `null`: one of several, as the channel chooses them. */
  readonly credential: number | null;
  readonly priority: number;
  readonly weight: number;
  /** Of those of its tier that stand as it does; `null`: only a proxy knows. */
  readonly share: number | null;
  readonly state: Rank;
  readonly upstreamModel: string;
}

export interface ExplainedExcluded {
  readonly channel: ChannelName;
  readonly model: string;
  readonly reason: ExplainedExclusion;
  readonly detail: string;
}

export interface ExplainedLeg {
  readonly model: string;
  readonly on: readonly FallbackCondition[];
  readonly strategy: RoutingStrategy;
}

export interface RouteExplanation {
  readonly model: string;
  readonly resolvedModel: string;
  /** What the end of the name says of thinking. */
  readonly reasoning: SuffixedReasoning | null;
  readonly strategy: RoutingStrategy;
  /** The model, and those that take over, in this order. */
  readonly chain: readonly ExplainedLeg[];
  readonly candidates: readonly ExplainedCandidate[];
  readonly excluded: readonly ExplainedExcluded[];
  readonly notJudged: readonly NotJudgedFact[];
}

/**
 * The candidates of a request in the order in which it would try them, and why other channels are none: by the functions
 * that proxies decide with. What only a proxy knows (`NOT_JUDGED`) is taken as nothing.
 */
export function explainRoute(question: RouteQuestion, facts: RouteFacts): RouteExplanation {
  const { model, asked, group } = question;
  const { models, settings } = facts;
  const resolvedModel = resolveAlias(asked.model, models) ?? asked.model;
  const legs = legsOf(question, models);
  const groups = servingGroups(group, settings.routing.autoGroups);
  const explained = legs.map((leg) => explainLeg(leg, groups, question, facts));
  const strategyOf = (name: string) => models.get(name)?.strategy ?? settings.routing.strategy;
  return {
    ...{ model, resolvedModel, reasoning: asked.reasoning, strategy: strategyOf(resolvedModel) },
    chain: legs.map((leg) => ({ ...leg, strategy: strategyOf(leg.model) })),
    candidates: explained.flatMap(({ candidates }) => candidates),
    excluded:
      legs.length === 0
        ? servingModel(facts, resolvedModel).map((channel) =>
            excluded(channel, resolvedModel, 'model-disabled'),
          )
        : explained.flatMap((leg) => leg.excluded),
    notJudged: NOT_JUDGED_FACTS,
  };
}

/** What a vendor stored is of the model asked: no other can go on with it. */
function legsOf({ asked, needs }: RouteQuestion, models: RouteFacts['models']): readonly ModelLeg[] {
  const legs = modelLegs(asked.model, models);
  return needs.includes('stored-response') ? legs.slice(0, 1) : legs;
}

/** Those that have the model in their list. */
function servingModel({ channels }: RouteFacts, model: string): readonly ChannelDocument[] {
  return channels.filter(({ models }) => models.some(({ name }) => name === model));
}

interface Explained {
  readonly candidates: readonly ExplainedCandidate[];
  readonly excluded: readonly ExplainedExcluded[];
}

function explainLeg(
  { model }: ModelLeg,
  groups: readonly string[],
  question: RouteQuestion,
  facts: RouteFacts,
): Explained {
  const out: ExplainedExcluded[] = [];
  const members: PoolMember<ExplainedChannel>[] = [];
  for (const channel of servingModel(facts, model)) {
    const reason = configuredExclusion(channel, model, groups, question);
    if (reason === undefined) members.push(toCandidate(channel, model));
    else if (reason === 'lacks-key-tag')
      out.push(lacking(channel, model, reason, missingTags(channel, question.keyTags)));
    else out.push(excluded(channel, model, reason));
  }
  const stages = groups.map((group) => explainStage(members, { model, group }, question, facts));
  return {
    candidates: stages.flatMap(({ candidates }) => candidates),
    excluded: [...out, ...stages.flatMap((stage) => stage.excluded)],
  };
}

/** One group's channels for one model: what a proxy has a pool of. */
function explainStage(
  members: readonly PoolMember<ExplainedChannel>[],
  { model, group }: { readonly model: string; readonly group: string },
  { tags, needs: asked, affinity }: RouteQuestion,
  { models, settings, statuses, now }: RouteFacts,
): Explained {
  const document = models.get(model);
  const required = [...(document?.requireTags ?? []), ...tags];
  const pool = new ChannelPool(
    members.filter(({ channel }) => channel.document.groups.includes(group)),
    document?.strategy ?? settings.routing.strategy,
  );
  const health = settings.health.enabled ? new HealthView(statuses) : ALL_HEALTHY;
  const needs = capabilityBits(CAPABILITIES.filter((capability) => asked.includes(capability)));
  const { ranked, unfit } = rankMembers({ pool, health, needs, tags: required, affinity, now });
  return {
    candidates: ranked.map(({ member: { channel, upstream }, ...more }) => ({
      channel: nameOf(channel.document),
      ...{ model, group, priority: channel.priority, weight: channel.weight, upstreamModel: upstream },
      ...more,
    })),
    excluded: unfit.map(({ member: { channel, lacks }, reason }) => {
      const { document } = channel;
      if (reason === 'lacks-tag') return lacking(document, model, reason, missingTags(channel, required));
      if (reason === 'lacks-capability')
        return lacking(document, model, reason, capabilitiesOf(lacks & needs));
      return excluded(document, model, reason, openingOf(statuses.get(channel.id), model));
    }),
  };
}

function missingTags(
  { tags }: { readonly tags?: readonly string[] | null | undefined },
  required: readonly string[],
): readonly string[] {
  return required.filter((tag) => tags?.includes(tag) !== true);
}

function configuredExclusion(
  channel: ChannelDocument,
  model: string,
  serving: readonly string[],
  { dialect: client, operation, needs, keyTags }: RouteQuestion,
): keyof typeof CONFIGURED_EXCLUSIONS | undefined {
  const { enabled, groups, provider, dialect, models } = channel;
  if (!enabled) return 'disabled';
  if (!groups.some((group) => serving.includes(group))) return 'other-group';
  if (missingTags(channel, keyTags).length > 0) return 'lacks-key-tag';
  const vendor = PROVIDERS.get(provider);
  if (vendor === undefined) return 'unusable';
  const upstream = models.find(({ name }) => name === model)?.upstream ?? model;
  const route = chooseRoute(vendor, dialect, { client, operation, model: upstream });
  if (route === undefined) return 'lacks-operation';
  if (!needs.includes('stored-response')) return undefined;
  return storedResponsesPath(vendor, dialect) === undefined ? 'stores-no-responses' : undefined;
}

/** What channel-health says of the part that keeps the model from being served. */
function openingOf(status: ChannelStatusDocument | undefined, model: string): string | undefined {
  if (status === undefined || status.state === 'open') return status?.reason;
  const part = status.models?.find(({ name, state }) => name === model && state === 'open');
  return part?.reason ?? status.credentials?.find(({ state }) => state === 'open')?.reason;
}

function lacking(
  channel: ChannelDocument,
  model: string,
  reason: ExplainedExclusion,
  what: readonly string[],
): ExplainedExcluded {
  return excluded(channel, model, reason, `It lacks: ${what.join(', ')}.`);
}

function excluded(
  channel: ChannelDocument,
  model: string,
  reason: ExplainedExclusion,
  detail: string = EXPLAINED_EXCLUSIONS[reason],
): ExplainedExcluded {
  return { channel: nameOf(channel), model, reason, detail };
}

function nameOf({ id, name }: ChannelDocument): ChannelName {
  return { id, name };
}
