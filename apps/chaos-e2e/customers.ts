import type { BudgetInFile, Limits } from '@tollgate/contracts';
import { PROXIES } from './services.js';
import type { Customer } from './traffic/traffic.js';

/** An organisation of the run. Opening credit in USD. */
interface DeclaredOrganization {
  readonly name: string;
  readonly balance: string;
  readonly budgets?: readonly BudgetInFile[];
}

interface DeclaredKey {
  readonly organization: string;
  readonly name: string;
  readonly budgets?: readonly BudgetInFile[];
  readonly limits?: Limits;
}

/** The last one's money runs out: requests that cost nothing because they are refused belong to the picture. */
export const ORGANIZATIONS: readonly DeclaredOrganization[] = [
  { name: 'first', balance: '100.00' },
  { name: 'second', balance: '50.00', budgets: [{ period: 'daily', amount: '20.00' }] },
  { name: 'poor', balance: '0.05' },
];

/** Reached within a few faults, each of them. */
const SMALL_BUDGET: BudgetInFile = { period: 'total', amount: '0.02' };
/** Of what a rate has left, a proxy takes no larger part ahead. */
const AHEAD_PART = 64;
/** With so much left, proxies take units ahead; never reached. */
const WIDE_LIMITS: Limits = { requestsPerMinute: 6_000, tokensPerMinute: 10_000_000 };
const LIMITS: Limits = { requestsPerMinute: 60, tokensPerMinute: 12_000, concurrencyMax: 2 };

/** The first one is asked with by probes, so nothing may limit it. */
const KEYS: readonly DeclaredKey[] = [
  { name: 'first-plain', organization: 'first' },
  { name: 'first-limited', organization: 'first', limits: LIMITS },
  { name: 'second-plain', organization: 'second' },
  { name: 'second-wide', organization: 'second', limits: WIDE_LIMITS },
  { name: 'second-budget', organization: 'second', budgets: [SMALL_BUDGET] },
  { name: 'poor-plain', organization: 'poor' },
  { name: 'poor-limited', organization: 'poor', limits: LIMITS },
];

/** A unit comes back after fifteen seconds only: what lets more pass than this does not count as one. */
const GAUGE: DeclaredKey = {
  ...{ name: 'gauge', organization: 'first' },
  limits: { requestsPerWindow: { max: 4, seconds: 60 } },
};

/** Requests in a window, and those that may pass when Redis is away, as all proxies together took them ahead. */
export interface RequestRate {
  readonly max: number;
  readonly windowMs: number;
  readonly ahead: number;
}

/** What each key with a limit may do, as the declaration has it. */
export const REQUEST_RATES: ReadonlyMap<string, RequestRate> = new Map(
  [...KEYS, GAUGE].flatMap(({ name, limits }) => ratesOf(name, limits)),
);

export const BUDGET_COUNT = [...ORGANIZATIONS, ...KEYS].reduce(
  (sum, { budgets = [] }) => sum + budgets.length,
  0,
);

/** The keys that traffic asks with; those of another seed are unknown. */
export function customersOf(seed: number): readonly Customer[] {
  return KEYS.map((key) => customerOf(seed, key));
}

/** The key that shows whether limits work: nobody else asks with it. */
export function gaugeOf(seed: number): Customer {
  return customerOf(seed, GAUGE);
}

/** The keys as the declarative file has them. */
export function declaredKeys(seed: number): readonly object[] {
  return [...KEYS, GAUGE].map((key) => ({ ...key, secret: customerOf(seed, key).apiKey }));
}

function customerOf(seed: number, { name, organization }: DeclaredKey): Customer {
  return { name, organization, apiKey: `sk-tg-chaos-${seed}-${name}-0123456789` };
}

function ratesOf(
  name: string,
  { requestsPerMinute, requestsPerWindow, concurrencyMax }: Limits = {},
): (readonly [string, RequestRate])[] {
  const rateOf = (max: number, windowMs: number): readonly [string, RequestRate] => {
    const ahead = concurrencyMax === undefined ? Math.floor(max / AHEAD_PART) * PROXIES.length : 0;
    return [name, { max, windowMs, ahead }];
  };
  if (requestsPerMinute !== undefined) return [rateOf(requestsPerMinute, 60_000)];
  if (requestsPerWindow === undefined) return [];
  return [rateOf(requestsPerWindow.max, requestsPerWindow.seconds * 1_000)];
}
