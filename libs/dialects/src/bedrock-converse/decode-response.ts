import { invalidAnswer } from '../canonical/failure.js';
import type { AnswerPart, JsonObject } from '../canonical/part.js';
import type { CanonicalResponse } from '../canonical/response.js';
import { objectOf, objectsOf, textOf } from '../json/tolerant.js';
import { decodeCitation } from './citations.js';
import { failure } from './errors.js';
import { decodeFinish } from './finish-reason.js';
import { decodeUsage } from './usage.js';
import { DIALECT } from './wire.js';

/**
 * https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html#API_runtime_Converse_ResponseSyntax
 *
 * @throws GatewayError `upstream_invalid_response`, `upstream_error`
 */
export function decodeResponse(body: unknown): CanonicalResponse {
  const answer = objectOf(body);
  const message = objectOf(objectOf(answer?.['output'])?.['message']);
  if (answer === undefined) throw invalidAnswer('it is no object');
  if (message === undefined) {
    const words = textOf(answer['message']) ?? textOf(answer['Message']);
    throw words === undefined
      ? invalidAnswer('it has no message')
      : failure('upstream_error', words.slice(0, 1_000));
  }
  const parts = objectsOf(message['content']).flatMap(decodeBlock);
  const called = parts.some(({ type }) => type === 'tool-call');
  const tier = textOf(objectOf(answer['serviceTier'])?.['type']);
  return {
    // The id of an answer stands in a header only, and the model is known to who asked.
    id: null,
    model: null,
    createdAt: null,
    choices: [
      { parts, finish: decodeFinish(answer['stopReason'], answer['additionalModelResponseFields'], called) },
    ],
    usage: decodeUsage(answer['usage']),
    ...(tier === undefined ? {} : { serviceTier: tier }),
  };
}

function decodeBlock(block: JsonObject): readonly AnswerPart[] {
  const { text, toolUse, reasoningContent, citationsContent, image } = block;
  if (typeof text === 'string') return text === '' ? [] : [{ type: 'text', text }];
  if (toolUse !== undefined) return decodeToolUse(objectOf(toolUse));
  if (reasoningContent !== undefined) return decodeReasoning(objectOf(reasoningContent));
  if (citationsContent !== undefined) return decodeCited(objectOf(citationsContent));
  if (image !== undefined) return decodeImage(objectOf(image));
  const kind = Object.keys(block)[0];
  return kind === undefined ? [] : [{ type: 'opaque', origin: DIALECT, kind, value: block }];
}

function decodeToolUse(call: JsonObject | undefined): readonly AnswerPart[] {
  const name = textOf(call?.['name']);
  if (call === undefined || name === undefined) throw invalidAnswer('a tool call has no name');
  const input = JSON.stringify(objectOf(call['input']) ?? {});
  return [{ type: 'tool-call', id: textOf(call['toolUseId']) ?? '', name, input, kind: 'function' }];
}

/** https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ReasoningContentBlock.html */
function decodeReasoning(content: JsonObject | undefined): readonly AnswerPart[] {
  const redacted = textOf(content?.['redactedContent']);
  if (redacted !== undefined) {
    return [{ type: 'reasoning', text: '', redacted: true, signature: { origin: DIALECT, value: redacted } }];
  }
  const reasoning = objectOf(content?.['reasoningText']);
  const text = textOf(reasoning?.['text']) ?? '';
  const value = textOf(reasoning?.['signature']);
  if (text === '' && value === undefined) return [];
  return [
    { type: 'reasoning', text, ...(value === undefined ? {} : { signature: { origin: DIALECT, value } }) },
  ];
}

function decodeCited(content: JsonObject | undefined): readonly AnswerPart[] {
  const text = objectsOf(content?.['content'])
    .map((entry) => textOf(entry['text']) ?? '')
    .join('');
  const citations = objectsOf(content?.['citations']).map(decodeCitation);
  return text === '' ? [] : [{ type: 'text', text, ...(citations.length === 0 ? {} : { citations }) }];
}

function decodeImage(image: JsonObject | undefined): readonly AnswerPart[] {
  const data = textOf(objectOf(image?.['source'])?.['bytes']);
  if (data === undefined) return [];
  return [
    {
      type: 'image',
      source: { kind: 'base64', data, mediaType: `image/${textOf(image?.['format']) ?? 'png'}` },
    },
  ];
}
