import type { AnswerPart, Citation, JsonObject, ReasoningPart, ToolCallPart } from '../canonical/part.js';
import type { CanonicalResponse } from '../canonical/response.js';
import type { Warnings } from '../canonical/warning.js';
import type { AnswerContext } from '../dialect.js';
import { parseObject } from '../json/tolerant.js';
import { messageHead, wireFinish, wireSignature, wireToolCallId } from './answer.js';
import { encodeCitation } from './citations.js';
import { toWireUsage } from './usage.js';
import { DIALECT } from './wire.js';

/** https://platform.claude.com/docs/en/api/messages/create */
export function encodeResponse(response: CanonicalResponse, context: AnswerContext): unknown {
  const { warnings } = context;
  const [choice, ...others] = response.choices;
  if (others.length > 0) warnings.add('dropped', 'answer.choices', 'an answer has one choice here');
  if (choice?.logprobs !== undefined) noLogprobs(warnings);
  const parts = choice?.parts ?? [];
  const refused = parts.some(({ type }) => type === 'refusal');
  return {
    ...messageHead(response, context),
    content: parts.flatMap((part) => encodePart(part, warnings)),
    ...wireFinish(choice?.finish ?? { reason: 'other', raw: null }, refused, context),
    usage: toWireUsage(response.usage, response.serviceTier),
  };
}

function encodePart(part: AnswerPart, warnings: Warnings): readonly JsonObject[] {
  switch (part.type) {
    case 'text': {
      if (part.text === '') return [];
      const citations = (part.citations ?? []).flatMap(
        (citation) => citationOrWarning(citation, warnings) ?? [],
      );
      return [{ type: 'text', text: part.text, ...(citations.length > 0 ? { citations } : {}) }];
    }
    case 'refusal':
      return part.text === '' ? [] : [{ type: 'text', text: part.text }];
    case 'reasoning':
      return encodeReasoning(part);
    case 'tool-call':
      return [encodeToolCall(part, warnings)];
    case 'opaque':
      if (part.origin === DIALECT) return [part.value];
      unknownPart(part.kind, warnings);
      return [];
    case 'image':
    case 'audio':
      unknownPart(part.type, warnings);
      return [];
  }
}

function encodeReasoning({ text, signature, redacted }: ReasoningPart): readonly JsonObject[] {
  if (text === '' && signature === undefined) return [];
  if (redacted === true && text === '')
    return [{ type: 'redacted_thinking', data: wireSignature(signature) }];
  return [{ type: 'thinking', thinking: text, signature: wireSignature(signature) }];
}

function encodeToolCall({ id, name, input, kind, signature }: ToolCallPart, warnings: Warnings): JsonObject {
  const call = { type: 'tool_use', id: wireToolCallId(id, signature), name };
  if (kind === 'custom') return { ...call, input: { input } };
  const parsed = parseObject(input.trim() === '' ? '{}' : input);
  if (parsed !== undefined) return { ...call, input: parsed };
  warnings.add(
    'approximated',
    'answer.toolCalls',
    'arguments that are no JSON object stand in a member of one',
  );
  return { ...call, input: { input } };
}

/** As it is written; `undefined`, with a warning, when it can't be. */
export function citationOrWarning(citation: Citation, warnings: Warnings): JsonObject | undefined {
  const encoded = encodeCitation(citation);
  if (encoded === undefined) warnings.add('dropped', 'answer.citations', 'a source needs an address here');
  return encoded;
}

export function unknownPart(kind: string, warnings: Warnings): void {
  warnings.add('dropped', `answer.${kind}`, 'there is no such block here');
}

export function noLogprobs(warnings: Warnings): void {
  warnings.add('dropped', 'answer.logprobs', 'there are no log probabilities here');
}
