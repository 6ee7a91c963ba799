import { BENCH_MODEL, STREAM_CHUNKS } from '../workloads.ts';

const ID = 'chatcmpl-0123456789abcdefghij';
const CREATED = 1_700_000_000;
const JSON_BYTES = 1_229;
const EVENT_BYTES = 200;
const usage = { prompt_tokens: 200, completion_tokens: STREAM_CHUNKS, total_tokens: 200 + STREAM_CHUNKS };

export const DONE_EVENT = 'data: [DONE]\n\n';

/** The content of the mock vendor's streams, to compare with. */
export const streamedText = Array.from({ length: STREAM_CHUNKS }, (_, index) => piece(index)).join('');

/** An answer of 1.2 KB. */
export const jsonAnswer = Buffer.from(
  response(200, 'application/json', paddedJson()) + paddedJson(),
  'latin1',
);

/** 200 events of 200 bytes, each an HTTP chunk, as vendors send them; in one write. */
export const burstAnswer = stream(events());

/** The same with the event that tells usage, for those who asked for it. */
export const burstAnswerWithUsage = stream([...events(), event({ choices: [], usage })]);

export const idleBeginning = Buffer.from(streamHead() + httpChunk(firstEvent()), 'latin1');
export const idleEnd = Buffer.from(httpChunk(DONE_EVENT) + lastHttpChunk(), 'latin1');

export function plainAnswer(status: number, body: string): Buffer {
  return Buffer.from(response(status, 'text/plain', body) + body);
}

function response(status: number, contentType: string, body: string): string {
  return `HTTP/1.1 ${status} OK\r\nContent-Type: ${contentType}\r\nx-request-id: req_0123456789\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n`;
}

function paddedJson(): string {
  const answer = (content: string): string =>
    JSON.stringify({
      id: ID,
      object: 'chat.completion',
      created: CREATED,
      model: BENCH_MODEL,
      choices: [{ index: 0, message: { role: 'assistant', content }, finish_reason: 'stop' }],
      usage,
    });
  return answer('Yes. '.repeat(JSON_BYTES).slice(0, JSON_BYTES - answer('').length));
}

function stream(parts: readonly string[]): Buffer {
  return Buffer.from(
    streamHead() + [...parts, DONE_EVENT].map(httpChunk).join('') + lastHttpChunk(),
    'latin1',
  );
}

function streamHead(): string {
  return 'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nx-request-id: req_0123456789\r\nTransfer-Encoding: chunked\r\n\r\n';
}

function httpChunk(text: string): string {
  return `${text.length.toString(16)}\r\n${text}\r\n`;
}

function lastHttpChunk(): string {
  return '0\r\n\r\n';
}

function events(): string[] {
  return Array.from({ length: STREAM_CHUNKS }, (_, index) => delta(piece(index)));
}

function firstEvent(): string {
  return delta(piece(0));
}

function delta(content: string): string {
  return event({ choices: [{ index: 0, delta: { content }, finish_reason: null }] });
}

function event(rest: object): string {
  return `data: ${JSON.stringify({ id: ID, object: 'chat.completion.chunk', created: CREATED, model: BENCH_MODEL, ...rest })}\n\n`;
}

/** As long as makes an event of 200 bytes. */
function piece(index: number): string {
  const words = ` word ${index}`;
  return words.padEnd(EVENT_BYTES - delta('').length, '.');
}
