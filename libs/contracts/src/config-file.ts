import { z } from 'zod';
import { budgetInFile } from './budget.js';
import { VENDOR_DIALECT_IDS } from './dialect.js';
import { channelTransformMembers } from './documents/channel-transforms.js';
import { fileTransportMembers } from './documents/channel-transport.js';
import { channelRoutingMembers, modelRoutingMembers, requiredTags } from './documents/routing.js';
import { settingsDocument } from './documents/settings.js';
import { allowedAddresses, limits } from './limits.js';
import { nameString as name } from './name.js';
import { priceSheet, priceString } from './prices.js';

/** A credential in the file itself, or the name of the environment variable that holds it. */
export const credentialSource = z.union([z.string().min(1), z.strictObject({ env: z.string().min(1) })]);

/**
 * The declarative file, version 1: what exists and how it is set, applied idempotently. Unknown and wrong fields
 * are refused with their path. What the file does not name is left as it is.
 */
export const configFile = z.strictObject({
  version: z.literal(1),
  organizations: z
    .array(
      z.strictObject({
        name,
        group: name.optional(),
        /** Opening credit in USD, posted once. */
        balance: priceString.optional(),
        /** All of them: one that is not listed is removed. Without a list they stay. */
        budgets: z.array(budgetInFile).max(20).optional(),
        /** `null` lifts them. */
        limits: limits.nullable().optional(),
        allowedAddresses: allowedAddresses.nullable().optional(),
      }),
    )
    .default([]),
  channels: z
    .array(
      z.strictObject({
        name,
        provider: name,
        baseUrl: z.url({ protocol: /^https?$/ }).optional(),
        credentials: z.array(credentialSource).default([]),
        models: z
          .array(
            z.union([name, z.strictObject({ name, upstream: name.optional(), cost: priceSheet.optional() })]),
          )
          .min(1),
        groups: z.array(name).min(1).optional(),
        dialect: z.enum(VENDOR_DIALECT_IDS).optional(),
        /** Checked against those of the provider, when the file is planned. */
        options: z.record(z.string(), z.string()).optional(),
        thinkingToContent: z.boolean().optional(),
        priority: z.number().int().optional(),
        weight: z.number().int().min(0).optional(),
        enabled: z.boolean().optional(),
        ...channelRoutingMembers,
        ...channelTransformMembers,
        ...fileTransportMembers,
      }),
    )
    .default([]),
  models: z
    .array(
      z.strictObject({
        name,
        displayName: z.string().optional(),
        description: z.string().optional(),
        ownedBy: z.string().optional(),
        contextTokensMax: z.number().int().min(1).optional(),
        outputTokensMax: z.number().int().min(1).optional(),
        enabled: z.boolean().optional(),
        ...modelRoutingMembers,
      }),
    )
    .default([]),
  prices: z
    .array(
      priceSheet.extend({
        model: name,
        /** ISO 8601; default: now. */
        effectiveFrom: z.iso.datetime({ offset: true }).optional(),
      }),
    )
    .default([]),
  keys: z
    .array(
      z.strictObject({
        name,
        organization: name,
        /** At least 20 characters; generated and shown once when absent. */
        secret: z.string().min(20).max(200).optional(),
        /** Names and patterns, e.g. `gpt-4o*`. */
        models: z.array(name).optional(),
        /** Only channels with all of these tags; `null` lifts it. */
        requireTags: requiredTags,
        expiresAt: z.iso.datetime({ offset: true }).optional(),
        /** As those of organisations. */
        budgets: z.array(budgetInFile).max(20).optional(),
        /** `null` lifts them. */
        limits: limits.nullable().optional(),
        allowedAddresses: allowedAddresses.nullable().optional(),
      }),
    )
    .default([]),
  settings: settingsDocument.partial().optional(),
});
export type ConfigFile = z.infer<typeof configFile>;
