import { EVENT_BYTES, piece, STREAM_CHUNKS, USAGE } from './content.ts';
import { streamAnswer } from './http-answers.ts';
import { ANTHROPIC_MODEL } from './models.ts';

const message = {
  id: 'msg_0123456789abcdefghijklmn',
  type: 'message',
  role: 'assistant',
  model: ANTHROPIC_MODEL,
  content: [],
  stop_reason: null,
  stop_sequence: null,
};
const usage = {
  input_tokens: USAGE.input,
  cache_creation_input_tokens: 0,
  cache_read_input_tokens: 0,
};

const pieces = Array.from({ length: STREAM_CHUNKS }, (_, index) =>
  piece(index, EVENT_BYTES - delta('').length),
);

/** What the stream says. */
export const messagesText = pieces.join('');

/** 200 deltas of 200 bytes within the events that Anthropic writes around them; the count of the output comes last. */
export const messagesBurstAnswer = streamAnswer([
  event('message_start', { message: { ...message, usage: { ...usage, output_tokens: 1 } } }),
  event('content_block_start', { index: 0, content_block: { type: 'text', text: '' } }),
  ...pieces.map(delta),
  event('content_block_stop', { index: 0 }),
  event('message_delta', {
    delta: { stop_reason: 'end_turn', stop_sequence: null },
    usage: { ...usage, output_tokens: USAGE.output },
  }),
  event('message_stop', {}),
]);

function delta(text: string): string {
  return event('content_block_delta', { index: 0, delta: { type: 'text_delta', text } });
}

function event(type: string, members: object): string {
  return `event: ${type}\ndata: ${JSON.stringify({ type, ...members })}\n\n`;
}
