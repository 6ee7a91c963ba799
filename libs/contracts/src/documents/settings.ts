import { z } from 'zod';
import { groupLimits } from '../limits.js';
import { nameString } from '../name.js';
import { PROBE_OPERATIONS } from '../rpc.js';
import { milliseconds } from './milliseconds.js';
import { AFFINITY_DEFAULT, affinityRules, ROUTING_STRATEGIES } from './routing.js';

const GROUPS_MAX = 1_000;

/** How much a suffix says to think: an effort, or `budget` where digits follow, the tokens to think with. */
export const REASONING_SUFFIX_MEANINGS = [
  'none',
  'minimal',
  'low',
  'medium',
  'high',
  'xhigh',
  'max',
  'budget',
] as const;

/** Ends of model names that say how much the model shall think; a model whose own name ends so is itself. */
const REASONING_SUFFIXES: { suffix: string; means: (typeof REASONING_SUFFIX_MEANINGS)[number] }[] = [
  { suffix: '-nothinking', means: 'none' },
  { suffix: '-thinking', means: 'high' },
  { suffix: '-thinking-', means: 'budget' },
  { suffix: '-none', means: 'none' },
  { suffix: '-minimal', means: 'minimal' },
  { suffix: '-low', means: 'low' },
  { suffix: '-medium', means: 'medium' },
  { suffix: '-high', means: 'high' },
  { suffix: '-xhigh', means: 'xhigh' },
  { suffix: '-max', means: 'max' },
];

/** What channel-health tells of; the last is of budgets, all others are of channels. */
export const NOTIFICATION_KINDS = [
  'incident-opened',
  'incident-closed',
  'balance-low',
  'models-changed',
  'budget-threshold',
] as const;
export type NotificationKind = (typeof NOTIFICATION_KINDS)[number];

/** Whom to tell what of which channels and organisations; exactly one of `webhook` and `email`. */
const notificationRule = z
  .strictObject({
    /** Also the name under which the webhook's signing secret is shown. */
    name: z.string().min(1).max(100),
    on: z.array(z.enum(NOTIFICATION_KINDS)).min(1),
    /** Names of channels; absent: all. What is told of budgets does not depend on it. */
    channels: z.array(z.string().min(1).max(200)).max(1_000).optional(),
    /** Names of organisations: of whose budgets, and of incidents that affected whom; absent: all. */
    organizations: z.array(nameString).max(1_000).optional(),
    webhook: z.strictObject({ url: z.url({ protocol: /^https?$/ }).max(2_000) }).optional(),
    email: z.strictObject({ to: z.array(z.email()).min(1).max(20) }).optional(),
    /** After a notification of a rule about a channel, or a threshold of a budget, others of the same kind are dropped for so long. */
    coolDownSeconds: z.number().int().min(0).max(604_800).default(300),
  })
  .refine(({ webhook, email }) => (webhook === undefined) !== (email === undefined), {
    message: 'exactly one of webhook and email must be given',
  });
export type NotificationRule = z.infer<typeof notificationRule>;

/**
 * Settings that operators change at run time; `settings.global` in the bucket `config` and `settings:` in the
 * declarative file. Every field has a default, so `{}` is complete.
 */
export const settingsDocument = z.strictObject({
  routing: z
    .strictObject({
      /** Attempts a request, the first included; 1 is no retry. */
      attemptsMax: z.number().int().min(1).max(20).default(3),
      /** No attempt begins later than this after the request's first. */
      totalTimeMaxMs: milliseconds.default(300_000),
      /** For models that name none. */
      strategy: z.enum(ROUTING_STRATEGIES).default('weighted'),
      /** What the group `auto` stands for: these groups, in this order; empty: `auto` is a mere group. */
      autoGroups: z.array(z.string().min(1).max(200)).max(20).default([]),
      /** The first that finds a key counts. */
      affinity: affinityRules.default(AFFINITY_DEFAULT),
    })
    .prefault({}),
  health: z
    .strictObject({
      /** `false`: channels are never rested or opened. */
      enabled: z.boolean().default(true),
      /** What answers far later than it usually does is degraded: served after its healthy peers, never rested for it. */
      slowness: z
        .strictObject({
          enabled: z.boolean().default(true),
          /** How many times its usual time to the first byte. */
          factor: z.number().min(1.5).max(100).default(4),
          /** And by how much later, in milliseconds, at least. */
          differenceMs: z.number().int().min(0).max(600_000).default(1_000),
          /** Successes in a minute; fewer tell nothing. */
          requestsMin: z.number().int().min(1).max(100_000).default(20),
        })
        .prefault({}),
      /** Probes cost money at vendors: nothing is probed unless the operator says so, or asks for one. */
      probes: z
        .strictObject({
          /** `true`: what is on trial is probed, so that it need not wait for requests. */
          enabled: z.boolean().default(false),
          /** Between two probes of a channel. */
          intervalSeconds: z.number().int().min(10).max(86_400).default(60),
          /** Channels without requests for so long are probed, too; `null`: never. */
          idleSeconds: z.number().int().min(60).max(86_400).nullable().default(null),
          /** `true`: answers are asked for as streams, where the operation has them. */
          stream: z.boolean().default(false),
          /** Each is tried, in this order; `null`: what the channel's cheapest model is for. */
          operations: z
            .array(z.enum(PROBE_OPERATIONS))
            .min(1)
            .refine((operations) => new Set(operations).size === operations.length, {
              message: 'operations of probes must differ',
            })
            .nullable()
            .default(null),
        })
        .prefault({}),
      /** What vendors tell of their models and of our balance. */
      vendorChecks: z
        .strictObject({
          enabled: z.boolean().default(false),
          intervalSeconds: z.number().int().min(60).max(604_800).default(3_600),
          /** A balance below it is low, in the vendor's currency. */
          balanceMin: z.number().min(0).max(1_000_000_000).default(5),
        })
        .prefault({}),
      notifications: z
        .array(notificationRule)
        .max(50)
        .refine((rules) => new Set(rules.map(({ name }) => name)).size === rules.length, {
          message: 'names of notifications must differ',
        })
        .default([]),
    })
    .prefault({}),
  upstream: z
    .strictObject({
      connectTimeoutMs: milliseconds.default(5_000),
      firstByteTimeoutMs: milliseconds.default(60_000),
      idleTimeoutMs: milliseconds.default(60_000),
      totalTimeoutMs: milliseconds.default(600_000),
      /** Of a vendor whose client left; `drain`: it may finish, so that its exact usage is known. */
      onClientClose: z.enum(['cancel', 'drain']).default('cancel'),
      /** How long it may go on then. */
      drainTimeoutMs: milliseconds.default(30_000),
    })
    .prefault({}),
  models: z
    .strictObject({
      /** In the order in which they are tried. */
      reasoningSuffixes: z
        .array(
          z.strictObject({ suffix: z.string().min(2).max(40), means: z.enum(REASONING_SUFFIX_MEANINGS) }),
        )
        .max(100)
        .default(REASONING_SUFFIXES),
    })
    .prefault({}),
  pricing: z
    .strictObject({
      /** `true`: a model without a price is served and charged nothing. */
      allowUnpriced: z.boolean().default(false),
    })
    .prefault({}),
  metering: z
    .strictObject({
      /** `false`: an answer that the vendor breaks off, or that our time limit ends, is charged nothing. */
      chargeCutStreams: z.boolean().default(true),
    })
    .prefault({}),
  admission: z
    .strictObject({
      /** What happens to requests that no live lease covers while the store of balances can't be asked. */
      onStoreDown: z.enum(['open', 'closed']).default('closed'),
      limits: z
        .strictObject({
          /** Of each organisation in the group, apart from the others. */
          groups: z
            .array(groupLimits)
            .max(GROUPS_MAX)
            .refine((groups) => new Set(groups.map(({ group }) => group)).size === groups.length, {
              error: 'must name each group once',
            }),
        })
        .prefault({ groups: [] }),
    })
    .prefault({}),
});
export type SettingsDocument = z.infer<typeof settingsDocument>;
/** As it may be written: what is absent gets its default. */
export type SettingsInput = z.input<typeof settingsDocument>;

export const SETTINGS_DOCUMENT_KEY = 'settings.global';
