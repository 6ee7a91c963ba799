import { z } from 'zod';
import { headerValue, overridableHeader } from './channel-headers.js';

const SEGMENTS_MAX = 20;
/** Names by which JavaScript reaches the prototype of an object: never a member of a request. */
const UNSAFE_SEGMENTS: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);

/** The segments of a dotted path; a backslash before a dot makes it part of the name: `metadata.a\.b`. */
export function pathSegments(path: string): string[] {
  return path.split(/(?<!\\)\./).map((segment) => segment.replaceAll('\\.', '.'));
}

function isPath(path: string): boolean {
  const segments = pathSegments(path);
  return (
    segments.length <= SEGMENTS_MAX &&
    segments.every((segment) => segment !== '' && !UNSAFE_SEGMENTS.has(segment))
  );
}

const bodyPath = z
  .string()
  .max(500)
  .refine(isPath, 'must be a path like "messages.-1.content": names and indexes with dots between them');

/** What the gateway reads its answer by: a channel may not change it behind its back. */
const changeablePath = bodyPath.refine(
  (path) => pathSegments(path)[0] !== 'stream',
  'must not be "stream": the gateway reads the answer as the client asked for it',
);

/** `@model`, `@upstreamModel`, `@retries`, `@stream`, `@header.<name>` read what the body does not say. */
const HEADER_PATH = '@header.';
const CONTEXT_PATH = /^@(model|upstreamModel|retries|stream|header\.[\w-]+)$/;

export const OVERRIDE_CONDITION_MODES = [
  'exists',
  'full',
  'prefix',
  'suffix',
  'contains',
  'regex',
  'gt',
  'gte',
  'lt',
  'lte',
] as const;

const conditionPath = z.union([
  z
    .string()
    .max(500)
    .regex(CONTEXT_PATH)
    .refine(
      (path) =>
        !path.startsWith(HEADER_PATH) || overridableHeader.safeParse(path.slice(HEADER_PATH.length)).success,
      'must not read a header that carries a secret',
    ),
  bodyPath.refine((path) => !path.startsWith('@'), 'is no fact of a request'),
]);

/** When a step is taken. `passMissing`: what is not there fits. */
export const overrideCondition = z.strictObject({
  path: conditionPath,
  mode: z.enum(OVERRIDE_CONDITION_MODES),
  value: z.json().optional(),
  invert: z.boolean().optional(),
  passMissing: z.boolean().optional(),
});
export type OverrideCondition = z.infer<typeof overrideCondition>;

const when = {
  conditions: z.array(overrideCondition).max(20).optional(),
  /** How the conditions are joined; default `or`. */
  logic: z.enum(['and', 'or']).optional(),
};
const text = z.string().max(100_000);
const pattern = z.string().min(1).max(1_000);
/** What is there already stays. */
const keepOrigin = z.boolean().optional();

/** Statuses that every dialect of clients has an error for. */
export const REFUSAL_STATUSES = [400, 401, 402, 403, 404, 409, 413, 429, 500, 502, 503, 504] as const;

const refusal = z.strictObject({
  status: z.union(REFUSAL_STATUSES.map((status) => z.literal(status))),
  message: z.string().min(1).max(1_000),
  /** The next channel is tried; default `true`. */
  retry: z.boolean().optional(),
});

/** `type: <value>`, or all the members given. */
const pruned = z.union([z.string().min(1).max(200), z.record(z.string().max(200), z.json())]);

const syncedField = z
  .string()
  .max(500)
  .refine((field) => {
    const [, where, name = ''] = /^(header|body):(.+)$/s.exec(field) ?? [];
    if (where === 'body') return changeablePath.safeParse(name).success;
    return where === 'header' && overridableHeader.safeParse(name).success;
  }, 'must be "header:<name>" or "body:<path>"');

/** One change of what a vendor is sent. */
export const overrideStep = z.discriminatedUnion('mode', [
  z.strictObject({ mode: z.literal('set'), path: changeablePath, value: z.json(), keepOrigin, ...when }),
  z.strictObject({ mode: z.literal('delete'), path: changeablePath, ...when }),
  z.strictObject({
    mode: z.enum(['move', 'copy']),
    from: changeablePath,
    to: changeablePath,
    keepOrigin,
    ...when,
  }),
  z.strictObject({
    mode: z.enum(['prepend', 'append']),
    path: changeablePath,
    value: z.json(),
    keepOrigin,
    ...when,
  }),
  z.strictObject({
    mode: z.enum(['trim-prefix', 'trim-suffix', 'ensure-prefix', 'ensure-suffix']),
    path: changeablePath,
    value: text.min(1),
    ...when,
  }),
  z.strictObject({ mode: z.enum(['trim-space', 'to-lower', 'to-upper']), path: changeablePath, ...when }),
  z.strictObject({
    mode: z.literal('replace'),
    path: changeablePath,
    from: text.min(1),
    to: text.optional(),
    ...when,
  }),
  z.strictObject({
    mode: z.literal('regex-replace'),
    path: changeablePath,
    from: pattern,
    to: text.optional(),
    ...when,
  }),
  z.strictObject({ mode: z.literal('return-error'), value: refusal, ...when }),
  z.strictObject({
    mode: z.literal('prune-objects'),
    path: changeablePath.optional(),
    value: pruned,
    ...when,
  }),
  z.strictObject({
    mode: z.literal('set-header'),
    path: overridableHeader,
    value: headerValue,
    keepOrigin,
    ...when,
  }),
  z.strictObject({ mode: z.literal('delete-header'), path: overridableHeader, ...when }),
  z.strictObject({
    mode: z.enum(['copy-header', 'move-header']),
    from: overridableHeader,
    to: overridableHeader,
    keepOrigin,
    ...when,
  }),
  z.strictObject({
    mode: z.literal('pass-headers'),
    value: z.array(overridableHeader).min(1).max(100),
    keepOrigin,
    ...when,
  }),
  z.strictObject({ mode: z.literal('sync-fields'), from: syncedField, to: syncedField, ...when }),
]);
export type OverrideStep = z.infer<typeof overrideStep>;

/** A list of steps; or, in short, members that are written over those of the body. */
export const channelOverrides = z.union([
  z.array(overrideStep).max(100),
  z
    .record(z.string().min(1).max(200), z.json())
    .refine((members) => !('operations' in members), 'must be the list of operations itself')
    .refine(
      (members) => Object.keys(members).every((name) => name !== 'stream' && !UNSAFE_SEGMENTS.has(name)),
      'must not name "stream" or a prototype',
    ),
]);
export type ChannelOverrides = z.infer<typeof channelOverrides>;
