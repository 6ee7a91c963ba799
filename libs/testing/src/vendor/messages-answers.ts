import type { VendorBehaviour } from './fake-vendor.js';
import {
  argumentsOf,
  typedEvent,
  VENDOR_RETRY_AFTER_SECONDS,
  VENDOR_USAGE,
  wordsOf,
  type VendorAnswer,
  type VendorCall,
  type VendorReasoning,
  type VendorTrouble,
  type VendorUsage,
  type VendorWriter,
} from './vendor-answer.js';

/** Answers of the Messages API. https://platform.claude.com/docs/en/api/messages */
export const messagesWriter: VendorWriter = {
  json: (answer) => ({
    ...message(answer.usage === null ? {} : usageOf(answer.usage ?? VENDOR_USAGE)),
    content: [
      ...(answer.reasoning === undefined ? [] : [thinking(answer.reasoning)]),
      ...(answer.words === undefined ? [] : [{ type: 'text', text: wordsOf(answer) }]),
      ...(answer.calls ?? []).map((call) => ({ ...toolUse(call), input: argumentsOf(call) })),
    ],
    stop_reason: stopReason(answer),
  }),
  stream,
  wantsStream: ({ json }) => json?.['stream'] === true,
  refuse(trouble): VendorBehaviour {
    const { status } = TROUBLE[trouble];
    return {
      kind: 'answer',
      status,
      body: { ...failure(trouble), request_id: 'req_1' },
      headers: trouble === 'rate-limit' ? { 'retry-after': String(VENDOR_RETRY_AFTER_SECONDS) } : {},
    };
  },
  streamError: (trouble) => typedEvent(failure(trouble)),
};

/** https://platform.claude.com/docs/en/build-with-claude/streaming */
function stream(answer: VendorAnswer): string[] {
  const { reasoning, words, calls = [] } = answer;
  const usage = usageOf(answer.usage ?? VENDOR_USAGE);
  const blocks = [
    ...(reasoning === undefined ? [] : [thinkingBlock(reasoning)]),
    ...(words === undefined ? [] : [textBlock(words)]),
    ...calls.map(callBlock),
  ];
  return [
    typedEvent({ type: 'message_start', message: message({ ...usage, output_tokens: 1 }) }),
    typedEvent({ type: 'ping' }),
    ...blocks.flatMap(({ start, deltas }, index) => [
      typedEvent({ type: 'content_block_start', index, content_block: start }),
      ...deltas.map((delta) => typedEvent({ type: 'content_block_delta', index, delta })),
      typedEvent({ type: 'content_block_stop', index }),
    ]),
    typedEvent({
      type: 'message_delta',
      delta: { stop_reason: stopReason(answer), stop_sequence: null },
      usage,
    }),
    typedEvent({ type: 'message_stop' }),
  ];
}

interface Block {
  readonly start: object;
  readonly deltas: readonly object[];
}

function thinkingBlock({ words, signature }: VendorReasoning): Block {
  return {
    start: { type: 'thinking', thinking: '', signature: '' },
    deltas: [
      ...words.map((text) => ({ type: 'thinking_delta', thinking: text })),
      ...(signature === undefined ? [] : [{ type: 'signature_delta', signature }]),
    ],
  };
}

function textBlock(words: readonly string[]): Block {
  return { start: { type: 'text', text: '' }, deltas: words.map((text) => ({ type: 'text_delta', text })) };
}

function callBlock(call: VendorCall): Block {
  return {
    start: { ...toolUse(call), input: {} },
    deltas: ['', ...call.args].map((piece) => ({ type: 'input_json_delta', partial_json: piece })),
  };
}

function thinking(reasoning: VendorReasoning): object {
  return { type: 'thinking', thinking: wordsOf(reasoning), signature: reasoning.signature ?? '' };
}

function toolUse({ id, name }: VendorCall): object {
  return { type: 'tool_use', id, name };
}

function message(usage: object): object {
  return {
    ...{ id: 'msg_1', type: 'message', role: 'assistant', model: 'vendor-model', content: [] },
    ...{ stop_reason: null, stop_sequence: null, usage },
  };
}

function stopReason({ stop, calls = [] }: VendorAnswer): string {
  if (stop !== undefined) return stop === 'length' ? 'max_tokens' : 'refusal';
  return calls.length > 0 ? 'tool_use' : 'end_turn';
}

/** Cache and input are told apart; thoughts are within the output. */
function usageOf({ input, cacheRead = 0, cacheWrite = 0, output, reasoning = 0 }: VendorUsage): object {
  return {
    input_tokens: input,
    cache_creation_input_tokens: cacheWrite,
    cache_read_input_tokens: cacheRead,
    output_tokens: output + reasoning,
  };
}

const TROUBLE: Readonly<Record<VendorTrouble, { status: number; type: string; message: string }>> = {
  'bad-request': { status: 400, type: 'invalid_request_error', message: 'max_tokens: too large' },
  'rate-limit': { status: 429, type: 'rate_limit_error', message: 'Slow down' },
  overloaded: { status: 529, type: 'overloaded_error', message: 'Overloaded' },
  'server-error': { status: 500, type: 'api_error', message: 'Internal server error' },
};

function failure(trouble: VendorTrouble): { type: string; error: object } {
  const { type, message: words } = TROUBLE[trouble];
  return { type: 'error', error: { type, message: words } };
}
