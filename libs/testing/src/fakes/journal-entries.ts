import {
  newId,
  ZERO_USAGE,
  type ApiKeyId,
  type ChannelId,
  type OrganizationId,
  type RequestId,
  type UsageRecordedV1,
} from '@tollgate/contracts';

type End = Omit<UsageRecordedV1, 'type' | 'version' | 'sequence'>;
type Start = Pick<
  End,
  | 'id'
  | 'occurredAt'
  | 'organization'
  | 'apiKey'
  | 'group'
  | 'operation'
  | 'dialect'
  | 'streamed'
  | 'model'
  | 'priceCard'
  | 'leaseId'
  | 'budgetLeases'
> & { readonly estimate: Pick<End, 'usage' | 'charge' | 'vendorCost'> };

/** What a request journal is told when a request is admitted. */
export function journalStart(changes: Partial<Start> = {}): Start {
  return {
    id: newId<RequestId>(),
    occurredAt: Date.parse('2026-01-02T03:04:05Z'),
    organization: { id: 'organization-1' as OrganizationId, name: 'acme' },
    apiKey: { id: 'key-1' as ApiKeyId, name: 'ci' },
    group: 'default',
    operation: 'chat',
    dialect: 'openai-chat',
    streamed: false,
    model: 'gpt-4o',
    priceCard: null,
    leaseId: null,
    estimate: { usage: { ...ZERO_USAGE, input: 100, output: 1_000 }, charge: '999', vendorCost: '99' },
    ...changes,
  };
}

/** The successful end of that request. */
export function journalEnd(start: Start, changes: Partial<End> = {}): End {
  const { estimate: _estimate, ...known } = start;
  return {
    ...known,
    durationMs: 12,
    firstByteMs: 5,
    upstreamModel: start.model,
    provider: 'openai',
    channel: { id: 'channel-1' as ChannelId, name: 'openai-main' },
    attempts: 1,
    outcome: 'succeeded',
    httpStatus: 200,
    errorCode: null,
    usage: { ...ZERO_USAGE, input: 10, output: 20 },
    usageSource: 'vendor',
    charge: '260',
    vendorCost: '130',
    findings: [],
    warnings: [],
    ...changes,
  };
}
