import type { VendorDialectId } from '@tollgate/contracts';

type Wire = Readonly<Record<string, unknown>>;

/** What vendors of a dialect stream, to be put together at random. */
export interface VendorEvents {
  /** Events carry their type as their name, too. */
  readonly named: boolean;
  readonly opening: readonly Wire[];
  readonly text: (text: string) => Wire;
  /** Events that come between texts. */
  readonly others: readonly ((text: string, count: number) => Wire)[];
  readonly closing: readonly Wire[];
}

const chunk = (members: Wire): Wire => ({
  ...{ id: 'c-1', object: 'chat.completion.chunk', created: 1_767_225_600, model: 'vendor-model' },
  ...members,
});
const delta = (members: Wire, index = 0): Wire =>
  chunk({ choices: [{ index, delta: members, logprobs: null, finish_reason: null }] });
const usage = { prompt_tokens: 3, completion_tokens: 4, total_tokens: 7 };

const chat: VendorEvents = {
  named: false,
  opening: [delta({ role: 'assistant', content: '' })],
  text: (content) => delta({ content }),
  others: [
    (content) => delta({ content }, 1),
    (content, count) => ({ ...delta({ content }), obfuscation: 'x'.repeat(count % 5) }),
    (reasoning_content) => delta({ reasoning_content }),
    (refusal) => delta({ refusal }),
    (text) => delta({ tool_calls: [{ index: 0, id: 'call_1', function: { name: 'f', arguments: text } }] }),
    (content) => ({ ...delta({ content }), usage }),
    () => chunk({ choices: [], usage }),
    (token) => chunk({ choices: [{ index: 0, logprobs: { content: [{ token, logprob: -1 }] } }] }),
  ],
  closing: [chunk({ choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] })],
};

const blockDelta = (type: string, name: string, text: string, index = 0): Wire => ({
  ...{ type: 'content_block_delta', index, delta: { type, [name]: text } },
});
const blockStart = (index: number, content_block: Wire): Wire => ({
  ...{ type: 'content_block_start', index, content_block },
});

const messages: VendorEvents = {
  named: true,
  opening: [
    { type: 'message_start', message: { id: 'm-1', model: 'vendor-model', usage: { input_tokens: 3 } } },
    blockStart(0, { type: 'text', text: '' }),
  ],
  text: (text) => blockDelta('text_delta', 'text', text),
  others: [
    (thinking) => blockDelta('thinking_delta', 'thinking', thinking, 1),
    (text) => blockDelta('text_delta', 'text', text, 2),
    () => ({ type: 'ping' }),
    () => ({ type: 'content_block_stop', index: 0 }),
    () => blockStart(0, { type: 'text', text: 'a' }),
    () => blockStart(1, { type: 'thinking', thinking: '' }),
    (_text, count) => blockStart(3, { type: 'tool_use', id: `toolu_${count}`, name: 'f', input: {} }),
    (text) => blockDelta('input_json_delta', 'partial_json', text, 3),
    (text) => ({ ...blockDelta('text_delta', 'text', text), more: true }),
  ],
  closing: [
    { type: 'message_delta', delta: { stop_reason: 'end_turn' }, usage: { output_tokens: 4 } },
    { type: 'message_stop' },
  ],
};

const item = { item_id: 'msg_1', output_index: 0, content_index: 0 };
const output = [{ id: 'msg_1', type: 'message', status: 'completed', role: 'assistant', content: [] }];

const responses: VendorEvents = {
  named: true,
  opening: [
    { type: 'response.created', response: { id: 'resp_1', model: 'vendor-model', created_at: 1 } },
    { type: 'response.output_item.added', output_index: 0, item: output[0] },
  ],
  text: (text) => ({ type: 'response.output_text.delta', sequence_number: 5, ...item, delta: text }),
  others: [
    (text, count) => ({
      ...{ type: 'response.output_text.delta', sequence_number: count, ...item, delta: text },
      obfuscation: 'x'.repeat(count % 5),
    }),
    (text) => ({ type: 'response.output_text.delta', ...item, content_index: 1, delta: text }),
    (text) => ({ type: 'response.refusal.delta', ...item, content_index: 2, delta: text }),
    (text) => ({ type: 'response.reasoning_text.delta', item_id: 'rs_1', output_index: 1, delta: text }),
    (_text, count) => ({
      ...{ type: 'response.output_item.added', output_index: count + 2 },
      item: { type: 'function_call', call_id: `call_${count}`, name: 'f', arguments: '' },
    }),
  ],
  closing: [
    {
      type: 'response.completed',
      response: { id: 'resp_1', status: 'completed', output, usage: { input_tokens: 3, output_tokens: 4 } },
    },
  ],
};

const candidate = (part: Wire, count: number, members: Wire = {}): Wire => ({
  candidates: [{ content: { parts: [part], role: 'model' }, index: 0, ...members }],
  usageMetadata: { promptTokenCount: 3, candidatesTokenCount: count, totalTokenCount: count + 3 },
  ...{ modelVersion: 'vendor-model', responseId: 'g-1' },
});

const geminiEvents: VendorEvents = {
  named: false,
  opening: [candidate({ text: 'a' }, 1)],
  text: (text) => candidate({ text }, text.length),
  others: [
    (text, count) => candidate({ text, thought: true }, count),
    (text, count) => candidate({ text, thoughtSignature: 'abc' }, count),
    (text, count) => candidate({ text }, count, { index: 1 }),
    (text, count) => candidate({ text }, count, { groundingMetadata: { webSearchQueries: ['q'] } }),
    (text, count) => candidate({ functionCall: { name: 'f', args: { text } } }, count),
    (text) => ({ candidates: [{ content: { parts: [{ text }] } }] }),
  ],
  closing: [candidate({ text: 'z' }, 9, { finishReason: 'STOP' })],
};

const converse: VendorEvents = {
  named: true,
  opening: [{ type: 'messageStart', role: 'assistant' }],
  text: (text) => ({ type: 'contentBlockDelta', contentBlockIndex: 0, delta: { text } }),
  others: [
    (text) => ({ type: 'contentBlockDelta', contentBlockIndex: 1, delta: { text } }),
    (text) => ({
      ...{ type: 'contentBlockDelta', contentBlockIndex: 2 },
      delta: { reasoningContent: { text } },
    }),
    () => ({ type: 'contentBlockStop', contentBlockIndex: 0 }),
    (text) => ({ type: 'somethingElse', contentBlockIndex: 0, delta: { text } }),
  ],
  closing: [
    { type: 'messageStop', stopReason: 'end_turn' },
    { type: 'metadata', usage: { inputTokens: 3, outputTokens: 4, totalTokens: 7 } },
  ],
};

const content = (members: Wire, index = 0): Wire => ({
  ...{ type: 'content-delta', index, delta: { message: { content: members } } },
});

const cohere: VendorEvents = {
  named: false,
  opening: [{ id: 'co-1', type: 'message-start', delta: { message: { role: 'assistant' } } }],
  text: (text) => content({ text }),
  others: [
    (thinking) => content({ thinking }),
    (text) => content({ text }, 1),
    (tool_plan) => ({ type: 'tool-plan-delta', delta: { message: { tool_plan } } }),
    () => ({ type: 'content-end', index: 0 }),
    () => ({ type: 'content-start', index: 0, delta: { message: { content: { type: 'text', text: '' } } } }),
  ],
  closing: [
    {
      type: 'message-end',
      delta: { finish_reason: 'COMPLETE', usage: { tokens: { input_tokens: 3, output_tokens: 4 } } },
    },
  ],
};

export const VENDOR_EVENTS: Readonly<Record<VendorDialectId, VendorEvents>> = {
  'openai-chat': chat,
  'openai-responses': responses,
  'anthropic-messages': messages,
  gemini: geminiEvents,
  'bedrock-converse': converse,
  'cohere-chat': cohere,
};
