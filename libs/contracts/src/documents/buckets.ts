/**
 * The document buckets, each with exactly one writer:
 * - `config` (admin): channels, prices, models, settings; a proxy holds all of it.
 * - `identity` (admin): API keys and organisations; a proxy fetches one on first use, channel-health holds the
 *   names of organisations.
 * - `health` (channel-health): status of channels.
 * - `billing` (billing): how far each journal is committed.
 * - `responses` (the proxies, each what it made): which channel holds an answer that a vendor stored.
 */
export const BUCKETS = ['config', 'identity', 'health', 'billing', 'responses'] as const;
export type BucketName = (typeof BUCKETS)[number];

/** How long documents of a bucket live; those of the others live until they are deleted. */
export const BUCKET_LIFETIME_MS: Readonly<Partial<Record<BucketName, number>>> = {
  // OpenAI keeps stored answers for 30 days: https://platform.openai.com/docs/guides/your-data
  responses: 30 * 86_400_000,
};
