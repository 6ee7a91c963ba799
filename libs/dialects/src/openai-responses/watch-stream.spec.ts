import { describe, expect, it } from '@jest/globals';
import { PassingStream } from '../sse/passing-stream.js';
import { readResponseId, ResponsesStreamWatcher } from './watch-stream.js';

const event = (type: string, members: object) =>
  `event: ${type}\ndata: ${JSON.stringify({ type, ...members })}\n\n`;
const USAGE = { input_tokens: 9, input_tokens_details: { cached_tokens: 4 }, output_tokens: 7 };
const delta = (text: string) => event('response.output_text.delta', { delta: text });
const created = event('response.created', { response: { id: 'resp_1', error: null, usage: null } });
const completed = event('response.completed', { response: { id: 'resp_1', usage: USAGE, metadata: {} } });
const STREAM = [created, delta('Hé'), delta('"usage":{"input_tokens":1}'), completed];

function run(...chunks: readonly string[]) {
  const tap = new PassingStream(new ResponsesStreamWatcher());
  const out = chunks.map((chunk) => tap.push([Buffer.from(chunk)]));
  return { tap, text: Buffer.concat([...out, tap.end()].filter((piece) => piece !== null)).toString() };
}

describe('a stream of a response passing', () => {
  it('passes as it is, and is watched, however it is cut', () => {
    const text = STREAM.join('');
    for (let cut = 0; cut <= text.length; cut += 1) {
      const { tap, text: passed } = run(text.slice(0, cut), text.slice(cut));
      expect(passed).toBe(text);
      expect(tap).toMatchObject({ complete: true, failed: false, responseId: 'resp_1' });
      expect(tap.usage).toMatchObject({ input: 5, cacheRead: 4, output: 7 });
    }
  });

  it('is not complete when the vendor breaks off', () => {
    expect(run(...STREAM.slice(0, -1)).tap.complete).toBe(false);
  });

  it('is complete with an answer that was cut short', () => {
    const { tap } = run(event('response.incomplete', { response: { usage: USAGE } }));
    expect(tap).toMatchObject({ complete: true, failed: false });
  });

  it.each([
    event('response.failed', { response: { error: { code: 'server_error' } } }),
    event('error', { code: 'server_error', message: 'no' }),
    'data: {"type":"error","message":"no"}\n\n',
    'data: {"error":{"message":"no"}}\n\n',
  ])('notices a failure: %s', (failure) => {
    expect(run(created, failure).tap).toMatchObject({ complete: false, failed: true });
  });

  it("is not taken in by an end in the model's words", () => {
    expect(run(created, delta('{"type":"response.completed"}')).tap.complete).toBe(false);
  });

  it('finds usage where a schema of that name stands behind it', () => {
    const tools = [{ parameters: { properties: { usage: { type: 'string' } } } }];
    const { tap } = run(event('response.completed', { response: { usage: USAGE, tools } }));
    expect(tap.usage).toMatchObject({ output: 7 });
  });

  it('finds an id that does not come first', () => {
    const first = event('response.created', { response: { object: 'response', id: 'x-1' } });
    expect(run(first).tap.responseId).toBe('x-1');
  });
});

describe('a whole answer passing', () => {
  it.each([
    ['{"object":"response","output":[{"id":"msg_1"}],"id":"resp_2"}', 'resp_2'],
    ['{"output":[]}', null],
    ['<html>', null],
  ])('is known by its id: %s', (body, id) => {
    expect(readResponseId(Buffer.from(body))).toBe(id);
  });
});
