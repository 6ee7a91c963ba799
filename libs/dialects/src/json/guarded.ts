import type { GuardedMember } from '@tollgate/contracts';
import type { Warning } from '../canonical/warning.js';
import type { EncodedRequest } from '../dialect.js';
import type { BodyPatches, RequestBody } from './request-body.js';
import { objectOf } from './tolerant.js';

/** As dialects write them at the top of a body; what is in `stream_options` stands apart. */
const WRITTEN = {
  service_tier: 'service_tier',
  serviceTier: 'service_tier',
  inference_geo: 'inference_geo',
  speed: 'speed',
  safety_identifier: 'safety_identifier',
} as const satisfies Readonly<Record<string, GuardedMember>>;
export type GuardedField = keyof typeof WRITTEN;

export const GUARDED_FIELDS: readonly GuardedField[] = [
  'service_tier',
  'serviceTier',
  'inference_geo',
  'speed',
  'safety_identifier',
];

const OBFUSCATION = 'include_obfuscation';
const STREAM_OPTIONS = 'stream_options';
const NONE: readonly GuardedMember[] = [];

/** The guarded members that a client wrote. */
export function guardedIn(body: RequestBody<GuardedField | typeof STREAM_OPTIONS>): readonly GuardedMember[] {
  let found: GuardedMember[] | undefined;
  for (const field of GUARDED_FIELDS) {
    if (body.has(field) && body.value(field) !== null) (found ??= []).push(WRITTEN[field]);
  }
  if (body.has(STREAM_OPTIONS) && OBFUSCATION in (body.object(STREAM_OPTIONS) ?? {})) {
    (found ??= []).push(OBFUSCATION);
  }
  return found ?? NONE;
}

/** Patches that take guarded members away; that in `stream_options` is left to who writes those. */
export function withhold(
  body: RequestBody<GuardedField>,
  patches: BodyPatches,
  members: readonly GuardedMember[] = NONE,
): void {
  if (members.length === 0) return;
  body.remove(
    patches,
    GUARDED_FIELDS.filter((field) => members.includes(WRITTEN[field])),
  );
}

/** What goes to a vendor after translation, without guarded members; each that was there is a warning. */
export function withoutGuarded(encoded: EncodedRequest, members: readonly GuardedMember[]): EncodedRequest {
  const body: Record<string, unknown> = { ...encoded.body };
  const warnings: Warning[] = [];
  const drop = (member: GuardedMember): void => {
    const field = guardedName(member);
    // The translation may have said so itself.
    if (encoded.warnings.some((known) => known.field === field)) return;
    warnings.push({ code: 'dropped', field, detail: 'the channel does not allow it' });
  };
  for (const field of GUARDED_FIELDS) {
    if (body[field] === undefined || !members.includes(WRITTEN[field])) continue;
    Reflect.deleteProperty(body, field);
    drop(WRITTEN[field]);
  }
  const { [OBFUSCATION]: obfuscation, ...options } = objectOf(body[STREAM_OPTIONS]) ?? {};
  if (obfuscation !== undefined && members.includes(OBFUSCATION)) {
    body[STREAM_OPTIONS] = options;
    drop(OBFUSCATION);
  }
  return warnings.length === 0 ? encoded : { body, warnings: [...encoded.warnings, ...warnings] };
}

/** `serviceTier`: as warnings name it. */
export function guardedName(member: GuardedMember): string {
  return member.replace(/_(\w)/g, (_match, letter: string) => letter.toUpperCase());
}
