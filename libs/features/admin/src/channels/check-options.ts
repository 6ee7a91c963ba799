import type { ProviderDescription, ProviderOptionDescription } from '../providers/provider-catalogue.js';
import type { GivenOptions } from './channel-address.js';
import type { ChannelProblem } from './channel-problem.js';

const OPTION_LENGTH_MAX = 200;

/** What is wrong with the options of a channel at this provider. */
export function checkOptions(options: GivenOptions, provider: ProviderDescription): ChannelProblem[] {
  const given = new Map(Object.entries(options));
  const known = provider.options.map(({ name }) => name);
  const unknown = [...given.keys()].filter((name) => !known.includes(name));
  return [
    ...unknown.map((name) => ({ field: fieldOf(name), message: unknownMessage(provider, known) })),
    ...provider.options.flatMap((option) => checkOption(option, given.get(option.name))),
  ];
}

function unknownMessage({ id }: ProviderDescription, known: readonly string[]): string {
  const rest = known.length === 0 ? 'has no options' : `has no such option; it has: ${known.join(', ')}`;
  return `provider "${id}" ${rest}`;
}

function checkOption(option: ProviderOptionDescription, value: string | undefined): ChannelProblem[] {
  const { name, description, required, pattern } = option;
  const problem = (message: string): ChannelProblem[] => [{ field: fieldOf(name), message }];
  if (value === undefined) return required ? problem(`is missing: ${description}`) : [];
  if (value.length > OPTION_LENGTH_MAX) return problem(`must have at most ${OPTION_LENGTH_MAX} characters`);
  return new RegExp(pattern).test(value) ? [] : problem(`must be ${description} (${pattern})`);
}

const fieldOf = (name: string): string => `options.${name}`;
