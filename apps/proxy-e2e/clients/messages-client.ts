import Anthropic from '@anthropic-ai/sdk';
import type { ClientOptions, Question, Reading, SdkClient } from './sdk-client.js';

const OUTPUT_TOKENS_MAX = 4_096;

/** `anthropic.messages`. */
export class MessagesClient implements SdkClient {
  readonly anthropic: Anthropic;

  constructor({ address, apiKey }: ClientOptions) {
    this.anthropic = new Anthropic({ apiKey, baseURL: address, maxRetries: 0 });
  }

  async ask(question: Question): Promise<Reading> {
    const messages = conversation(question);
    const request = {
      model: question.model,
      max_tokens: question.outputTokensMax ?? OUTPUT_TOKENS_MAX,
      messages,
      ...settings(question),
    };
    if (!question.stream) return read(await this.anthropic.messages.create(request), messages);
    const counts = { textDeltas: 0, argumentDeltas: 0 };
    const stream = this.anthropic.messages.stream(request);
    stream.on('text', (delta) => {
      counts.textDeltas += 1;
      question.onText?.(delta);
    });
    stream.on('inputJson', (delta) => {
      if (delta !== '') counts.argumentDeltas += 1;
    });
    return { ...read(await stream.finalMessage(), messages), ...counts };
  }

  async models(): Promise<string[]> {
    return (await this.anthropic.models.list()).data.map(({ id }) => id);
  }
}

function conversation({ prompt, image, after }: Question): Anthropic.MessageParam[] {
  if (after === undefined) {
    return [{ role: 'user', content: image === undefined ? prompt : withImage(prompt, image) }];
  }
  const { reading, results } = after;
  return [
    ...(reading.history as Anthropic.MessageParam[]),
    {
      role: 'user',
      content: reading.calls.map(({ id }, index) => ({
        type: 'tool_result' as const,
        tool_use_id: id,
        content: results[index] ?? '',
      })),
    },
  ];
}

function withImage(prompt: string, image: string): Anthropic.ContentBlockParam[] {
  return [
    { type: 'image', source: { type: 'base64', media_type: 'image/png', data: image } },
    { type: 'text', text: prompt },
  ];
}

function settings({ system, tools, schema }: Question): Partial<Anthropic.MessageCreateParamsNonStreaming> {
  return {
    ...(system === undefined ? {} : { system }),
    ...(tools === undefined
      ? {}
      : {
          tools: tools.map(({ name, description, parameters }) => ({
            name,
            description,
            input_schema: parameters,
          })),
        }),
    ...(schema === undefined ? {} : { output_config: { format: { type: 'json_schema' as const, schema } } }),
  };
}

function read(message: Anthropic.Message, asked: readonly unknown[]): Reading {
  const { content, usage } = message;
  const cacheRead = usage.cache_read_input_tokens ?? 0;
  return {
    text: content.map((block) => (block.type === 'text' ? block.text : '')).join(''),
    reasoning: content.map((block) => (block.type === 'thinking' ? block.thinking : '')).join(''),
    calls: content.flatMap((block) =>
      block.type === 'tool_use' ? [{ id: block.id, name: block.name, args: block.input }] : [],
    ),
    stop: STOP[message.stop_reason ?? ''] ?? 'other',
    usage: {
      input: usage.input_tokens + cacheRead + (usage.cache_creation_input_tokens ?? 0),
      cacheRead,
      output: usage.output_tokens,
    },
    textDeltas: 0,
    argumentDeltas: 0,
    history: [...asked, { role: 'assistant', content }],
  };
}

const STOP: Readonly<Record<string, Reading['stop']>> = {
  end_turn: 'stop',
  tool_use: 'tool',
  max_tokens: 'length',
  refusal: 'filter',
};
