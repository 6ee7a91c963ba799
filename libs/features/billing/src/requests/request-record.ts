import { formatUsd, type UsageQuantities } from '@tollgate/contracts';
import type { ChargeLine } from '@tollgate/pricing';
import type { DataSource } from 'typeorm';
import { query } from '../database/query.js';

interface Named {
  readonly id: string;
  readonly name: string;
}

/** The usage record of one request, with all that explains its charge. Amounts are decimal strings in USD. */
export interface RequestRecord {
  readonly requestId: string;
  readonly occurredAt: string;
  readonly durationMs: number;
  readonly firstByteMs: number | null;
  readonly organization: Named;
  readonly apiKey: Named;
  readonly group: string;
  readonly operation: string;
  readonly dialect: string;
  readonly streamed: boolean;
  readonly model: string;
  readonly upstreamModel: string | null;
  readonly provider: string | null;
  readonly channel: Named | null;
  readonly attempts: number;
  readonly outcome: string;
  readonly httpStatus: number;
  readonly errorCode: string | null;
  readonly usage: UsageQuantities;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly usageSource: string;
  readonly priceCard: { readonly id: string; readonly version: number } | null;
  readonly charge: string;
  readonly vendorCost: string;
  readonly lines: readonly ChargeLine[];
  /** `null`: the request moved no money. */
  readonly transactionId: string | null;
  /** What a translation between dialects could not say as it was written, e.g. `dropped:topK`. */
  readonly warnings: readonly string[];
  readonly findings: readonly { readonly kind: string; readonly details: unknown }[];
}

type SqlRow = Omit<RequestRecord, 'usage' | 'inputTokens' | 'outputTokens' | 'occurredAt'> &
  Record<keyof UsageQuantities, string> & { readonly occurredAt: Date };

/** `undefined`: no such request is recorded (yet). */
export async function readRequestRecord(
  dataSource: DataSource,
  requestId: string,
): Promise<RequestRecord | undefined> {
  const [row] = await query<SqlRow>(dataSource, REQUEST_SQL, [requestId]);
  if (row === undefined) return undefined;
  const {
    input,
    cacheRead,
    cacheWrite5m,
    cacheWrite1h,
    audioInput,
    imageInput,
    output,
    reasoning,
    audioOutput,
    ...rest
  } = row;
  const inputs = counts({ input, cacheRead, cacheWrite5m, cacheWrite1h, audioInput, imageInput });
  const outputs = counts({ output, reasoning, audioOutput });
  return {
    ...rest,
    occurredAt: row.occurredAt.toISOString(),
    usage: { ...inputs, ...outputs },
    inputTokens: sum(inputs),
    outputTokens: sum(outputs),
    charge: formatUsd(BigInt(row.charge)),
    vendorCost: formatUsd(BigInt(row.vendorCost)),
  };
}

const counts = <Name extends string>(texts: Record<Name, string>): Record<Name, number> =>
  Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, Number(text)])) as Record<
    Name,
    number
  >;

const sum = (quantities: Record<string, number>): number =>
  Object.values(quantities).reduce((total, count) => total + count, 0);

const named = (id: string, kind: string): string => `json_build_object('id', ${id}, 'name',
  coalesce((select name from billing.names where kind = '${kind}' and id = ${id}), ${id}))`;

const REQUEST_SQL = `
  select r.id as "requestId", r.occurred_at as "occurredAt", r.duration_ms as "durationMs",
    r.first_byte_ms as "firstByteMs", ${named('r.organization_id', 'organization')} as "organization",
    ${named('r.api_key_id', 'key')} as "apiKey", r.channel_group as "group", r.operation, r.dialect, r.streamed,
    r.model, r.upstream_model as "upstreamModel", r.provider,
    case when r.channel_id is not null then ${named('r.channel_id', 'channel')} end as "channel",
    r.attempts, r.outcome, r.http_status as "httpStatus", r.error_code as "errorCode",
    r.input, r.cache_read as "cacheRead", r.cache_write_5m as "cacheWrite5m", r.cache_write_1h as "cacheWrite1h",
    r.audio_input as "audioInput", r.image_input as "imageInput", r.output, r.reasoning,
    r.audio_output as "audioOutput", r.usage_source as "usageSource",
    case when r.price_card_id is not null then
      json_build_object('id', r.price_card_id, 'version', r.price_card_version) end as "priceCard",
    r.charge, r.vendor_cost as "vendorCost", r.charge_lines as "lines", r.warnings,
    (select id from billing.transactions where idempotency_key = 'usage:' || r.id) as "transactionId",
    coalesce((select json_agg(json_build_object('kind', kind, 'details', details) order by id)
      from billing.findings where request_id = r.id), '[]') as "findings"
  from billing.usage_ids i join billing.usage_records r on r.id = i.id and r.occurred_at = i.occurred_at
  where i.id = $1`;
