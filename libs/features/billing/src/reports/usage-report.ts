import { formatUsd } from '@tollgate/contracts';
import type { DataSource } from 'typeorm';
import { query } from '../database/query.js';
import { USAGE_DIMENSIONS, type UsageDimension, type UsageDimensionName } from './usage-dimensions.js';

export interface UsageReportInput {
  /** ISO 8601; the first instant in the report. */
  readonly from?: string;
  /** ISO 8601; the first instant after it. */
  readonly before?: string;
  readonly groupBy: readonly UsageDimensionName[];
}

/** Sums over requests. Token counts are inclusive: input with all cached and media input, output with reasoning. */
export interface UsageSums {
  readonly requests: number;
  readonly inputTokens: number;
  readonly cacheReadTokens: number;
  readonly cacheWriteTokens: number;
  readonly outputTokens: number;
  readonly reasoningTokens: number;
  /** USD, exact. */
  readonly charge: string;
  /** USD, exact. */
  readonly vendorCost: string;
}

export interface UsageReportRow {
  /** Group keys, named as in `groupBy`, and `<key>Id` for those that have an id. */
  readonly keys: Readonly<Record<string, string | null>>;
  readonly sums: UsageSums;
}

export interface UsageReport {
  /** The names of the group columns, in order. */
  readonly keys: readonly string[];
  readonly rows: readonly UsageReportRow[];
  readonly totals: UsageSums;
}

export const SUM_NAMES = [
  'requests',
  'inputTokens',
  'cacheReadTokens',
  'cacheWriteTokens',
  'outputTokens',
  'reasoningTokens',
  'charge',
  'vendorCost',
] as const satisfies readonly (keyof UsageSums)[];

/**
 * Sums usage records. One statement, so rows and totals are of one moment; sums are `numeric` in Postgres and text
 * from there on, so that totals are the ledger's to the nano-dollar.
 */
export async function readUsageReport(dataSource: DataSource, input: UsageReportInput): Promise<UsageReport> {
  const groups = input.groupBy.map((name, index): Group => ({
    name,
    alias: `g${index}`,
    ...USAGE_DIMENSIONS[name],
  }));
  const rows = await query<SqlRow>(dataSource, reportSql(groups), [input.from ?? null, input.before ?? null]);
  const totals = toSums(rows.find(({ total }) => total));
  return {
    keys: groups.flatMap(({ name, named }) => (named === undefined ? [name] : [name, `${name}Id`])),
    rows:
      groups.length === 0
        ? [{ keys: {}, sums: totals }]
        : rows.filter(({ total }) => !total).map((row) => ({ keys: toKeys(row, groups), sums: toSums(row) })),
    totals,
  };
}

interface Group extends UsageDimension {
  readonly name: UsageDimensionName;
  readonly alias: string;
}

type SqlRow = { readonly total: boolean } & Readonly<Record<string, string | null>>;

/** The grouping set `()` gives the totals; its row says so, as a group key may be null itself. */
function reportSql(groups: readonly Group[]): string {
  const keys = groups.map(({ sql, alias }) => `${sql} as ${alias}`);
  const names = groups.filter(({ named }) => named !== undefined);
  const sets = groups.length === 0 ? '()' : `(${groups.map(({ alias }) => alias).join(', ')}), ()`;
  const total = groups.length === 0 ? 'true' : `grouping(${groups[0]?.alias}) = 1`;
  return `
    with grouped as (
      select ${[...keys.map((_, index) => groups[index]?.alias), `${total} as total`, SUMS].join(', ')}
      from (select ${[...keys, 'r.*'].join(', ')} from billing.usage_records r
        where ($1::timestamptz is null or r.occurred_at >= $1) and ($2::timestamptz is null or r.occurred_at < $2)) r
      group by grouping sets (${sets})
    )
    select ${['grouped.*', ...names.map(({ alias }) => `${alias}_names.name as ${alias}_name`)].join(', ')}
    from grouped ${names
      .map(
        ({ alias, named }) =>
          `left join billing.names ${alias}_names on ${alias}_names.kind = '${named}' and ${alias}_names.id = ${alias}`,
      )
      .join(' ')}
    ${groups.length === 0 ? '' : `order by ${groups.map(({ alias }) => `${alias} nulls last`).join(', ')}`}`;
}

const SUMS = `
  count(*) as "requests",
  coalesce(sum(input + cache_read + cache_write_5m + cache_write_1h + audio_input + image_input), 0) as "inputTokens",
  coalesce(sum(cache_read), 0) as "cacheReadTokens",
  coalesce(sum(cache_write_5m + cache_write_1h), 0) as "cacheWriteTokens",
  coalesce(sum(output + reasoning + audio_output), 0) as "outputTokens",
  coalesce(sum(reasoning), 0) as "reasoningTokens",
  coalesce(sum(charge), 0) as "charge",
  coalesce(sum(vendor_cost), 0) as "vendorCost"`;

function toKeys(row: SqlRow, groups: readonly Group[]): Record<string, string | null> {
  const keys: Record<string, string | null> = {};
  for (const { name, alias, named } of groups) {
    const value = row[alias] ?? null;
    keys[name] = named === undefined ? value : (row[`${alias}_name`] ?? value);
    if (named !== undefined) keys[`${name}Id`] = value;
  }
  return keys;
}

function toSums(row: SqlRow | undefined): UsageSums {
  const read = (name: keyof UsageSums): bigint => BigInt(row?.[name] ?? '0');
  return {
    requests: Number(read('requests')),
    inputTokens: Number(read('inputTokens')),
    cacheReadTokens: Number(read('cacheReadTokens')),
    cacheWriteTokens: Number(read('cacheWriteTokens')),
    outputTokens: Number(read('outputTokens')),
    reasoningTokens: Number(read('reasoningTokens')),
    charge: formatUsd(read('charge')),
    vendorCost: formatUsd(read('vendorCost')),
  };
}
