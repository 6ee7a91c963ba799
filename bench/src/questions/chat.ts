import { filled, SYSTEM_PROMPT } from './prose.ts';
import { type AnswerContent, type Question } from './question.ts';

export interface ChatShape {
  readonly model: string;
  readonly bytes: number;
  /** `with-usage`: and is told what it used. */
  readonly stream: 'no' | 'yes' | 'with-usage';
}

export const DONE_EVENT = 'data: [DONE]\n\n';

const STREAM_MEMBERS = {
  no: {},
  yes: { stream: true },
  'with-usage': { stream: true, stream_options: { include_usage: true } },
} as const;

/** OpenAI Chat: https://platform.openai.com/docs/api-reference/chat */
export function chatQuestion({ model, bytes, stream }: ChatShape): Question {
  const streams = stream !== 'no';
  return {
    path: '/v1/chat/completions',
    headers: [],
    body: filled(bytes, (turns) => ({
      model,
      messages: [{ role: 'system', content: SYSTEM_PROMPT }, ...turns],
      temperature: 0.2,
      max_tokens: 256,
      ...STREAM_MEMBERS[stream],
    })),
    streamEnd: streams ? Buffer.from(DONE_EVENT) : undefined,
    read: streams ? readStream : readCompletion,
  };
}

interface Completion {
  readonly choices: readonly {
    readonly message?: { readonly content: string };
    readonly delta?: { readonly content?: string | null };
    readonly finish_reason?: string | null;
  }[];
  readonly usage?: { readonly prompt_tokens: number; readonly completion_tokens: number } | null;
}

function readCompletion(answer: string): AnswerContent {
  const completion = JSON.parse(answer) as Completion;
  const [choice] = completion.choices;
  wantStop(choice?.finish_reason);
  return { text: choice?.message?.content ?? '', usage: usageOf(completion) };
}

function readStream(answer: string): AnswerContent {
  if (!answer.endsWith(DONE_EVENT)) throw new Error('no [DONE] at the end');
  const events = answer.slice(0, -DONE_EVENT.length).split('\n\n').filter(Boolean);
  const chunks = events.map((event) => JSON.parse(event.replace(/^data: /, '')) as Completion);
  const choices = chunks.flatMap((chunk) => chunk.choices);
  wantStop(choices.at(-1)?.finish_reason);
  const usages = chunks.map(usageOf).filter((usage) => usage !== undefined);
  if (usages.length > 1) throw new Error('told its usage more than once');
  return { text: choices.map(({ delta }) => delta?.content ?? '').join(''), usage: usages[0] };
}

function usageOf({ usage }: Completion): AnswerContent['usage'] {
  return usage ? { input: usage.prompt_tokens, output: usage.completion_tokens } : undefined;
}

function wantStop(reason: string | null | undefined): void {
  if (reason !== 'stop') throw new Error(`finish_reason ${reason} at the end`);
}
