import type { JournalId, UsageRecordedV1 } from '@tollgate/contracts';
import { hash } from 'node:crypto';
import { arrayLiteral } from '../database/array-literal.js';
import type { Column } from '../database/insert-rows.js';
import type { RatedEvent } from './rerate.js';

/** A rated event with where it came from: one row of usage_records. */
export interface UsageRow extends RatedEvent {
  readonly journalId: JournalId;
  /** Equal for every copy of the event; tells a copy from another event under the same id. */
  readonly contentHash: string;
}

/** Over what decides the money, so that fields which later versions of the contract add do not make copies differ. */
export function contentHash(event: UsageRecordedV1): string {
  const { usage, priceCard, organization, apiKey } = event;
  const content = [
    event.occurredAt,
    organization.id,
    apiKey.id,
    event.model,
    event.outcome,
    [
      usage.input,
      usage.cacheRead,
      usage.cacheWrite5m,
      usage.cacheWrite1h,
      usage.audioInput,
      usage.imageInput,
    ],
    [usage.output, usage.reasoning, usage.audioOutput],
    event.usageSource,
    priceCard === null ? null : [priceCard.id, priceCard.version],
    event.charge,
    event.vendorCost,
    event.leaseId,
  ];
  return hash('sha256', JSON.stringify(content), 'base64');
}

const occurredAt: Column<UsageRow> = {
  name: 'occurred_at',
  type: 'timestamptz',
  value: ({ event }) => new Date(event.occurredAt).toISOString(),
};

export const USAGE_ID_COLUMNS: readonly Column<UsageRow>[] = [
  { name: 'id', type: 'text', value: ({ event }) => event.id },
  occurredAt,
  { name: 'content_hash', type: 'text', value: (row) => row.contentHash },
];

const quantity = (name: string, field: keyof UsageRecordedV1['usage']): Column<UsageRow> => ({
  name,
  type: 'bigint',
  value: ({ event }) => event.usage[field],
});

export const USAGE_COLUMNS: readonly Column<UsageRow>[] = [
  { name: 'id', type: 'text', value: ({ event }) => event.id },
  occurredAt,
  { name: 'journal_id', type: 'text', value: ({ journalId }) => journalId },
  { name: 'sequence', type: 'bigint', value: ({ event }) => event.sequence },
  { name: 'duration_ms', type: 'double precision', value: ({ event }) => event.durationMs },
  { name: 'first_byte_ms', type: 'double precision', value: ({ event }) => event.firstByteMs },
  { name: 'organization_id', type: 'text', value: ({ event }) => event.organization.id },
  { name: 'api_key_id', type: 'text', value: ({ event }) => event.apiKey.id },
  { name: 'channel_group', type: 'text', value: ({ event }) => event.group },
  { name: 'operation', type: 'text', value: ({ event }) => event.operation },
  { name: 'dialect', type: 'text', value: ({ event }) => event.dialect },
  { name: 'streamed', type: 'boolean', value: ({ event }) => event.streamed },
  { name: 'model', type: 'text', value: ({ event }) => event.model },
  { name: 'upstream_model', type: 'text', value: ({ event }) => event.upstreamModel },
  { name: 'provider', type: 'text', value: ({ event }) => event.provider },
  { name: 'channel_id', type: 'text', value: ({ event }) => event.channel?.id ?? null },
  { name: 'attempts', type: 'integer', value: ({ event }) => event.attempts },
  { name: 'outcome', type: 'text', value: ({ event }) => event.outcome },
  { name: 'http_status', type: 'integer', value: ({ event }) => event.httpStatus },
  { name: 'error_code', type: 'text', value: ({ event }) => event.errorCode },
  quantity('input', 'input'),
  quantity('cache_read', 'cacheRead'),
  quantity('cache_write_5m', 'cacheWrite5m'),
  quantity('cache_write_1h', 'cacheWrite1h'),
  quantity('audio_input', 'audioInput'),
  quantity('image_input', 'imageInput'),
  quantity('output', 'output'),
  quantity('reasoning', 'reasoning'),
  quantity('audio_output', 'audioOutput'),
  { name: 'usage_source', type: 'text', value: ({ event }) => event.usageSource },
  { name: 'price_card_id', type: 'text', value: ({ event }) => event.priceCard?.id ?? null },
  { name: 'price_card_version', type: 'integer', value: ({ event }) => event.priceCard?.version ?? null },
  { name: 'charge_lines', type: 'jsonb', value: ({ lines }) => JSON.stringify(lines) },
  { name: 'charge', type: 'bigint', value: ({ charge }) => charge.toString() },
  { name: 'reported_charge', type: 'bigint', value: ({ event }) => event.charge },
  { name: 'vendor_cost', type: 'bigint', value: ({ vendorCost }) => vendorCost.toString() },
  { name: 'lease_id', type: 'text', value: ({ event }) => event.leaseId },
  {
    name: 'warnings',
    type: 'text',
    value: ({ event }) => arrayLiteral(event.warnings.map(storable)),
    castTo: 'text[]',
  },
];

/** A warning may name a field as a client spelled it; Postgres holds neither NUL nor halves of characters. */
function storable(warning: string): string {
  return warning.replaceAll('\u0000', '\uFFFD').toWellFormed();
}
