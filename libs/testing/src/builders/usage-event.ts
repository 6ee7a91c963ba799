import {
  newId,
  ZERO_USAGE,
  type ApiKeyId,
  type ChannelId,
  type OrganizationId,
  type UsageQuantities,
  type UsageRecordedV1,
} from '@tollgate/contracts';

export type UsageEventOverrides = Partial<Omit<UsageRecordedV1, 'usage'>> & {
  readonly usage?: Partial<UsageQuantities>;
};

/** A usage event of a request that succeeded: 1,000 input and 200 output tokens, unpriced, unless told otherwise. */
export function usageEvent(overrides: UsageEventOverrides = {}): UsageRecordedV1 {
  return {
    type: 'usage.recorded',
    version: 1,
    id: newId(),
    sequence: 1,
    occurredAt: Date.parse('2026-01-02T03:04:05Z'),
    durationMs: 1_250.5,
    firstByteMs: 310,
    organization: { id: 'organization-1' as OrganizationId, name: 'acme' },
    apiKey: { id: 'key-1' as ApiKeyId, name: 'ci' },
    group: 'default',
    operation: 'chat',
    dialect: 'openai-chat',
    streamed: false,
    model: 'gpt-4o',
    upstreamModel: 'gpt-4o',
    provider: 'openai',
    channel: { id: 'channel-1' as ChannelId, name: 'openai-main' },
    attempts: 1,
    outcome: 'succeeded',
    httpStatus: 200,
    errorCode: null,
    usageSource: 'vendor',
    priceCard: null,
    charge: '0',
    vendorCost: '0',
    leaseId: null,
    findings: [],
    warnings: [],
    ...overrides,
    usage: { ...ZERO_USAGE, input: 1_000, output: 200, ...overrides.usage },
  };
}
