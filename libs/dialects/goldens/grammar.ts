import { SseParser } from '../src/index.js';
import type { MatrixDialect } from './fixtures.js';

interface Event {
  readonly name: string;
  readonly data: string;
}

/** Events of a stream in the order in which the dialect's documentation allows them. @throws Error what is out of order */
export function checkGrammar(dialect: MatrixDialect, stream: string): void {
  const events: Event[] = [];
  const parser = new SseParser((name, data) => events.push({ name, data }));
  parser.push(Buffer.from(stream));
  parser.end();
  CHECKS[dialect](events);
}

const CHECKS: Readonly<Record<MatrixDialect, (events: readonly Event[]) => void>> = {
  'openai-chat': checkChat,
  'openai-responses': checkResponses,
  'anthropic-messages': checkMessages,
  gemini: checkGemini,
};

/** The members of four dialects' events that are looked at. */
interface WireEvent {
  readonly type?: string;
  readonly object?: string;
  readonly index?: number;
  readonly sequence_number?: number;
  readonly output_index?: number;
  readonly usage?: object;
  readonly usageMetadata?: object;
  readonly promptFeedback?: { readonly blockReason?: string };
  readonly response?: { readonly output: readonly object[] };
  readonly choices?: readonly {
    readonly delta: { readonly role?: string };
    readonly finish_reason: string | null;
  }[];
  readonly candidates?: readonly { readonly finishReason?: string }[];
}

function parse(data: string): WireEvent {
  return JSON.parse(data) as WireEvent;
}

function insist(condition: boolean, what: string): void {
  if (!condition) throw new Error(`out of order: ${what}`);
}

/** https://platform.openai.com/docs/api-reference/chat-streaming */
function checkChat(events: readonly Event[]): void {
  insist(events.at(-1)?.data === '[DONE]', 'the end mark comes last');
  let finished = false;
  for (const [index, { data }] of events.slice(0, -1).entries()) {
    const chunk = parse(data);
    insist(chunk.object === 'chat.completion.chunk', 'chunks only');
    const choice = chunk.choices?.[0];
    if (index === 0) insist(choice?.delta.role === 'assistant', 'the role comes first');
    if (choice === undefined)
      insist(finished && chunk.usage !== undefined, 'only usage comes without a choice');
    else {
      insist(!finished, 'nothing comes behind the finish');
      finished = choice.finish_reason !== null;
    }
  }
  insist(finished, 'a finish comes');
}

/** https://platform.openai.com/docs/api-reference/responses-streaming */
function checkResponses(events: readonly Event[]): void {
  const open = new Set<number>();
  const done = new Set<number>();
  let sequence = -1;
  for (const { name, data } of events) {
    const event = parse(data);
    insist(event.type === name, 'the name is the type');
    insist((event.sequence_number ?? -1) > sequence, 'sequence numbers rise');
    sequence = event.sequence_number ?? -1;
    const item = event.output_index;
    if (item === undefined) continue;
    if (name === 'response.output_item.added') open.add(item);
    else if (name === 'response.output_item.done') {
      insist(open.delete(item), 'an item is done once it was added');
      done.add(item);
    } else insist(open.has(item), `${name} within its item`);
  }
  insist(open.size === 0, 'every item is done');
  checkResponseFrame(events, done.size);
}

function checkResponseFrame(events: readonly Event[], items: number): void {
  const last = events.at(-1);
  insist(events[0]?.name === 'response.created', 'it begins');
  insist(['response.completed', 'response.incomplete'].includes(last?.name ?? ''), 'it ends');
  insist(parse(last?.data ?? '{}').response?.output.length === items, 'the answer holds every item');
}

/** https://docs.anthropic.com/en/docs/build-with-claude/streaming#event-types */
function checkMessages(events: readonly Event[]): void {
  const names = events.map(({ name }) => name);
  insist(names[0] === 'message_start', 'it begins');
  insist(names.at(-2) === 'message_delta' && names.at(-1) === 'message_stop', 'it ends');
  let open: number | undefined;
  let next = 0;
  for (const { name, data } of events.slice(1, -2)) {
    const event = parse(data);
    insist(event.type === name, 'the name is the type');
    if (name === 'content_block_start') {
      insist(open === undefined && event.index === next, 'blocks follow one another');
      open = next;
      next += 1;
    } else if (name === 'content_block_delta') insist(event.index === open, 'a piece within its block');
    else if (name === 'content_block_stop') {
      insist(event.index === open, 'a block ends that is open');
      open = undefined;
    } else insist(name === 'ping', `${name} is no event`);
  }
  insist(open === undefined, 'every block ends');
}

/** https://ai.google.dev/api/generate-content#method:-models.streamgeneratecontent */
function checkGemini(events: readonly Event[]): void {
  const answers = events.map(({ data }) => parse(data));
  insist(answers.length > 0, 'something comes');
  for (const [index, each] of answers.entries()) {
    const finish = each.candidates?.[0]?.finishReason ?? each.promptFeedback?.blockReason;
    insist((finish !== undefined) === (index === answers.length - 1), 'the finish comes in the last chunk');
  }
  insist(answers.at(-1)?.usageMetadata !== undefined, 'usage comes with it');
}
