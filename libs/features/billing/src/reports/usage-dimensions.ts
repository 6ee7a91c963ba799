import type { NamedKind } from '../usage/names.js';

/** One way to group a usage report. */
export interface UsageDimension {
  /** SQL over `r` (usage_records); nothing of a caller's is ever part of it. */
  readonly sql: string;
  /** Set when the expression is an id whose name is shown; rows then carry `<dimension>Id` too. */
  readonly named?: NamedKind;
}

const day = `to_char(r.occurred_at at time zone 'UTC', 'YYYY-MM-DD')`;
const key: UsageDimension = { sql: 'r.api_key_id', named: 'key' };

/** What `groupBy` may name; rows call their keys as the caller did. */
export const USAGE_DIMENSIONS = {
  organization: { sql: 'r.organization_id', named: 'organization' },
  key,
  apiKey: key,
  channel: { sql: 'r.channel_id', named: 'channel' },
  model: { sql: 'r.model' },
  upstreamModel: { sql: 'r.upstream_model' },
  provider: { sql: 'r.provider' },
  group: { sql: 'r.channel_group' },
  operation: { sql: 'r.operation' },
  dialect: { sql: 'r.dialect' },
  outcome: { sql: 'r.outcome' },
  usageSource: { sql: 'r.usage_source' },
  day: { sql: day },
  month: { sql: `to_char(r.occurred_at at time zone 'UTC', 'YYYY-MM')` },
} as const satisfies Record<string, UsageDimension>;

export type UsageDimensionName = keyof typeof USAGE_DIMENSIONS;
export const USAGE_DIMENSION_NAMES = Object.keys(USAGE_DIMENSIONS) as UsageDimensionName[];
