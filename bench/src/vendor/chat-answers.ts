import { DONE_EVENT } from '../questions/chat.ts';
import { EVENT_BYTES, piece, STREAM_CHUNKS, USAGE } from './content.ts';
import { jsonAnswerOf, streamAnswer, streamBeginning, streamEnding } from './http-answers.ts';
import { BENCH_MODEL } from './models.ts';

const ID = 'chatcmpl-0123456789abcdefghij';
const CREATED = 1_700_000_000;
const JSON_BYTES = 1_229;
const usage = {
  prompt_tokens: USAGE.input,
  completion_tokens: USAGE.output,
  total_tokens: USAGE.input + USAGE.output,
};

/** What the answer of 1.2 KB says. */
export const jsonText = 'Yes. '
  .repeat(JSON_BYTES)
  .slice(0, JSON_BYTES - JSON.stringify(completion('')).length);

export const jsonAnswer = jsonAnswerOf(completion(jsonText));

const pieces = Array.from({ length: STREAM_CHUNKS }, (_, index) =>
  piece(index, EVENT_BYTES - delta(index, '').length),
);

/** What the streams say. */
export const streamedText = pieces.join('');

const deltas = pieces.map((text, index) => delta(index, text));

/** 200 events of 200 bytes. */
export const burstAnswer = streamAnswer([...deltas, DONE_EVENT]);

/** The same with the event that tells usage, for those who asked for it. */
export const burstAnswerWithUsage = streamAnswer([...deltas, event({ choices: [], usage }), DONE_EVENT]);

export const idleBeginning = streamBeginning(deltas.slice(0, 1));
export const idleEnd = streamEnding([DONE_EVENT]);

function completion(content: string): object {
  return {
    id: ID,
    object: 'chat.completion',
    created: CREATED,
    model: BENCH_MODEL,
    choices: [{ index: 0, message: { role: 'assistant', content }, finish_reason: 'stop' }],
    usage,
  };
}

/** The last one says that it is the last. */
function delta(index: number, content: string): string {
  const last = index === STREAM_CHUNKS - 1;
  return event({ choices: [{ index: 0, delta: { content }, finish_reason: last ? 'stop' : null }] });
}

function event(rest: object): string {
  return `data: ${JSON.stringify({ id: ID, object: 'chat.completion.chunk', created: CREATED, model: BENCH_MODEL, ...rest })}\n\n`;
}
