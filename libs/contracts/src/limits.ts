import { z } from 'zod';

const COUNT_MAX = 1_000_000_000;
/** Of windows: times the longest of them in milliseconds it is still a whole number that a double holds. */
const WINDOW_COUNT_MAX = 1_000_000;
const WINDOW_SECONDS_MAX = 31 * 86_400;
const RULES_MAX = 100;
const ADDRESSES_MAX = 1_000;

const limitName = z.string().min(1).max(200);

/** So many in any length of time; they come back evenly, as in a bucket that fills. */
export const countWindow = z.strictObject({
  max: z.number().int().min(1).max(WINDOW_COUNT_MAX),
  seconds: z.number().int().min(1).max(WINDOW_SECONDS_MAX),
});
export type CountWindow = z.infer<typeof countWindow>;

/** What is counted of a subject's requests; what is absent is not limited. */
const counted = {
  requestsPerMinute: z.number().int().min(1).max(COUNT_MAX).optional(),
  /** Input and output together. */
  tokensPerMinute: z.number().int().min(1).max(COUNT_MAX).optional(),
  /** Requests under way at one time. */
  concurrencyMax: z.number().int().min(1).max(COUNT_MAX).optional(),
  requestsPerWindow: countWindow.optional(),
  /** Only requests that succeed; those under way count until they fail. */
  successesPerWindow: countWindow.optional(),
};

/** Limits of one kind of subject: a key, an organisation. */
export const limits = z.strictObject({
  ...counted,
  /** Besides, for the models that a name or a pattern (`gpt-4o*`) stands for: counted together, apart from others. */
  models: z
    .array(z.strictObject({ model: limitName, ...counted }))
    .max(RULES_MAX)
    .optional(),
});
export type Limits = z.infer<typeof limits>;
export type CountedLimits = Omit<Limits, 'models'>;

/** Limits of each organisation in a group. */
export const groupLimits = limits.extend({ group: limitName });
export type GroupLimits = z.infer<typeof groupLimits>;

/** An address or a range in CIDR notation, of IPv4 or IPv6. */
export const addressRange = z.union([z.ipv4(), z.ipv6(), z.cidrv4(), z.cidrv6()], {
  error: 'must be an IP address or a range like 192.0.2.0/24 or 2001:db8::/32',
});

/** Where requests may come from. */
export const allowedAddresses = z.array(addressRange).min(1).max(ADDRESSES_MAX);
