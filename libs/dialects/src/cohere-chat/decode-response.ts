import { invalidAnswer } from '../canonical/failure.js';
import type { AnswerPart, JsonObject } from '../canonical/part.js';
import type { CanonicalResponse } from '../canonical/response.js';
import { objectOf, objectsOf, textOf } from '../json/tolerant.js';
import { decodeCitation } from './citations.js';
import { failure } from './errors.js';
import { decodeFinish } from './finish-reason.js';
import { decodeUsage } from './usage.js';

/**
 * https://docs.cohere.com/reference/chat#response
 *
 * @throws GatewayError `upstream_invalid_response`, `upstream_error`
 */
export function decodeResponse(body: unknown): CanonicalResponse {
  const answer = objectOf(body);
  const message = objectOf(answer?.['message']);
  if (answer === undefined) throw invalidAnswer('it is no object');
  if (message === undefined) {
    const words = textOf(answer['message']) ?? textOf(answer['error']);
    throw words === undefined ? invalidAnswer('it has no message') : failure(words);
  }
  const calls = objectsOf(message['tool_calls']).map(decodeToolCall);
  const parts = [...decodeContent(message), ...calls];
  return {
    id: textOf(answer['id']) ?? null,
    // Cohere does not repeat the model.
    model: null,
    createdAt: null,
    choices: [{ parts, finish: decodeFinish(answer['finish_reason'], calls.length > 0) }],
    usage: decodeUsage(answer['usage']),
  };
}

/** Words before calls are the plan for them. */
function decodeContent(message: JsonObject): readonly AnswerPart[] {
  const { content, tool_plan: plan } = message;
  const blocks = typeof content === 'string' ? [{ type: 'text', text: content }] : objectsOf(content);
  const parts = blocks.flatMap(decodeBlock);
  if (typeof plan === 'string' && plan !== '') parts.push({ type: 'text', text: plan });
  return withCitations(parts, objectsOf(message['citations']));
}

function decodeBlock({ text, thinking }: JsonObject): AnswerPart[] {
  if (typeof thinking === 'string' && thinking !== '') return [{ type: 'reasoning', text: thinking }];
  return typeof text === 'string' && text !== '' ? [{ type: 'text', text }] : [];
}

/** They are about the first text of the answer. */
function withCitations(
  parts: readonly AnswerPart[],
  citations: readonly JsonObject[],
): readonly AnswerPart[] {
  const cited = parts.findIndex(({ type }) => type === 'text');
  if (citations.length === 0) return parts;
  return parts.map((part, index) =>
    index === cited && part.type === 'text'
      ? { ...part, citations: citations.flatMap((citation) => decodeCitation(citation, part.text)) }
      : part,
  );
}

function decodeToolCall(call: JsonObject): AnswerPart {
  const named = objectOf(call['function']);
  const name = textOf(named?.['name']);
  if (name === undefined) throw invalidAnswer('a tool call has no name');
  const input = plainInput(textOf(named?.['arguments']));
  return { type: 'tool-call', id: textOf(call['id']) ?? '', name, input: input || '{}', kind: 'function' };
}

/** Where a tool takes no arguments, models write `null`. */
export function plainInput(text: string | undefined): string {
  return text === undefined || text.trim() === 'null' ? '' : text;
}
