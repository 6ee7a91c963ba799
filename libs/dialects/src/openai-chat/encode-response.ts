import type { AnswerPart, ReasoningPart, ToolCallPart } from '../canonical/part.js';
import type { CanonicalResponse, Choice } from '../canonical/response.js';
import type { AnswerContext } from '../dialect.js';
import { given } from '../json/tolerant.js';
import {
  customToolNames,
  dropOpaque,
  dropSignature,
  encodeAudio,
  encodeCall,
  encodeCitation,
  encodeHead,
  encodeImage,
  encodeLogprobs,
  freeText,
  isDisguised,
  THOUGHTS_APART,
} from './answer-writer.js';
import { encodeFinish } from './finish-reason.js';
import { encodeDetails } from './reasoning-details.js';
import { encodeUsage } from './usage.js';
import type { WireAnswerCall, WireAnswerMessage } from './wire.js';

/** https://platform.openai.com/docs/api-reference/chat/object */
export function encodeResponse(response: CanonicalResponse, context: AnswerContext): unknown {
  const { id, created, model } = encodeHead(response, context);
  return {
    id,
    object: 'chat.completion',
    created,
    model,
    choices: response.choices.map((choice, index) => encodeChoice(choice, index, context)),
    ...given('usage', encodeUsage(response.usage)),
    ...given('service_tier', response.serviceTier),
  };
}

function encodeChoice({ parts, finish, logprobs }: Choice, index: number, context: AnswerContext): unknown {
  const message = encodeMessage(parts, context);
  return {
    index,
    message,
    logprobs: logprobs === undefined ? null : encodeLogprobs(logprobs),
    finish_reason: encodeFinish(finish, isOnlyRefusal(message), context.warnings),
  };
}

function isOnlyRefusal({ refusal, content, tool_calls: calls }: WireAnswerMessage): boolean {
  return refusal !== null && content === null && calls === undefined;
}

function encodeMessage(parts: readonly AnswerPart[], context: AnswerContext): WireAnswerMessage {
  const { text, annotations } = encodeTexts(parts, context);
  const refusals = parts.flatMap((part) => (part.type === 'refusal' ? [part.text] : []));
  const calls = parts.filter((part) => part.type === 'tool-call');
  const silent = text === '' && (refusals.length > 0 || calls.length > 0);
  for (const part of parts) if (part.type === 'opaque') dropOpaque(part.kind, context);
  return {
    role: 'assistant',
    content: silent ? null : text,
    refusal: refusals.length === 0 ? null : refusals.join(''),
    ...encodeReasoning(parts.filter((part) => part.type === 'reasoning')),
    ...(calls.length === 0 ? {} : { tool_calls: encodeCalls(calls, context) }),
    ...(annotations.length === 0 ? {} : { annotations }),
    ...encodeMedia(parts, context),
  };
}

function encodeTexts(
  parts: readonly AnswerPart[],
  context: AnswerContext,
): { readonly text: string; readonly annotations: readonly unknown[] } {
  const annotations: unknown[] = [];
  let text = '';
  for (const part of parts) {
    if (part.type !== 'text') continue;
    for (const citation of part.citations ?? [])
      annotations.push(encodeCitation(citation, text.length, context));
    if (part.signature !== undefined) dropSignature(context);
    text += part.text;
  }
  return { text, annotations: annotations.filter((annotation) => annotation !== undefined) };
}

function encodeReasoning(parts: readonly ReasoningPart[]): Partial<WireAnswerMessage> {
  const thoughts = parts.flatMap(({ text }) => (text === '' ? [] : [text]));
  const details = parts.flatMap(encodeDetails).map((detail, index) => ({ ...detail, index }));
  return {
    ...(thoughts.length === 0 ? {} : { reasoning_content: thoughts.join(THOUGHTS_APART) }),
    ...(details.length === 0 ? {} : { reasoning_details: details }),
  };
}

function encodeCalls(calls: readonly ToolCallPart[], { request }: AnswerContext): readonly WireAnswerCall[] {
  const customTools = customToolNames(request);
  return calls.map((call) =>
    encodeCall(
      isDisguised(call, customTools) ? { ...call, kind: 'custom', input: freeText(call.input) } : call,
    ),
  );
}

function encodeMedia(parts: readonly AnswerPart[], context: AnswerContext): Partial<WireAnswerMessage> {
  const images: unknown[] = [];
  let audio: unknown;
  for (const part of parts) {
    if ((part.type !== 'image' && part.type !== 'audio') || part.source.kind !== 'base64') continue;
    const { data, mediaType } = part.source;
    if (part.type === 'image') images.push(encodeImage(data, mediaType, images.length));
    else audio = encodeAudio(data, context);
  }
  return { ...(images.length === 0 ? {} : { images }), ...given('audio', audio) };
}
