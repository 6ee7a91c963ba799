import type { ConfigFile, PriceSheet } from '@tollgate/contracts';
import { canonicalSheet, isEmptySheet, sameSheet } from '../../price-cards/price-sheet.js';
import type { ConfigProblem } from '../config-problems.js';
import { compareFields } from './compare-fields.js';
import type { CurrentPriceVersion, CurrentState } from './current-state.js';
import type { PlannedChange, PlanPart } from './plan.js';

type FilePrice = ConfigFile['prices'][number];

/** @param now milliseconds since the epoch: entries without a date mean the price that applies now */
export function planPrices(file: Pick<ConfigFile, 'prices'>, current: CurrentState, now: number): PlanPart {
  const changes: PlannedChange[] = [];
  const problems: ConfigProblem[] = [];
  for (const [index, price] of file.prices.entries()) {
    const { model, effectiveFrom, ...sheet } = price;
    const prices = canonicalSheet(sheet);
    if (isEmptySheet(prices)) {
      problems.push({ path: `prices[${index}]`, message: `"${model}" has no price; name at least one` });
      continue;
    }
    const versions = current.prices.get(model) ?? [];
    const from = effectiveFrom === undefined ? null : Date.parse(effectiveFrom);
    if (from === null && versions.length > 0 && isSuperseded(model, file.prices, now)) continue;
    const compared = from === null ? versionAt(versions, now) : versionFrom(versions, from);
    if (compared !== undefined && sameSheet(compared.prices, prices)) continue;
    const before = compared ?? versionAt(versions, from ?? now);
    changes.push(priceChange(model, from, prices, before?.prices));
  }
  return { changes, problems, notes: [] };
}

/** A dated entry of the file took over: its undated one was the price before that. */
function isSuperseded(model: string, prices: readonly FilePrice[], now: number): boolean {
  return prices.some(
    (price) =>
      price.model === model && price.effectiveFrom !== undefined && Date.parse(price.effectiveFrom) <= now,
  );
}

function versionAt(versions: readonly CurrentPriceVersion[], at: number): CurrentPriceVersion | undefined {
  return versions.findLast(({ effectiveFrom }) => effectiveFrom <= at);
}

function versionFrom(
  versions: readonly CurrentPriceVersion[],
  from: number,
): CurrentPriceVersion | undefined {
  return versions.findLast(({ effectiveFrom }) => effectiveFrom === from);
}

function priceChange(
  model: string,
  from: number | null,
  prices: PriceSheet,
  before: PriceSheet | undefined,
): PlannedChange {
  const dated =
    from === null ? [] : [{ field: 'effectiveFrom', from: null, to: new Date(from).toISOString() }];
  const removed = Object.entries(before ?? {})
    .filter(([field]) => !(field in prices))
    .map(([field, price]) => ({ field, from: price, to: null }));
  return {
    change: {
      kind: 'price',
      name: model,
      action: before === undefined ? 'create' : 'update',
      fields: [...dated, ...compareFields({ ...before }, prices), ...removed],
    },
    operation: { kind: 'price', model, effectiveFrom: from, prices },
  };
}
