import {
  GoogleGenAI,
  type Content,
  type GenerateContentConfig,
  type GenerateContentResponse,
  type Part,
} from '@google/genai';
import type { ClientOptions, Question, Reading, SdkClient } from './sdk-client.js';

/** `ai.models` of `@google/genai`. */
export class GeminiClient implements SdkClient {
  readonly genai: GoogleGenAI;

  constructor({ address, apiKey }: ClientOptions) {
    // Jest hides from the SDK what it lengthens the timeouts of Node's own `fetch` with.
    this.genai = new GoogleGenAI({ apiKey, httpOptions: { baseUrl: address, fetch } });
  }

  async ask(question: Question): Promise<Reading> {
    const contents = conversation(question);
    const request = { model: question.model, contents, config: settings(question) };
    if (!question.stream) return read([await this.genai.models.generateContent(request)], contents);
    const answers: GenerateContentResponse[] = [];
    let textDeltas = 0;
    for await (const answer of await this.genai.models.generateContentStream(request)) {
      answers.push(answer);
      for (const { text = '', thought } of partsOf([answer])) {
        if (text === '' || thought === true) continue;
        textDeltas += 1;
        question.onText?.(text);
      }
    }
    const reading = read(answers, contents);
    // The API hands out calls whole: each is one piece.
    return { ...reading, textDeltas, argumentDeltas: reading.calls.length };
  }

  async models(): Promise<string[]> {
    const names: string[] = [];
    for await (const { name = '' } of await this.genai.models.list()) names.push(name);
    return names.map((name) => name.replace(/^models\//, ''));
  }
}

function conversation({ prompt, image, after }: Question): Content[] {
  if (after === undefined) {
    const media = image === undefined ? [] : [{ inlineData: { mimeType: 'image/png', data: image } }];
    return [{ role: 'user', parts: [...media, { text: prompt }] }];
  }
  const { reading, results } = after;
  const parts = reading.calls.map(({ id, name }, index) => ({
    functionResponse: { ...(id === '' ? {} : { id }), name, response: { output: results[index] ?? '' } },
  }));
  return [...(reading.history as Content[]), { role: 'user', parts }];
}

function settings({ system, tools, schema, outputTokensMax }: Question): GenerateContentConfig {
  return {
    ...(outputTokensMax === undefined ? {} : { maxOutputTokens: outputTokensMax }),
    ...(system === undefined ? {} : { systemInstruction: system }),
    ...(tools === undefined
      ? {}
      : {
          tools: [
            {
              functionDeclarations: tools.map(({ name, description, parameters }) => ({
                name,
                description,
                parametersJsonSchema: parameters,
              })),
            },
          ],
        }),
    ...(schema === undefined ? {} : { responseMimeType: 'application/json', responseJsonSchema: schema }),
  };
}

function partsOf(answers: readonly GenerateContentResponse[]): Part[] {
  return answers.flatMap((answer) => answer.candidates?.[0]?.content?.parts ?? []);
}

function read(answers: readonly GenerateContentResponse[], asked: readonly unknown[]): Reading {
  const parts = partsOf(answers);
  const calls = parts.flatMap(({ functionCall }) =>
    functionCall === undefined
      ? []
      : [{ id: functionCall.id ?? '', name: functionCall.name ?? '', args: functionCall.args ?? {} }],
  );
  const finish = answers.findLast((answer) => answer.candidates?.[0]?.finishReason !== undefined);
  const stop = STOP[finish?.candidates?.[0]?.finishReason ?? ''] ?? 'other';
  return {
    text: textOf(parts.filter((part) => part.thought !== true)),
    reasoning: textOf(parts.filter((part) => part.thought === true)),
    calls,
    // The API has no reason of its own for calls.
    stop: stop === 'stop' && calls.length > 0 ? 'tool' : stop,
    usage: readUsage(answers),
    textDeltas: 0,
    argumentDeltas: 0,
    history: [...asked, { role: 'model', parts }],
  };
}

function textOf(parts: readonly Part[]): string {
  return parts.map(({ text = '' }) => text).join('');
}

function readUsage(answers: readonly GenerateContentResponse[]): Reading['usage'] {
  const usage = answers.findLast((answer) => answer.usageMetadata !== undefined)?.usageMetadata;
  if (usage === undefined) return null;
  return {
    input: (usage.promptTokenCount ?? 0) + (usage.toolUsePromptTokenCount ?? 0),
    cacheRead: usage.cachedContentTokenCount ?? 0,
    output: (usage.candidatesTokenCount ?? 0) + (usage.thoughtsTokenCount ?? 0),
  };
}

const STOP: Readonly<Record<string, Reading['stop']>> = {
  STOP: 'stop',
  MAX_TOKENS: 'length',
  SAFETY: 'filter',
  PROHIBITED_CONTENT: 'filter',
  BLOCKLIST: 'filter',
};
