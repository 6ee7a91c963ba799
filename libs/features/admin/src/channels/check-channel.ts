import type { ProviderCatalogue, ProviderDescription } from '../providers/provider-catalogue.js';
import { findProvider, placeholdersOf } from './channel-address.js';
import type { ChannelValues } from './channel-values.js';
import type { ChannelProblem } from './channel-problem.js';
import { circularModels } from './mapped-models.js';
import { checkOptions } from './check-options.js';
import { checkTransforms } from './check-transforms.js';

/** What the operator may leave out: the base URL, when the provider has one. */
export type ChannelDraft = Omit<ChannelValues, 'baseUrl'> & { readonly baseUrl: string | null };

/**
 * Everything that is wrong with a channel as it would be after the write; empty when it can be stored.
 * `hasStoredCredentials`: the channel keeps credentials that it already has.
 */
export function checkChannel(
  channel: ChannelDraft,
  catalogue: ProviderCatalogue,
  hasStoredCredentials = false,
): ChannelProblem[] {
  const provider = findProvider(catalogue, channel.provider);
  if (provider === undefined) {
    const known = catalogue.list().map(({ id }) => id);
    const message = `unknown provider "${channel.provider}"; known: ${known.join(', ')}`;
    return [{ field: 'provider', message }, ...checkModels(channel)];
  }
  return [
    ...checkOptions(channel.options, provider),
    ...checkBaseUrl(channel, provider),
    ...checkDialect(channel, provider),
    ...(provider.requiresCredential && channel.credentials.length === 0 && !hasStoredCredentials
      ? [{ field: 'credentials', message: `provider "${provider.id}" needs at least one credential` }]
      : []),
    ...checkModels(channel),
    ...checkTransforms(channel),
  ];
}

function checkBaseUrl(channel: ChannelDraft, provider: ProviderDescription): ChannelProblem[] {
  const field = 'baseUrl';
  if (channel.baseUrl === null) {
    if (provider.defaultBaseUrl !== null) return [];
    return [{ field, message: `provider "${provider.id}" has no base URL of its own; name one` }];
  }
  const unfilled = placeholdersOf(channel.baseUrl);
  if (unfilled.length > 0) return checkPlaceholders(unfilled, provider);
  const url = URL.parse(channel.baseUrl);
  // A provider without a network address (the built-in demo) names itself by a scheme of its own.
  if (channel.baseUrl === provider.defaultBaseUrl) return [];
  if (url === null || !['http:', 'https:'].includes(url.protocol)) {
    return [{ field, message: 'must be an address that starts with http:// or https://' }];
  }
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '') {
    return [{ field, message: 'must have no user name, password, query or fragment' }];
  }
  return [];
}

/** An option that the provider has is missing, which is told of the option itself. */
function checkPlaceholders(names: readonly string[], provider: ProviderDescription): ChannelProblem[] {
  const known = provider.options.map(({ name }) => name);
  return names
    .filter((name) => !known.includes(name))
    .map((name) => ({ field: 'baseUrl', message: `provider "${provider.id}" has no option "${name}"` }));
}

function checkDialect(channel: ChannelDraft, provider: ProviderDescription): ChannelProblem[] {
  if (channel.dialect === null || provider.dialects.includes(channel.dialect)) return [];
  const spoken = [...new Set(provider.dialects)].join(', ');
  const message = `provider "${provider.id}" does not speak ${channel.dialect}; it speaks: ${spoken}`;
  return [{ field: 'dialect', message }];
}

function checkModels(channel: ChannelDraft): ChannelProblem[] {
  const seen = new Set<string>();
  const circular = circularModels(channel.models).map((index) => ({
    field: `models[${index}].upstream`,
    message: 'leads back to itself through the other models of the channel',
  }));
  const twice = channel.models.flatMap(({ name }, index) => {
    if (!seen.has(name)) {
      seen.add(name);
      return [];
    }
    return [{ field: `models[${index}]`, message: `"${name}" is named twice` }];
  });
  return [...twice, ...circular];
}

/** Where a vendor's credentials go: they are sealed for this host and no other. */
export function vendorHost(baseUrl: string): string {
  const url = URL.parse(baseUrl);
  return url === null ? baseUrl : `${url.protocol}//${url.host}`;
}
