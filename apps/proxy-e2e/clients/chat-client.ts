import OpenAI from 'openai';
import type { ChatCompletionMessage, ChatCompletionMessageParam } from 'openai/resources/chat/completions';
import type { ClientOptions, Question, Reading, SdkClient } from './sdk-client.js';

type Stream = ReturnType<OpenAI['chat']['completions']['stream']>;

/** `openai.chat.completions`. */
export class ChatClient implements SdkClient {
  private readonly openai: OpenAI;

  constructor({ address, apiKey }: ClientOptions) {
    this.openai = new OpenAI({ apiKey, baseURL: `${address}/v1`, maxRetries: 0 });
  }

  async ask(question: Question): Promise<Reading> {
    const messages = conversation(question);
    const request = { model: question.model, messages, ...settings(question) };
    if (!question.stream) return read(await this.openai.chat.completions.create(request), messages);
    const stream = this.openai.chat.completions.stream({
      ...request,
      stream_options: { include_usage: true },
    });
    stream.on('content.delta', ({ delta }) => question.onText?.(delta));
    const counts = countDeltas(stream);
    return { ...read(await stream.finalChatCompletion(), messages), ...counts };
  }

  async models(): Promise<string[]> {
    return (await this.openai.models.list()).data.map(({ id }) => id);
  }
}

function conversation({ system, prompt, image, after }: Question): ChatCompletionMessageParam[] {
  if (after === undefined) {
    return [
      ...(system === undefined ? [] : [{ role: 'system' as const, content: system }]),
      { role: 'user', content: image === undefined ? prompt : withImage(prompt, image) },
    ];
  }
  const { reading, results } = after;
  return [
    ...(reading.history as ChatCompletionMessageParam[]),
    ...reading.calls.map(({ id }, index) => ({
      ...{ role: 'tool' as const, tool_call_id: id },
      content: results[index] ?? '',
    })),
  ];
}

function withImage(prompt: string, image: string): OpenAI.ChatCompletionContentPart[] {
  return [
    { type: 'text', text: prompt },
    { type: 'image_url', image_url: { url: `data:image/png;base64,${image}` } },
  ];
}

function settings({
  tools,
  schema,
  outputTokensMax,
}: Question): Omit<Partial<OpenAI.ChatCompletionCreateParamsNonStreaming>, 'stream'> {
  return {
    ...(outputTokensMax === undefined ? {} : { max_completion_tokens: outputTokensMax }),
    ...(tools === undefined
      ? {}
      : { tools: tools.map((tool) => ({ type: 'function' as const, function: { ...tool } })) }),
    ...(schema === undefined
      ? {}
      : {
          response_format: {
            type: 'json_schema' as const,
            json_schema: { name: 'answer', schema, strict: true },
          },
        }),
  };
}

function countDeltas(stream: Stream): { textDeltas: number; argumentDeltas: number } {
  const counts = { textDeltas: 0, argumentDeltas: 0 };
  stream.on('content.delta', () => (counts.textDeltas += 1));
  stream.on('tool_calls.function.arguments.delta', ({ arguments_delta: delta }) => {
    if (delta !== '') counts.argumentDeltas += 1;
  });
  return counts;
}

function read({ choices, usage }: OpenAI.ChatCompletion, asked: readonly unknown[]): Reading {
  const choice = choices[0];
  if (choice === undefined) throw new Error('the answer has no choice');
  const message = choice.message as ChatCompletionMessage & { readonly reasoning_content?: string };
  const calls = (message.tool_calls ?? []).flatMap((call) =>
    call.type === 'function'
      ? [{ id: call.id, name: call.function.name, args: JSON.parse(call.function.arguments) as unknown }]
      : [],
  );
  const refused = typeof message.refusal === 'string' && message.refusal !== '';
  return {
    text: `${message.content ?? ''}${message.refusal ?? ''}`,
    reasoning: message.reasoning_content ?? '',
    calls,
    stop: refused ? 'filter' : (STOP[choice.finish_reason] ?? 'other'),
    usage: readUsage(usage),
    textDeltas: 0,
    argumentDeltas: 0,
    history: [...asked, message],
  };
}

function readUsage(usage: OpenAI.CompletionUsage | null | undefined): Reading['usage'] {
  if (usage === undefined || usage === null) return null;
  return {
    input: usage.prompt_tokens,
    cacheRead: usage.prompt_tokens_details?.cached_tokens ?? 0,
    output: usage.completion_tokens,
  };
}

const STOP: Readonly<Record<string, Reading['stop']>> = {
  stop: 'stop',
  tool_calls: 'tool',
  length: 'length',
  content_filter: 'filter',
};
