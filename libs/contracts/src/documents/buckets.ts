/**
 * The document buckets, each with exactly one writer:
 * - `config` (admin): channels, prices, models, settings; a proxy holds all of it.
 * - `identity` (admin): API keys and organisations; a proxy fetches one on first use.
 * - `health` (channel-health): status of channels.
 * - `billing` (billing): how far each journal is committed.
 */
export const BUCKETS = ['config', 'identity', 'health', 'billing'] as const;
export type BucketName = (typeof BUCKETS)[number];
