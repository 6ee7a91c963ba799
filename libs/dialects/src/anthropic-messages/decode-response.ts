import { invalidAnswer } from '../canonical/failure.js';
import type { AnswerPart, JsonObject } from '../canonical/part.js';
import type { CanonicalResponse, Finish } from '../canonical/response.js';
import { given, objectOf, objectsOf, textOf } from '../json/tolerant.js';
import { decodeCitations } from './citations.js';
import { isToolsetCall } from './decode-messages.js';
import { isError, vendorError } from './errors.js';
import { decodeFinish } from './finish-reason.js';
import { toReportedUsage } from './usage.js';
import { DIALECT } from './wire.js';

/**
 * https://platform.claude.com/docs/en/api/messages/create
 *
 * @throws GatewayError `upstream_invalid_response`, or the vendor's error
 */
export function decodeResponse(body: unknown): CanonicalResponse {
  const message = objectOf(body);
  if (message === undefined) throw invalidAnswer('it is no object');
  if (isError(message)) throw vendorError(message['error']);
  if (!Array.isArray(message['content'])) throw invalidAnswer('it has no content');
  const parts = objectsOf(message['content']).map(decodeBlock);
  const usage = objectOf(message['usage']);
  return {
    id: textOf(message['id']) ?? null,
    model: textOf(message['model']) ?? null,
    createdAt: null,
    choices: [{ parts, finish: finishOf(message, parts) }],
    usage: toReportedUsage(usage),
    ...given('serviceTier', serviceTierOf(usage)),
  };
}

/** What is `standard` here is `default` elsewhere. */
function serviceTierOf(usage: JsonObject | undefined): string | undefined {
  const tier = textOf(usage?.['service_tier']);
  return tier === 'standard' ? 'default' : tier;
}

function decodeBlock(block: JsonObject): AnswerPart {
  const text = textOf(block['text']) ?? '';
  switch (block['type']) {
    case 'text':
      return { type: 'text', text, ...decodeCitations(block['citations'], text) };
    case 'thinking': {
      const value = textOf(block['signature']) ?? '';
      const signature = value === '' ? {} : { signature: { origin: DIALECT, value } as const };
      return { type: 'reasoning', text: textOf(block['thinking']) ?? '', ...signature };
    }
    case 'redacted_thinking': {
      const signature = { origin: DIALECT, value: textOf(block['data']) ?? '' } as const;
      return { type: 'reasoning', text: '', redacted: true, signature };
    }
    case 'tool_use':
      return isToolsetCall(block) ? opaque(block) : toolCall(block);
    default:
      return opaque(block);
  }
}

function toolCall(block: JsonObject): AnswerPart {
  const input = JSON.stringify(block['input'] ?? {});
  const [id, name] = [textOf(block['id']) ?? '', textOf(block['name']) ?? ''];
  return { type: 'tool-call', id, name, input, kind: 'function' };
}

function opaque(block: JsonObject): AnswerPart {
  return { type: 'opaque', origin: DIALECT, kind: textOf(block['type']) ?? 'unknown', value: block };
}

function finishOf(message: JsonObject, parts: readonly AnswerPart[]): Finish {
  const stopReason = textOf(message['stop_reason']);
  if (stopReason !== undefined) return decodeFinish(stopReason, message['stop_sequence']);
  return impliedFinish(parts.some(({ type }) => type === 'tool-call'));
}

/** Where a vendor does not say why it stopped. */
export function impliedFinish(called: boolean): Finish {
  return { reason: called ? 'tool-calls' : 'stop', raw: null };
}

/** https://platform.claude.com/docs/en/api/messages/count_tokens */
export function decodeTokenCount(body: unknown): number {
  const message = objectOf(body) ?? {};
  if (isError(message)) throw vendorError(message['error']);
  const tokens = message['input_tokens'];
  if (typeof tokens !== 'number' || !Number.isSafeInteger(tokens) || tokens < 0) {
    throw invalidAnswer('it has no count of tokens');
  }
  return tokens;
}
