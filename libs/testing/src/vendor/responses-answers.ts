import { openaiError, openaiRefusal } from './openai-refusals.js';
import {
  typedEvent,
  VENDOR_USAGE,
  wordsOf,
  type VendorAnswer,
  type VendorCall,
  type VendorReasoning,
  type VendorUsage,
  type VendorWriter,
} from './vendor-answer.js';

type Event = { readonly type: string; readonly [member: string]: unknown };

/** Answers of the Responses API. https://platform.openai.com/docs/api-reference/responses */
export const responsesWriter: VendorWriter = {
  json: finished,
  stream: (answer) => numbered(events(answer)),
  wantsStream: ({ json }) => json?.['stream'] === true,
  refuse: openaiRefusal,
  streamError: (trouble) => {
    const { type, ...flat } = openaiError(trouble);
    return typedEvent({ type: 'error', ...flat, error: { type, ...flat }, sequence_number: 99 });
  },
};

/** https://platform.openai.com/docs/api-reference/responses-streaming */
function events(answer: VendorAnswer): Event[] {
  const { reasoning, words, calls = [], stop } = answer;
  const begun = { ...response([]), status: 'in_progress' };
  const items = [
    ...(reasoning === undefined ? [] : [reasoningEvents(reasoning)]),
    ...(words === undefined ? [] : [textEvents(words, stop === 'refusal')]),
    ...calls.map(callEvents),
  ];
  return [
    { type: 'response.created', response: begun },
    { type: 'response.in_progress', response: begun },
    ...items.flatMap((itemEvents, index) => itemEvents.map((event) => ({ ...event, output_index: index }))),
    { type: incomplete(answer) ? 'response.incomplete' : 'response.completed', response: finished(answer) },
  ];
}

function numbered(list: readonly Event[]): string[] {
  return list.map((event, index) => typedEvent({ ...event, sequence_number: index }));
}

function reasoningEvents(reasoning: VendorReasoning): Event[] {
  const item = reasoningItem(reasoning);
  const at = { item_id: item.id, summary_index: 0 };
  const part = { type: 'summary_text', text: wordsOf(reasoning) };
  return [
    { type: 'response.output_item.added', item: { ...item, summary: [] } },
    { type: 'response.reasoning_summary_part.added', ...at, part: { ...part, text: '' } },
    ...reasoning.words.map((delta) => ({ type: 'response.reasoning_summary_text.delta', ...at, delta })),
    { type: 'response.reasoning_summary_text.done', ...at, text: part.text },
    { type: 'response.reasoning_summary_part.done', ...at, part },
    { type: 'response.output_item.done', item },
  ];
}

function textEvents(words: readonly string[], refusal: boolean): Event[] {
  const at = { item_id: MESSAGE.id, content_index: 0 };
  const part = textPart(words.join(''), refusal);
  const name = refusal ? 'refusal' : 'output_text';
  const empty = refusal ? { ...part, refusal: '' } : { ...part, text: '' };
  const done = refusal ? { refusal: words.join('') } : { text: words.join(''), logprobs: [] };
  return [
    { type: 'response.output_item.added', item: { ...MESSAGE, status: 'in_progress', content: [] } },
    { type: 'response.content_part.added', ...at, part: empty },
    ...words.map((delta) => ({
      type: `response.${name}.delta`,
      ...at,
      delta,
      ...(refusal ? {} : { logprobs: [] }),
    })),
    { type: `response.${name}.done`, ...at, ...done },
    { type: 'response.content_part.done', ...at, part },
    { type: 'response.output_item.done', item: { ...MESSAGE, content: [part] } },
  ];
}

function callEvents(call: VendorCall): Event[] {
  const item = callItem(call);
  const at = { item_id: item.id };
  return [
    { type: 'response.output_item.added', item: { ...item, status: 'in_progress', arguments: '' } },
    ...call.args.map((delta) => ({ type: 'response.function_call_arguments.delta', ...at, delta })),
    { type: 'response.function_call_arguments.done', ...at, name: call.name, arguments: item.arguments },
    { type: 'response.output_item.done', item },
  ];
}

function finished(answer: VendorAnswer): object {
  const { reasoning, words, calls = [], stop } = answer;
  const reason = stop === 'length' ? 'max_output_tokens' : 'content_filter';
  return {
    ...response([
      ...(reasoning === undefined ? [] : [reasoningItem(reasoning)]),
      ...(words === undefined
        ? []
        : [{ ...MESSAGE, content: [textPart(wordsOf(answer), stop === 'refusal')] }]),
      ...calls.map(callItem),
    ]),
    status: incomplete(answer) ? 'incomplete' : 'completed',
    incomplete_details: incomplete(answer) ? { reason } : null,
    usage: answer.usage === null ? null : usageOf(answer.usage ?? VENDOR_USAGE),
  };
}

function response(output: readonly object[]): object {
  return {
    ...{ id: 'resp_1', object: 'response', created_at: 1_767_225_600, model: 'vendor-model' },
    ...{ status: 'completed', background: false, error: null, incomplete_details: null, instructions: null },
    ...{ max_output_tokens: null, metadata: {}, parallel_tool_calls: true, previous_response_id: null },
    ...{ reasoning: { effort: null, summary: null }, store: false, temperature: 1, top_p: 1, tools: [] },
    ...{ text: { format: { type: 'text' } }, tool_choice: 'auto', truncation: 'disabled', user: null },
    ...{ output, usage: null },
  };
}

function incomplete({ stop }: VendorAnswer): boolean {
  return stop === 'length' || stop === 'filter';
}

const MESSAGE = { id: 'msg_1', type: 'message', role: 'assistant', status: 'completed' } as const;

function textPart(words: string, refusal: boolean): object {
  if (refusal) return { type: 'refusal', refusal: words };
  return { type: 'output_text', text: words, annotations: [], logprobs: [] };
}

function reasoningItem(reasoning: VendorReasoning): {
  readonly id: string;
  readonly [member: string]: unknown;
} {
  const { signature } = reasoning;
  return {
    ...{ id: 'rs_1', type: 'reasoning', summary: [{ type: 'summary_text', text: wordsOf(reasoning) }] },
    ...(signature === undefined ? {} : { encrypted_content: signature }),
  };
}

function callItem({ id, name, args }: VendorCall): { readonly id: string; readonly arguments: string } {
  const item = { id: `fc_${id}`, type: 'function_call', status: 'completed', call_id: id, name };
  return { ...item, arguments: args.join('') };
}

/** Totals that hold their parts. */
function usageOf({ input, cacheRead = 0, cacheWrite = 0, output, reasoning = 0 }: VendorUsage): object {
  const prompt = input + cacheRead + cacheWrite;
  return {
    input_tokens: prompt,
    input_tokens_details: {
      cached_tokens: cacheRead,
      ...(cacheWrite === 0 ? {} : { cache_write_tokens: cacheWrite }),
    },
    output_tokens: output + reasoning,
    output_tokens_details: { reasoning_tokens: reasoning },
    total_tokens: prompt + output + reasoning,
  };
}
