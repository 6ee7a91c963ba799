import type { JsonObject, ReasoningPart, Signature } from '../canonical/part.js';
import { packSignature, unpackSignature } from '../canonical/signature.js';
import { given, parseObject, textOf } from '../json/tolerant.js';
import type { WireReasoningDetail } from './wire.js';

/**
 * Reasoning with the state that its vendor wants back, as OpenRouter writes it:
 * https://openrouter.ai/docs/use-cases/reasoning-tokens#preserving-reasoning-blocks
 *
 * An entry is to be given back unchanged, so all of it but its text is the value of a signature of this dialect. Reasoning
 * that came from a vendor of another dialect has its packed signature in `signature`, or in `data` when it was hidden.
 */
const ORIGIN = 'openai-chat';
const TEXT = 'reasoning.text';
const SUMMARY = 'reasoning.summary';
const ENCRYPTED = 'reasoning.encrypted';

/** What one entry says. */
export interface ReasoningDetail {
  readonly text: string;
  readonly signature?: Signature;
  readonly redacted?: boolean;
  readonly id?: string;
}

export function decodeDetail(detail: JsonObject): ReasoningDetail {
  const { type } = detail;
  const text = (type === SUMMARY ? textOf(detail['summary']) : textOf(detail['text'])) ?? '';
  const state = textOf(type === ENCRYPTED ? detail['data'] : detail['signature']) ?? '';
  if (state === '') return { text };
  const signature = unpackSignature(state, ORIGIN);
  if (signature.origin === ORIGIN) return { text, signature: { origin: ORIGIN, value: withoutText(detail) } };
  return {
    text,
    signature,
    ...given('id', textOf(detail['id'])),
    ...(detail['redacted'] === true ? { redacted: true } : {}),
  };
}

function withoutText(detail: JsonObject): string {
  return JSON.stringify({ ...detail, text: undefined, summary: undefined });
}

/** The entries for one part with a signature; none for one without. */
export function encodeDetails(part: ReasoningPart): readonly WireReasoningDetail[] {
  const { text, signature, redacted, id } = part;
  if (signature === undefined) return [];
  const own = signature.origin === ORIGIN ? ownDetail(signature.value) : undefined;
  if (own?.type === ENCRYPTED) return text === '' ? [own] : [{ type: SUMMARY, summary: text }, own];
  if (own !== undefined) return [{ ...own, ...(own.type === SUMMARY ? { summary: text } : { text }) }];
  const state = packSignature(signature, ORIGIN);
  const about = { ...given('id', id), ...(redacted === true ? { redacted } : {}) };
  return text === ''
    ? [{ type: ENCRYPTED, data: state, ...about }]
    : [{ type: TEXT, text, signature: state, ...about }];
}

function ownDetail(value: string): WireReasoningDetail | undefined {
  const detail = parseObject(value);
  const type = textOf(detail?.['type']);
  return detail === undefined || type === undefined ? undefined : { ...detail, type };
}

/** The parts that an assistant message of the history holds. `plain`: its reasoning as mere text. */
export function decodeReasoning(plain: string, details: readonly JsonObject[]): ReasoningPart[] {
  const parts: ReasoningPart[] = [];
  let told = '';
  for (const detail of details.map(decodeDetail)) {
    const last = parts.at(-1);
    told += detail.text;
    // A summary, or pieces of a text, and then the state that belongs to them.
    if (last !== undefined && last.signature === undefined) {
      parts[parts.length - 1] = { ...last, ...detail, text: last.text + detail.text };
    } else if (detail.text !== '' || detail.signature !== undefined) {
      parts.push({ type: 'reasoning', ...detail });
    }
  }
  // Entries that hold no words go with those that stand beside them.
  if (told !== '' || plain === '') return parts;
  const [first, ...others] = parts;
  return [{ type: 'reasoning', ...first, text: plain }, ...others];
}
