import { describe, expect, it } from '@jest/globals';
import { PassingStream } from '../sse/passing-stream.js';
import { MessagesStreamWatcher } from './watch-stream.js';

const event = (type: string, members: object = {}) =>
  `event: ${type}\ndata: ${JSON.stringify({ type, ...members })}\n\n`;
const START = event('message_start', {
  message: { usage: { input_tokens: 9, cache_read_input_tokens: 4, output_tokens: 1 } },
});
const text = (words: string) =>
  event('content_block_delta', { index: 0, delta: { type: 'text_delta', text: words } });
const END = event('message_delta', { delta: {}, usage: { output_tokens: 7 } }) + event('message_stop');
const STREAM = START + event('ping') + text('Héllo') + text('{"type":"message_stop"}') + END;

function run(chunks: readonly Buffer[]) {
  const tap = new PassingStream(new MessagesStreamWatcher());
  const out = chunks.map((chunk) => tap.push([Buffer.from(chunk)]));
  return { tap, passed: Buffer.concat([...out, tap.end()].filter((piece) => piece !== null)).toString() };
}

describe('a Messages stream passing', () => {
  const bytes = Buffer.from(STREAM);

  it('is counted and passed the same however it is cut', () => {
    for (let cut = 0; cut <= bytes.length; cut += 1) {
      const { tap, passed } = run([bytes.subarray(0, cut), bytes.subarray(cut)]);
      expect(passed).toBe(STREAM);
      expect(tap).toMatchObject({ complete: true, failed: false });
      expect(tap.usage).toMatchObject({ input: 9, cacheRead: 4, output: 7 });
    }
  });

  it('counts the input of a stream that breaks off', () => {
    const { tap } = run([Buffer.from(START + text('Hel')), Buffer.from(text('x'.repeat(9_000)))]);
    expect(tap).toMatchObject({ complete: false, failed: false });
    expect(tap.usage).toMatchObject({ input: 9, output: 1 });
  });

  it('finds the start of a long first piece', () => {
    const { tap } = run([Buffer.from(event('ping') + START + text('x'.repeat(9_000)) + END)]);
    expect(tap.usage).toMatchObject({ input: 9, output: 7 });
  });

  it('notices an error event, and is not taken in by words or results of tools', () => {
    expect(run([Buffer.from(event('error', { error: { type: 'overloaded_error' } }))]).tap.failed).toBe(true);
    const block = { type: 'some_tool_result', content: { type: 'error' }, kind: 'message_stop' };
    const { tap } = run([Buffer.from(START + event('content_block_start', { content_block: block }))]);
    expect(tap).toMatchObject({ complete: false, failed: false });
  });
});
