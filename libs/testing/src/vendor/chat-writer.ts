import { openaiError, openaiRefusal } from './openai-refusals.js';
import {
  dataEvent,
  VENDOR_USAGE,
  wordsOf,
  type VendorAnswer,
  type VendorCall,
  type VendorUsage,
  type VendorWriter,
} from './vendor-answer.js';

const HEAD = { id: 'chatcmpl-1', created: 1_767_225_600, model: 'vendor-model' };

/**
 * Answers of Chat Completions; reasoning as the vendors write it that show it.
 * https://platform.openai.com/docs/api-reference/chat
 */
export const chatWriter: VendorWriter = {
  json: (answer) => ({
    ...HEAD,
    object: 'chat.completion',
    choices: [{ index: 0, message: message(answer), finish_reason: finishReason(answer) }],
    ...(answer.usage === null ? {} : { usage: usageOf(answer.usage ?? VENDOR_USAGE) }),
  }),
  stream,
  wantsStream: ({ json }) => json?.['stream'] === true,
  refuse: openaiRefusal,
  streamError: (trouble) => dataEvent({ error: openaiError(trouble) }),
};

/** https://platform.openai.com/docs/api-reference/chat-streaming */
function stream(answer: VendorAnswer): string[] {
  const { usage, reasoning, words = [], calls = [], stop } = answer;
  const textField = stop === 'refusal' ? 'refusal' : 'content';
  const details = reasoningDetails(answer);
  const deltas = [
    { role: 'assistant', content: '' },
    ...(reasoning?.words ?? []).map((word) => ({ reasoning_content: word })),
    ...(details.length === 0 ? [] : [{ reasoning_details: details }]),
    ...words.map((word) => ({ [textField]: word })),
    ...calls.flatMap(callDeltas),
  ];
  return [
    ...deltas.map((delta) => chunk([{ index: 0, delta, finish_reason: null }])),
    chunk([{ index: 0, delta: {}, finish_reason: finishReason(answer) }]),
    ...(usage === null ? [] : [chunk([], { usage: usageOf(usage ?? VENDOR_USAGE) })]),
    'data: [DONE]\n\n',
  ];
}

function chunk(choices: readonly object[], more: object = {}): string {
  return dataEvent({ ...HEAD, object: 'chat.completion.chunk', choices, ...more });
}

function callDeltas({ id, name, args }: VendorCall, index: number): object[] {
  return [
    { tool_calls: [{ index, id, type: 'function', function: { name, arguments: '' } }] },
    ...args.map((piece) => ({ tool_calls: [{ index, function: { arguments: piece } }] })),
  ];
}

function message(answer: VendorAnswer): object {
  const { reasoning, words, calls = [], stop } = answer;
  const text = words === undefined ? null : wordsOf(answer);
  const details = reasoningDetails(answer);
  return {
    role: 'assistant',
    content: stop === 'refusal' ? null : text,
    refusal: stop === 'refusal' ? text : null,
    ...(reasoning === undefined ? {} : { reasoning_content: wordsOf(reasoning) }),
    ...(details.length === 0 ? {} : { reasoning_details: details }),
    ...(calls.length === 0 ? {} : { tool_calls: calls.map(toolCall) }),
  };
}

/** https://openrouter.ai/docs/use-cases/reasoning-tokens#preserving-reasoning-blocks */
function reasoningDetails({ reasoning }: VendorAnswer): object[] {
  if (reasoning?.signature === undefined) return [];
  return [{ type: 'reasoning.encrypted', data: reasoning.signature, format: 'unknown', index: 0 }];
}

function toolCall({ id, name, args }: VendorCall): object {
  return { id, type: 'function', function: { name, arguments: args.join('') } };
}

function finishReason({ stop, calls = [] }: VendorAnswer): string {
  if (stop === 'length') return 'length';
  if (stop === 'filter') return 'content_filter';
  return calls.length > 0 ? 'tool_calls' : 'stop';
}

/** Totals that hold their parts. */
function usageOf({ input, cacheRead = 0, cacheWrite = 0, output, reasoning = 0 }: VendorUsage): object {
  const prompt = input + cacheRead + cacheWrite;
  return {
    prompt_tokens: prompt,
    completion_tokens: output + reasoning,
    total_tokens: prompt + output + reasoning,
    prompt_tokens_details: {
      cached_tokens: cacheRead,
      ...(cacheWrite === 0 ? {} : { cache_write_tokens: cacheWrite }),
    },
    completion_tokens_details: { reasoning_tokens: reasoning },
  };
}
