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

/** What a vendor says is left; `undefined`: it does not say, or there is no limit. */
export function readBalance(api: BalanceApi, answer: unknown): VendorBalance | undefined {
  const amount = memberAt(answer, api.amount);
  const text = typeof amount === 'number' ? String(amount) : amount;
  const currency = typeof api.currency === 'string' ? api.currency : memberAt(answer, api.currency.path);
  if (typeof text !== 'string' || !/^-?\d+(\.\d+)?$/.test(text) || typeof currency !== 'string')
    return undefined;
  return { amount: text, currency };
}

function memberAt(value: unknown, path: JsonPath): unknown {
  let member = value;
  for (const name of path) {
    if (typeof member !== 'object' || member === null) return undefined;
    member = (member as Readonly<Record<string | number, unknown>>)[name];
  }
  return member;
}
