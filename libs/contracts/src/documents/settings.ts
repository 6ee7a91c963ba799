import { z } from 'zod';
import { groupLimits } from '../limits.js';

const milliseconds = z.number().int().min(1).max(86_400_000);

const GROUPS_MAX = 1_000;

/**
 * How a channel is chosen among the healthy ones of a priority: by weight; the one that answered fastest of late; the less
 * busy of two; the one that costs us least; or in turn. Weights count in all of them.
 */
export const ROUTING_STRATEGIES = [
  'weighted',
  'lowest-latency',
  'least-in-flight',
  'lowest-cost',
  'round-robin',
] as const;
export type RoutingStrategy = (typeof ROUTING_STRATEGIES)[number];

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
    })
    .prefault({}),
  health: z
    .strictObject({
      /** `false`: channels are never rested or opened. */
      enabled: z.boolean().default(true),
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
          groups: z.array(groupLimits).max(GROUPS_MAX),
        })
        .prefault({ groups: [] }),
    })
    .prefault({}),
});
export type SettingsDocument = z.infer<typeof settingsDocument>;

export const SETTINGS_DOCUMENT_KEY = 'settings.global';
