import type { configFile } from '@tollgate/contracts';
import type { z } from 'zod';

type ConfigFileInput = z.input<typeof configFile>;

export const STARTER_MODEL = 'demo';

/**
 * What a first start finds: an organisation with credit, a key, and the demo vendor, so that a first request works
 * without any configuration.
 */
export function starterConfig(secret: string): ConfigFileInput {
  return {
    version: 1,
    organizations: [{ name: 'default', balance: '10.00' }],
    channels: [{ name: 'demo', provider: 'demo', models: [STARTER_MODEL, 'demo-embedding'], priority: -100 }],
    prices: [
      { model: STARTER_MODEL, input: '0.50', output: '1.50' },
      { model: 'demo-embedding', input: '0.02' },
    ],
    keys: [{ name: 'starter', organization: 'default', secret }],
  };
}

interface VendorSeed {
  /** The variable that holds the vendor's key; with it, the channel exists. */
  readonly variable: string;
  readonly channel: { readonly name: string; readonly provider: string };
  /** USD per 1M tokens, from the vendor's public price page on the date below; an operator changes them like any price. */
  readonly prices: NonNullable<ConfigFileInput['prices']>;
}

/** Prices as the vendors published them on 2025-11-01. */
const VENDOR_SEEDS: readonly VendorSeed[] = [
  {
    variable: 'OPENAI_API_KEY',
    channel: { name: 'openai', provider: 'openai' },
    prices: [
      { model: 'gpt-5', input: '1.25', cacheRead: '0.125', output: '10.00' },
      { model: 'gpt-5-mini', input: '0.25', cacheRead: '0.025', output: '2.00' },
      { model: 'gpt-4.1', input: '2.00', cacheRead: '0.50', output: '8.00' },
      { model: 'gpt-4.1-mini', input: '0.40', cacheRead: '0.10', output: '1.60' },
      { model: 'gpt-4o', input: '2.50', cacheRead: '1.25', output: '10.00' },
      { model: 'gpt-4o-mini', input: '0.15', cacheRead: '0.075', output: '0.60' },
      { model: 'text-embedding-3-small', input: '0.02' },
      { model: 'text-embedding-3-large', input: '0.13' },
    ],
  },
  {
    variable: 'ANTHROPIC_API_KEY',
    channel: { name: 'anthropic', provider: 'anthropic' },
    prices: [
      {
        model: 'claude-sonnet-4-5',
        input: '3.00',
        cacheRead: '0.30',
        cacheWrite5m: '3.75',
        cacheWrite1h: '6.00',
        output: '15.00',
      },
      {
        model: 'claude-haiku-4-5',
        input: '1.00',
        cacheRead: '0.10',
        cacheWrite5m: '1.25',
        cacheWrite1h: '2.00',
        output: '5.00',
      },
    ],
  },
  {
    variable: 'GEMINI_API_KEY',
    channel: { name: 'gemini', provider: 'gemini' },
    prices: [
      { model: 'gemini-2.5-pro', input: '1.25', cacheRead: '0.125', output: '10.00' },
      { model: 'gemini-2.5-flash', input: '0.30', cacheRead: '0.03', output: '2.50' },
    ],
  },
];

/** Channels of the vendors whose keys the environment holds and which do not exist yet; `undefined`: none. */
export function vendorConfig(
  environment: Readonly<Record<string, string | undefined>>,
  existing: ReadonlySet<string>,
): ConfigFileInput | undefined {
  const seeds = VENDOR_SEEDS.filter(
    ({ variable, channel }) => (environment[variable] ?? '') !== '' && !existing.has(channel.name),
  );
  if (seeds.length === 0) return undefined;
  return {
    version: 1,
    channels: seeds.map(({ variable, channel, prices }) => ({
      ...channel,
      credentials: [{ env: variable }],
      models: prices.map(({ model }) => model),
    })),
    prices: seeds.flatMap(({ prices }) => prices),
  };
}
