import type { ConfigFieldChange, ConfigFile } from '@tollgate/contracts';
import { CHANNEL_DEFAULTS, type ChannelValues } from '../../channels/channel-values.js';
import { changedAddress, newAddress } from '../../channels/channel-address.js';
import type { ChannelProblem } from '../../channels/channel-problem.js';
import { checkChannel, vendorHost } from '../../channels/check-channel.js';
import { maskCredential } from '../../channels/mask-credential.js';
import { maskTransport } from '../../channels/transport-values.js';
import type { TransformValues } from '../../channels/transform-values.js';
import { canonicalSheet } from '../../price-cards/price-sheet.js';
import type { ProviderCatalogue } from '../../providers/provider-catalogue.js';
import type { ConfigProblem } from '../config-problems.js';
import type { ResolvedSecrets } from '../resolve-credentials.js';
import { definedOnly } from '../../write-path/defined-only.js';
import { compareFields, newFields } from './compare-fields.js';
import type { CurrentState } from './current-state.js';
import type { PlannedChange, PlanPart } from './plan.js';

type FileChannel = ConfigFile['channels'][number];
type ExistingChannel = ChannelValues & { readonly id: string };

/** @param secrets for each channel of the file in its order */
export function planChannels(
  file: Pick<ConfigFile, 'channels'>,
  secrets: readonly ResolvedSecrets[],
  current: CurrentState,
  providers: ProviderCatalogue,
): PlanPart {
  const changes: PlannedChange[] = [];
  const problems: ConfigProblem[] = [];
  for (const [index, fileChannel] of file.channels.entries()) {
    const given = fromFile(fileChannel, secrets[index] ?? NO_SECRETS);
    const existing = current.channels.get(given.name);
    const step =
      existing === undefined ? planNew(given, providers) : planExisting(given, existing, providers);
    if (step.change !== undefined) changes.push(step.change);
    problems.push(
      ...step.problems.map(({ field, message }) => ({ path: `channels[${index}].${field}`, message })),
    );
  }
  return { changes, problems, notes: [] };
}

const NO_SECRETS: ResolvedSecrets = {
  credentials: [],
  transport: { proxy: undefined, tls: undefined },
};

type GivenChannel = ReturnType<typeof fromFile>;
interface Step {
  readonly change: PlannedChange | undefined;
  readonly problems: readonly ChannelProblem[];
}

/** `undefined` where the file says nothing: no credentials named is "as they are", not "none". */
function fromFile(channel: FileChannel, { credentials, transport }: ResolvedSecrets) {
  return {
    name: channel.name,
    provider: channel.provider,
    baseUrl: channel.baseUrl,
    credentials: channel.credentials.length === 0 ? undefined : credentials,
    models: channel.models.map((model) =>
      typeof model === 'string'
        ? { name: model, upstream: model, cost: null }
        : {
            name: model.name,
            upstream: model.upstream ?? model.name,
            cost: model.cost === undefined ? null : canonicalSheet(model.cost),
          },
    ),
    groups: channel.groups,
    dialect: channel.dialect,
    options: channel.options,
    thinkingToContent: channel.thinkingToContent,
    priority: channel.priority,
    weight: channel.weight,
    enabled: channel.enabled,
    ...namedTransforms(channel),
    ...transport,
    credentialChoice: channel.credentialChoice,
    tags: channel.tags,
    lacks: channel.lacks,
  };
}

function namedTransforms(channel: FileChannel): {
  readonly [Member in keyof TransformValues]?: TransformValues[Member] | undefined;
} {
  const { overrides, headers, systemPrompt, allow, disableStore, passThroughBody, statusMap } = channel;
  const { timeouts, inFlightMax, requestsPerMinuteMax, tokensPerMinuteMax } = channel;
  return {
    ...{ overrides, headers, systemPrompt, allow, disableStore, passThroughBody, statusMap },
    ...{ timeouts, inFlightMax, requestsPerMinuteMax, tokensPerMinuteMax },
  };
}

function planNew(given: GivenChannel, providers: ProviderCatalogue): Step {
  const { baseUrl, options } = newAddress(providers, given);
  const draft = {
    ...CHANNEL_DEFAULTS,
    ...definedOnly(given),
    name: given.name,
    provider: given.provider,
    models: given.models,
    credentials: given.credentials ?? [],
    ...{ baseUrl, options },
  };
  const problems = checkChannel(draft, providers);
  if (baseUrl === null) return { change: undefined, problems };
  const values = { ...draft, baseUrl };
  return {
    change: {
      change: {
        kind: 'channel',
        name: given.name,
        action: 'create',
        fields: newFields(forPeople(values)),
      },
      operation: { kind: 'channel', values },
    },
    problems,
  };
}

function planExisting(given: GivenChannel, existing: ExistingChannel, providers: ProviderCatalogue): Step {
  const { baseUrl, options } = changedAddress(providers, existing, given);
  const desired = definedOnly({ ...given, options, baseUrl: baseUrl ?? undefined });
  const after = { ...existing, ...desired, baseUrl };
  const problems = [...checkChannel(after, providers)];
  if (sendsCredentialsElsewhere(existing, after.baseUrl) && given.credentials === undefined) {
    problems.push({ field: 'baseUrl', message: 'another host needs the credentials again' });
  }
  const differing = compareFields({ ...existing }, desired).map(({ field }) => field);
  if (differing.length === 0) return { change: undefined, problems };
  const fields = fieldsForPeople(differing, existing, desired);
  return {
    change: {
      change: { kind: 'channel', name: given.name, action: 'update', fields },
      operation: { kind: 'channel', id: existing.id, values: desired },
    },
    problems,
  };
}

function sendsCredentialsElsewhere(existing: ExistingChannel, baseUrl: string | null): boolean {
  return (
    existing.credentials.length > 0 &&
    baseUrl !== null &&
    vendorHost(baseUrl) !== vendorHost(existing.baseUrl)
  );
}

function forPeople(values: Partial<ChannelValues>): Record<string, unknown> {
  const { name: _name, credentials, proxy, tls, ...rest } = values;
  const { proxy: maskedProxy, tls: maskedTls } = maskTransport({ proxy: proxy ?? null, tls: tls ?? null });
  return {
    ...rest,
    ...(proxy === undefined ? {} : { proxy: maskedProxy }),
    ...(tls === undefined ? {} : { tls: maskedTls }),
    ...(credentials === undefined ? {} : { credentials: credentials.map(maskCredential) }),
  };
}

/** What is secret may look alike once masked, and differ. */
function fieldsForPeople(
  differing: readonly string[],
  existing: ExistingChannel,
  desired: Partial<ChannelValues>,
): ConfigFieldChange[] {
  const [before, after] = [forPeople(existing), forPeople(desired)];
  const seen = compareFields(before, after);
  const hidden = differing.filter((name) => !seen.some(({ field }) => field === name));
  return [...seen, ...hidden.map((field) => ({ field, from: before[field] ?? null, to: after[field] }))];
}
