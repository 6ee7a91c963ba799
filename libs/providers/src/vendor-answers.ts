import type { BalanceApi, JsonPath, ModelListApi } from './provider.js';

export interface VendorBalance {
  /** A decimal string. */
  readonly amount: string;
  readonly currency: string;
}

const MODELS_MAX = 10_000;

/** The names in a vendor's list of models; `undefined`: it is no such list. */
export function readModelList(api: ModelListApi, answer: unknown): readonly string[] | undefined {
  const items = memberAt(answer, api.items);
  if (!Array.isArray(items)) return undefined;
  const names = items.map((item) => memberAt(item, api.name)).filter((name) => typeof name === 'string');
  return [...new Set(names)].sort().slice(0, MODELS_MAX);
}

/**
 * What a vendor says is left; `undefined`: it does not say, or there is no limit.
 *
 * @param host that was asked, without its port
 */
export function readBalance(api: BalanceApi, answer: unknown, host: string): VendorBalance | undefined {
  const list = api.list === undefined ? [answer] : memberAt(answer, api.list);
  if (!Array.isArray(list)) return undefined;
  return list
    .map((one: unknown) => readOne(api, one, host))
    .filter((balance) => balance !== undefined)
    .sort((one, other) => Number(other.amount) - Number(one.amount))[0];
}

function readOne(api: BalanceApi, answer: unknown, host: string): VendorBalance | undefined {
  const amount = memberAt(answer, api.amount);
  const text = typeof amount === 'number' ? String(amount) : amount;
  const currency = currencyOf(api, answer, host);
  if (typeof text !== 'string' || !/^-?\d+(\.\d+)?$/.test(text) || typeof currency !== 'string')
    return undefined;
  return { amount: text, currency };
}

function currencyOf({ currency }: BalanceApi, answer: unknown, host: string): unknown {
  if (typeof currency === 'string') return currency;
  return 'path' in currency ? memberAt(answer, currency.path) : (currency.byHost[host] ?? currency.otherwise);
}

function memberAt(value: unknown, path: JsonPath): unknown {
  let member = value;
  for (const name of path) {
    if (typeof member !== 'object' || member === null) return undefined;
    member = (member as Readonly<Record<string | number, unknown>>)[name];
  }
  return member;
}
