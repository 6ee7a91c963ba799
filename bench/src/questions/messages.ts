import { filled, SYSTEM_PROMPT } from './prose.ts';
import { type AnswerContent, type Question } from './question.ts';

export interface MessagesShape {
  readonly model: string;
  readonly bytes: number;
}

export const MESSAGE_STOP_EVENT = 'event: message_stop\ndata: {"type":"message_stop"}\n\n';

/** The order of a stream of one text; only deltas come again. */
const EVENT_TYPES = [
  ...['message_start', 'content_block_start', 'content_block_delta', 'content_block_stop'],
  ...['message_delta', 'message_stop'],
];

/** Anthropic Messages, streamed: https://platform.claude.com/docs/en/build-with-claude/streaming */
export function messagesQuestion({ model, bytes }: MessagesShape): Question {
  return {
    path: '/v1/messages',
    headers: ['anthropic-version: 2023-06-01'],
    body: filled(bytes, (messages) => ({
      model,
      max_tokens: 256,
      system: SYSTEM_PROMPT,
      messages,
      temperature: 0.2,
      stream: true,
    })),
    streamEnd: Buffer.from(MESSAGE_STOP_EVENT),
    read: readStream,
  };
}

interface StreamEvent {
  readonly type: string;
  readonly delta?: { readonly text?: string; readonly stop_reason?: string };
  readonly usage?: { readonly input_tokens: number; readonly output_tokens: number };
}

function readStream(answer: string): AnswerContent {
  if (!answer.endsWith(MESSAGE_STOP_EVENT)) throw new Error('no message_stop at the end');
  const events = answer.split('\n\n').slice(0, -1).map(readEvent);
  const types = events.map(({ type }) => type);
  const order = types.filter((type, at) => type !== 'content_block_delta' || type !== types[at - 1]);
  if (order.join() !== EVENT_TYPES.join()) throw new Error(`events in this order: ${order.join(', ')}`);
  const { delta, usage } = events.at(-2) ?? {};
  if (delta?.stop_reason !== 'end_turn') throw new Error(`stop_reason ${delta?.stop_reason} at the end`);
  return {
    text: events.map((event) => event.delta?.text ?? '').join(''),
    usage: usage && { input: usage.input_tokens, output: usage.output_tokens },
  };
}

function readEvent(event: string): StreamEvent {
  const [, name, data = ''] = /^event: (\w+)\ndata: (.+)$/.exec(event) ?? [];
  if (name === undefined) throw new Error(`no event of a name: ${event.slice(0, 100)}`);
  const parsed = JSON.parse(data) as StreamEvent;
  if (parsed.type !== name) throw new Error(`an event ${name} that says it is ${parsed.type}`);
  return parsed;
}
