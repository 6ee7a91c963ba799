import type { VendorBehaviour, VendorRequest } from './fake-vendor.js';

export interface ChatUsage {
  readonly prompt_tokens: number;
  readonly completion_tokens: number;
  readonly [detail: string]: unknown;
}

/** A Chat Completions answer as vendors write it. */
export function chatCompletion(content: string, usage: ChatUsage | null): VendorBehaviour {
  return {
    kind: 'answer',
    body: {
      id: 'chatcmpl-1',
      object: 'chat.completion',
      created: 1_767_225_600,
      model: 'vendor-model',
      choices: [{ index: 0, message: { role: 'assistant', content }, finish_reason: 'stop' }],
      ...(usage === null ? {} : { usage }),
    },
  };
}

/** Events of a Chat Completions stream: role, words, end, usage when given, `[DONE]`. */
export function chatStreamEvents(words: readonly string[], usage: ChatUsage | null): string[] {
  const event = (choices: readonly unknown[], more: object = {}): string =>
    `data: ${JSON.stringify({ id: 'chatcmpl-1', object: 'chat.completion.chunk', created: 1_767_225_600, model: 'vendor-model', choices, ...more })}\n\n`;
  return [
    event([{ index: 0, delta: { role: 'assistant', content: '' }, finish_reason: null }]),
    ...words.map((content) => event([{ index: 0, delta: { content }, finish_reason: null }])),
    event([{ index: 0, delta: {}, finish_reason: 'stop' }]),
    ...(usage === null ? [] : [event([], { usage })]),
    'data: [DONE]\n\n',
  ];
}

/** Answers JSON and streams alike, usage in a stream only when asked: as OpenAI does. */
export function chatVendor(
  words: readonly string[],
  usage: ChatUsage,
): (request: VendorRequest) => VendorBehaviour {
  return ({ json }) => {
    if (json?.['stream'] !== true) return chatCompletion(words.join(''), usage);
    const options = json['stream_options'] as { include_usage?: boolean } | undefined;
    return {
      kind: 'stream',
      events: chatStreamEvents(words, options?.include_usage === true ? usage : null),
    };
  };
}
