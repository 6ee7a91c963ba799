import { z } from 'zod';
import { CLIENT_DIALECT_IDS, OPERATIONS } from '../dialect.js';
import { idSchema } from '../id-schema.js';
import type {
  ApiKeyId,
  ChannelId,
  JournalId,
  LeaseId,
  OrganizationId,
  PriceCardId,
  RequestId,
} from '../ids.js';
import { USAGE_SOURCES, usageQuantities } from '../usage.js';

/**
 * How a request ended. `interrupted` is what replay makes of a request whose end the journal does not hold:
 * the proxy was killed while it ran.
 */
export const REQUEST_OUTCOMES = [
  'succeeded',
  'failed',
  'client_closed',
  'upstream_cut',
  'timed_out',
  'interrupted',
] as const;
export type RequestOutcome = (typeof REQUEST_OUTCOMES)[number];

/** Nano-USD as a decimal integer string: JSON has no bigint. */
const nanoUsdString = z.string().regex(/^-?\d{1,19}$/);
const named = <Id extends string>() => z.object({ id: idSchema<Id>(), name: z.string() });

/** One request, ended: the fact that billing turns into a usage record and postings. */
export const usageRecordedV1 = z.object({
  type: z.literal('usage.recorded'),
  version: z.literal(1),
  /** The request id; unique for ever. */
  id: idSchema<RequestId>(),
  /** Position in the journal, from 1 without gaps. */
  sequence: z.number().int().min(1),
  /** Start of the request, milliseconds since the epoch; equal in every replay. */
  occurredAt: z.number(),
  durationMs: z.number().min(0),
  /** Until the first byte of the answer left for the client; `null` when none did. */
  firstByteMs: z.number().min(0).nullable(),
  organization: named<OrganizationId>(),
  apiKey: named<ApiKeyId>(),
  group: z.string(),
  operation: z.enum(OPERATIONS),
  dialect: z.enum(CLIENT_DIALECT_IDS),
  streamed: z.boolean(),
  /** As the client named it. */
  model: z.string(),
  /** As the vendor was asked for it; `null` when no channel was tried. */
  upstreamModel: z.string().nullable(),
  provider: z.string().nullable(),
  channel: named<ChannelId>().nullable(),
  attempts: z.number().int().min(0),
  outcome: z.enum(REQUEST_OUTCOMES),
  httpStatus: z.number().int(),
  errorCode: z.string().nullable(),
  usage: usageQuantities,
  usageSource: z.enum(USAGE_SOURCES),
  /** What the request was priced by; `null` when the model is unpriced and served for nothing. */
  priceCard: z.object({ id: idSchema<PriceCardId>(), version: z.number().int() }).nullable(),
  charge: nanoUsdString,
  /** What the vendor charges us for it, by the channel's cost; 0 when unknown. */
  vendorCost: nanoUsdString,
  /** The lease that the charge was taken from; `null` when nothing was held. */
  leaseId: idSchema<LeaseId>().nullable(),
  /** The leases of budgets that the charge was taken from as well; absent: none. */
  budgetLeases: z
    .array(z.object({ account: z.string(), leaseId: idSchema<LeaseId>() }))
    .readonly()
    .optional(),
  /** Findings of the proxy about the vendor's counts, e.g. `negative_count:output`. */
  findings: z.array(z.string()),
  /** What a translation between dialects could not say as it was written, e.g. `dropped:topK`. */
  warnings: z.array(z.string()).default([]),
});
export type UsageRecordedV1 = z.infer<typeof usageRecordedV1>;

/**
 * One message on the topic `usage`: consecutive events of one journal. Its message id is `<journalId>:<first>-<last>`,
 * which may be followed by `:` and what makes a resend another message.
 */
export const usageBatchV1 = z.object({
  journalId: idSchema<JournalId>(),
  events: z.array(usageRecordedV1),
  /** Set on the last batch of a journal that will hold nothing more: its leases may be given back. */
  closed: z.boolean().default(false),
  /** With `closed`: the last sequence number that can ever be committed; 0 for a journal without events. */
  lastSequence: z.number().int().min(0).optional(),
});
export type UsageBatchV1 = z.infer<typeof usageBatchV1>;
