import type { JournalId, UsageRecordedV1 } from '@tollgate/contracts';
import { hash } from 'node:crypto';
import { arrayLiteral } from '../database/array-literal.js';
import type { CopiedColumn } from '../database/copy-rows.js';
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

const quantity = (name: string, field: keyof UsageRecordedV1['usage']): CopiedColumn<UsageRow> => ({
  name,
  value: ({ event }) => event.usage[field],
});

export const USAGE_COLUMNS: readonly CopiedColumn<UsageRow>[] = [
  { name: 'id', value: ({ event }) => event.id },
  occurredAt,
  { name: 'journal_id', value: ({ journalId }) => journalId },
  { name: 'sequence', value: ({ event }) => event.sequence },
  { name: 'duration_ms', value: ({ event }) => event.durationMs },
  { name: 'first_byte_ms', value: ({ event }) => event.firstByteMs },
  { name: 'organization_id', value: ({ event }) => event.organization.id },
  { name: 'api_key_id', value: ({ event }) => event.apiKey.id },
  { name: 'channel_group', value: ({ event }) => event.group },
  { name: 'operation', value: ({ event }) => event.operation },
  { name: 'dialect', value: ({ event }) => event.dialect },
  { name: 'streamed', value: ({ event }) => event.streamed },
  { name: 'model', value: ({ event }) => event.model },
  { name: 'upstream_model', value: ({ event }) => event.upstreamModel },
  { name: 'provider', value: ({ event }) => event.provider },
  { name: 'channel_id', value: ({ event }) => event.channel?.id ?? null },
  { name: 'attempts', value: ({ event }) => event.attempts },
  { name: 'outcome', value: ({ event }) => event.outcome },
  { name: 'http_status', value: ({ event }) => event.httpStatus },
  { name: 'error_code', value: ({ event }) => event.errorCode },
  quantity('input', 'input'),
  quantity('cache_read', 'cacheRead'),
  quantity('cache_write_5m', 'cacheWrite5m'),
  quantity('cache_write_1h', 'cacheWrite1h'),
  quantity('audio_input', 'audioInput'),
  quantity('image_input', 'imageInput'),
  quantity('output', 'output'),
  quantity('reasoning', 'reasoning'),
  quantity('audio_output', 'audioOutput'),
  { name: 'usage_source', value: ({ event }) => event.usageSource },
  { name: 'price_card_id', value: ({ event }) => event.priceCard?.id ?? null },
  { name: 'price_card_version', value: ({ event }) => event.priceCard?.version ?? null },
  { name: 'charge_lines', value: ({ lines }) => JSON.stringify(lines) },
  { name: 'charge', value: ({ charge }) => charge.toString() },
  { name: 'reported_charge', value: ({ event }) => event.charge },
  { name: 'vendor_cost', value: ({ vendorCost }) => vendorCost.toString() },
  { name: 'lease_id', value: ({ event }) => event.leaseId },
  { name: 'warnings', value: ({ event }) => arrayLiteral(event.warnings.map(storable)) },
];

/** A warning may name a field as a client spelled it; Postgres holds neither NUL nor halves of characters. */
function storable(warning: string): string {
  return warning.replaceAll('\u0000', '\uFFFD').toWellFormed();
}
