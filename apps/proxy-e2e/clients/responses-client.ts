import OpenAI from 'openai';
import type { ResponseInputItem } from 'openai/resources/responses/responses';
import type { ClientOptions, Question, Reading, SdkClient } from './sdk-client.js';

/** `openai.responses`, with a conversation that the application keeps. */
export class ResponsesClient implements SdkClient {
  private readonly openai: OpenAI;

  constructor({ address, apiKey }: ClientOptions) {
    this.openai = new OpenAI({ apiKey, baseURL: `${address}/v1`, maxRetries: 0 });
  }

  async ask(question: Question): Promise<Reading> {
    const input = conversation(question);
    const request = { model: question.model, input, ...settings(question) };
    if (!question.stream) return read(await this.openai.responses.create(request), input);
    const counts = { textDeltas: 0, argumentDeltas: 0 };
    const stream = this.openai.responses.stream(request);
    stream.on('response.output_text.delta', ({ delta }) => {
      counts.textDeltas += 1;
      question.onText?.(delta);
    });
    stream.on('response.function_call_arguments.delta', () => (counts.argumentDeltas += 1));
    return { ...read(await stream.finalResponse(), input), ...counts };
  }

  async models(): Promise<string[]> {
    return (await this.openai.models.list()).data.map(({ id }) => id);
  }
}

function conversation({ prompt, image, after }: Question): ResponseInputItem[] {
  if (after === undefined) {
    const content = [
      { type: 'input_text' as const, text: prompt },
      ...(image === undefined
        ? []
        : [
            {
              type: 'input_image' as const,
              image_url: `data:image/png;base64,${image}`,
              detail: 'auto' as const,
            },
          ]),
    ];
    return [{ role: 'user', content }];
  }
  const { reading, results } = after;
  return [
    ...(reading.history as ResponseInputItem[]),
    ...reading.calls.map(({ id }, index) => ({
      type: 'function_call_output' as const,
      call_id: id,
      output: results[index] ?? '',
    })),
  ];
}

function settings(
  question: Question,
): Omit<Partial<OpenAI.Responses.ResponseCreateParamsNonStreaming>, 'stream'> {
  const { system, tools, schema, outputTokensMax } = question;
  return {
    store: false,
    include: ['reasoning.encrypted_content'],
    ...(outputTokensMax === undefined ? {} : { max_output_tokens: outputTokensMax }),
    ...(system === undefined ? {} : { instructions: system }),
    ...(tools === undefined
      ? {}
      : { tools: tools.map((tool) => ({ type: 'function' as const, strict: false, ...tool })) }),
    ...(schema === undefined
      ? {}
      : { text: { format: { type: 'json_schema' as const, name: 'answer', schema, strict: true } } }),
  };
}

function read(response: OpenAI.Responses.Response, asked: readonly unknown[]): Reading {
  const { output, usage } = response;
  const parts = output.flatMap((item) => (item.type === 'message' ? item.content : []));
  const calls = output.flatMap((item) =>
    item.type === 'function_call'
      ? [{ id: item.call_id, name: item.name, args: JSON.parse(item.arguments) as unknown }]
      : [],
  );
  const refused = parts.some(({ type }) => type === 'refusal');
  return {
    text: parts.map((part) => (part.type === 'output_text' ? part.text : part.refusal)).join(''),
    reasoning: output
      .flatMap((item) => (item.type === 'reasoning' ? item.summary.map(({ text }) => text) : []))
      .join(''),
    calls,
    stop: stopOf(response, refused, calls.length > 0),
    usage:
      usage === undefined || usage === null
        ? null
        : {
            input: usage.input_tokens,
            cacheRead: usage.input_tokens_details.cached_tokens,
            output: usage.output_tokens,
          },
    textDeltas: 0,
    argumentDeltas: 0,
    history: [...asked, ...output],
  };
}

function stopOf(response: OpenAI.Responses.Response, refused: boolean, calls: boolean): Reading['stop'] {
  const reason = response.incomplete_details?.reason;
  if (reason === 'max_output_tokens') return 'length';
  if (refused || reason === 'content_filter') return 'filter';
  if (response.status !== 'completed') return 'other';
  return calls ? 'tool' : 'stop';
}
