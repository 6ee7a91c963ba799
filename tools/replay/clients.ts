import Anthropic from '@anthropic-ai/sdk';
import { GoogleGenAI } from '@google/genai';
import OpenAI from 'openai';
import type { DialectName, Reading } from './recording.ts';

export interface ClientOptions {
  /** `http://127.0.0.1:<port>` */
  readonly address: string;
  readonly apiKey: string;
}

export interface Question {
  readonly model: string;
  readonly stream: boolean;
}

/** Asks through an official SDK and reads its answer. Rejects with the SDK's own error. */
export type Ask = (question: Question) => Promise<Reading>;

const QUESTION = 'Say what you have to say.';
const OUTPUT_TOKENS_MAX = 4_096;

/** An official SDK a dialect, as an application uses it. */
export function clients({ address, apiKey }: ClientOptions): Readonly<Record<DialectName, Ask>> {
  const openai = new OpenAI({ apiKey, baseURL: `${address}/v1`, maxRetries: 0 });
  const anthropic = new Anthropic({ apiKey, baseURL: address, maxRetries: 0 });
  const gemini = new GoogleGenAI({ apiKey, httpOptions: { baseUrl: address } });
  return {
    'openai-chat': (question) => askChat(openai, question),
    'openai-responses': (question) => askResponses(openai, question),
    'anthropic-messages': (question) => askMessages(anthropic, question),
    gemini: (question) => askGemini(gemini, question),
  };
}

async function askChat(openai: OpenAI, { model, stream }: Question): Promise<Reading> {
  const request = { model, messages: [{ role: 'user' as const, content: QUESTION }] };
  const completion = stream
    ? await openai.chat.completions
        .stream({ ...request, stream_options: { include_usage: true } })
        .finalChatCompletion()
    : await openai.chat.completions.create(request);
  const choice = completion.choices[0];
  const calls = choice?.message.tool_calls ?? [];
  const { usage } = completion;
  return {
    text: `${choice?.message.content ?? ''}${choice?.message.refusal ?? ''}`,
    tools: calls.flatMap((call) =>
      call.type === 'function'
        ? [{ name: call.function.name, args: JSON.parse(call.function.arguments) as unknown }]
        : [],
    ),
    stop: stopOf(choice?.finish_reason ?? '', CHAT_STOP),
    usage:
      usage === undefined || usage === null
        ? null
        : { input: usage.prompt_tokens, output: usage.completion_tokens },
  };
}

async function askResponses(openai: OpenAI, { model, stream }: Question): Promise<Reading> {
  const request = { model, input: QUESTION };
  const response = stream
    ? await openai.responses.stream(request).finalResponse()
    : await openai.responses.create(request);
  const parts = response.output.flatMap((item) => (item.type === 'message' ? item.content : []));
  const tools = response.output.flatMap((item) =>
    item.type === 'function_call' ? [{ name: item.name, args: JSON.parse(item.arguments) as unknown }] : [],
  );
  const reason = response.incomplete_details?.reason;
  const { usage } = response;
  return {
    text: parts.map((part) => (part.type === 'output_text' ? part.text : part.refusal)).join(''),
    tools,
    stop:
      reason === 'max_output_tokens'
        ? 'length'
        : reason !== undefined
          ? 'filter'
          : tools.length > 0
            ? 'tool'
            : 'stop',
    usage:
      usage === undefined || usage === null
        ? null
        : { input: usage.input_tokens, output: usage.output_tokens },
  };
}

async function askMessages(anthropic: Anthropic, { model, stream }: Question): Promise<Reading> {
  const request = {
    model,
    max_tokens: OUTPUT_TOKENS_MAX,
    messages: [{ role: 'user' as const, content: QUESTION }],
  };
  const message = stream
    ? await anthropic.messages.stream(request).finalMessage()
    : await anthropic.messages.create(request);
  const { usage } = message;
  return {
    text: message.content.map((block) => (block.type === 'text' ? block.text : '')).join(''),
    tools: message.content.flatMap((block) =>
      block.type === 'tool_use' ? [{ name: block.name, args: block.input }] : [],
    ),
    stop: stopOf(message.stop_reason ?? '', MESSAGES_STOP),
    usage: {
      input:
        usage.input_tokens + (usage.cache_read_input_tokens ?? 0) + (usage.cache_creation_input_tokens ?? 0),
      output: usage.output_tokens,
    },
  };
}

async function askGemini(gemini: GoogleGenAI, { model, stream }: Question): Promise<Reading> {
  const request = { model, contents: QUESTION };
  const answers = [];
  if (stream)
    for await (const answer of await gemini.models.generateContentStream(request)) answers.push(answer);
  else answers.push(await gemini.models.generateContent(request));
  const parts = answers.flatMap((answer) => answer.candidates?.[0]?.content?.parts ?? []);
  const tools = parts.flatMap(({ functionCall }) =>
    // A call without a name is a piece of the one before it: arguments that the vendor streams.
    functionCall?.name === undefined ? [] : [{ name: functionCall.name, args: functionCall.args ?? {} }],
  );
  const finish = answers
    .map((answer) => answer.candidates?.[0]?.finishReason)
    .filter((reason) => reason !== undefined)
    .at(-1);
  const blocked = answers.some((answer) => answer.promptFeedback?.blockReason !== undefined);
  const usage = answers.filter((answer) => answer.usageMetadata !== undefined).at(-1)?.usageMetadata;
  const stop = stopOf(finish ?? '', GEMINI_STOP);
  return {
    text: parts.map((part) => (part.thought === true ? '' : (part.text ?? ''))).join(''),
    tools,
    stop: blocked ? 'filter' : stop === 'stop' && tools.length > 0 ? 'tool' : stop,
    usage:
      usage === undefined
        ? null
        : {
            input: (usage.promptTokenCount ?? 0) + (usage.toolUsePromptTokenCount ?? 0),
            output: (usage.candidatesTokenCount ?? 0) + (usage.thoughtsTokenCount ?? 0),
          },
  };
}

type Stop = Reading['stop'];

const CHAT_STOP: Readonly<Record<string, Stop>> = {
  stop: 'stop',
  tool_calls: 'tool',
  length: 'length',
  content_filter: 'filter',
};

const MESSAGES_STOP: Readonly<Record<string, Stop>> = {
  end_turn: 'stop',
  stop_sequence: 'stop',
  tool_use: 'tool',
  max_tokens: 'length',
  refusal: 'filter',
};

const GEMINI_STOP: Readonly<Record<string, Stop>> = {
  STOP: 'stop',
  MAX_TOKENS: 'length',
  SAFETY: 'filter',
  PROHIBITED_CONTENT: 'filter',
  BLOCKLIST: 'filter',
  RECITATION: 'filter',
  MODEL_ARMOR: 'filter',
};

function stopOf(word: string, table: Readonly<Record<string, Stop>>): Stop {
  return table[word] ?? 'other';
}
