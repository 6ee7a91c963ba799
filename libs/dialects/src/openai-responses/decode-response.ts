import { invalidAnswer } from '../canonical/failure.js';
import type { AnswerPart, JsonObject, RefusalPart, TextPart } from '../canonical/part.js';
import type { CanonicalResponse, TokenLogprob } from '../canonical/response.js';
import { openaiVendorFailure } from '../json/openai-errors.js';
import { arrayOf, given, numberOf, objectOf, objectsOf, textOf } from '../json/tolerant.js';
import { decodeAnnotation } from './citations.js';
import { decodeFinish, type AnswerTraits } from './finish-reason.js';
import { decodeLogprobs } from './logprobs.js';
import { toReportedUsage } from './usage.js';
import { DIALECT } from './wire.js';

/**
 * https://platform.openai.com/docs/api-reference/responses/object
 *
 * @throws GatewayError `upstream_invalid_response`; the vendor's error where it answers one with status 200
 */
export function decodeResponse(body: unknown): CanonicalResponse {
  const response = objectOf(body);
  if (response === undefined) throw invalidAnswer('it is no object');
  if ((response['error'] ?? null) !== null) throw openaiVendorFailure({ error: response['error'] });
  if (!Array.isArray(response['output'])) throw invalidAnswer('it has no output');
  if (UNFINISHED.has(response['status'])) throw invalidAnswer('it is not finished');
  const items = objectsOf(response['output']);
  const parts = items.flatMap(decodeItem);
  const logprobs = items.flatMap(itemLogprobs);
  const choice = { parts, finish: decodeFinish(response, traitsOf(parts)) };
  return {
    ...responseHead(response),
    choices: [{ ...choice, ...(logprobs.length > 0 ? { logprobs } : {}) }],
    usage: toReportedUsage(objectOf(response['usage'])),
    ...given('serviceTier', textOf(response['service_tier'])),
  };
}

const UNFINISHED: ReadonlySet<unknown> = new Set(['queued', 'in_progress']);

export function responseHead(response: JsonObject): Pick<CanonicalResponse, 'id' | 'model' | 'createdAt'> {
  return {
    id: textOf(response['id']) ?? null,
    model: textOf(response['model']) ?? null,
    createdAt: numberOf(response['created_at']) ?? null,
  };
}

function traitsOf(parts: readonly AnswerPart[]): AnswerTraits {
  return {
    calls: parts.some(({ type }) => type === 'tool-call'),
    refusal: parts.some(({ type }) => type === 'refusal'),
    text: parts.some((part) => part.type === 'text' && part.text !== ''),
  };
}

function decodeItem(item: JsonObject): readonly AnswerPart[] {
  switch (item['type']) {
    case 'message':
      return objectsOf(item['content']).flatMap(decodeContentPart);
    case 'reasoning':
      return decodeReasoning(item);
    case 'function_call':
    case 'custom_tool_call':
      return [{ type: 'tool-call', ...callOf(item), input: callInput(item) }];
    default: {
      const kind = textOf(item['type']) ?? 'unknown';
      return [{ type: 'opaque', origin: DIALECT, kind, value: item }];
    }
  }
}

function decodeContentPart(content: JsonObject): readonly (TextPart | RefusalPart)[] {
  if (content['type'] === 'refusal') return [{ type: 'refusal', text: textOf(content['refusal']) ?? '' }];
  const text = textOf(content['text']);
  if (text === undefined) return [];
  const citations = objectsOf(content['annotations']).map(decodeAnnotation);
  return [{ type: 'text', text, ...(citations.length > 0 ? { citations } : {}) }];
}

/** Reasoning without words and without state says nothing to anybody. */
function decodeReasoning(item: JsonObject): readonly AnswerPart[] {
  const text = reasoningText(item);
  const encrypted = textOf(item['encrypted_content']) ?? '';
  if (text === '' && encrypted === '') return [];
  const signature = encrypted === '' ? {} : { signature: { origin: DIALECT, value: encrypted } as const };
  return [{ type: 'reasoning', text, ...given('id', textOf(item['id'])), ...signature }];
}

/** A summary of several parts, or the thoughts themselves, where the vendor shows them. */
export function reasoningText(item: JsonObject): string {
  return [...objectsOf(item['summary']), ...objectsOf(item['content'])]
    .map((part) => textOf(part['text']) ?? '')
    .join('\n\n');
}

/** What begins a call. Vendors that imitate may leave `call_id` out. */
export function callOf(item: JsonObject): {
  readonly id: string;
  readonly name: string;
  readonly kind: 'function' | 'custom';
} {
  return {
    id: textOf(item['call_id']) ?? textOf(item['id']) ?? '',
    name: textOf(item['name']) ?? '',
    kind: item['type'] === 'custom_tool_call' ? 'custom' : 'function',
  };
}

/** The input of a call as it came; `{}` for a function's without. */
export function callInput(item: JsonObject): string {
  if (item['type'] === 'custom_tool_call') return textOf(item['input']) ?? '';
  const given = item['arguments'];
  const text = textOf(given) ?? (objectOf(given) === undefined ? '' : JSON.stringify(given));
  return text.trim() === '' ? '{}' : text;
}

function itemLogprobs(item: JsonObject): readonly TokenLogprob[] {
  return arrayOf(item['content']).flatMap((content) => decodeLogprobs(objectOf(content)?.['logprobs']));
}
