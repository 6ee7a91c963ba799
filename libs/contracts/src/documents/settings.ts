import { z } from 'zod';

const milliseconds = z.number().int().min(1).max(86_400_000);

/**
 * Settings that operators change at run time; `settings.global` in the bucket `config` and `settings:` in the
 * declarative file. Every field has a default, so `{}` is complete.
 */
export const settingsDocument = z.strictObject({
  routing: z
    .strictObject({
      /** Attempts a request, the first included; 1 is no retry. */
      attemptsMax: z.number().int().min(1).max(20).default(3),
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
    })
    .prefault({}),
  pricing: z
    .strictObject({
      /** `true`: a model without a price is served and charged nothing. */
      allowUnpriced: z.boolean().default(false),
    })
    .prefault({}),
  admission: z
    .strictObject({
      /** What happens to requests that no live lease covers while the store of balances can't be asked. */
      onStoreDown: z.enum(['open', 'closed']).default('closed'),
    })
    .prefault({}),
});
export type SettingsDocument = z.infer<typeof settingsDocument>;

export const SETTINGS_DOCUMENT_KEY = 'settings.global';
