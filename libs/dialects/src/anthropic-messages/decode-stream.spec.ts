import { describe, expect, it } from '@jest/globals';
import { ResponseCollector } from '../canonical/collect.js';
import type { StreamPart } from '../canonical/stream.js';
import { MessagesStreamDecoder } from './decode-stream.js';

function decode(events: readonly (object | string)[]) {
  const parts: StreamPart[] = [];
  const decoder = new MessagesStreamDecoder((part) => parts.push(part));
  for (const event of events) decoder.push('', typeof event === 'string' ? event : JSON.stringify(event));
  decoder.end();
  const collector = new ResponseCollector();
  for (const part of parts) collector.push(part);
  return {
    parts,
    complete: decoder.complete,
    response: collector.response,
    choice: collector.response.choices[0],
  };
}

const block = (index: number, content_block: object) => ({
  type: 'content_block_start',
  index,
  content_block,
});
const delta = (index: number, body: object) => ({ type: 'content_block_delta', index, delta: body });
const stop = { type: 'message_stop' };

describe('streams of vendors that imitate', () => {
  it('need neither a start, nor counts, nor ends of blocks', () => {
    const { choice, complete } = decode([
      delta(0, { type: 'thinking_delta', thinking: 'hm' }),
      delta(1, { type: 'text_delta', text: 'Hi' }),
      delta(1, { type: 'text_delta', text: ' you' }),
      stop,
      '[DONE]',
    ]);
    expect(complete).toBe(true);
    expect(choice).toEqual({
      parts: [
        { type: 'reasoning', text: 'hm' },
        { type: 'text', text: 'Hi you' },
      ],
      finish: { reason: 'stop', raw: null },
    });
  });

  it('may give the whole input of a call at its start, and calls all at once', () => {
    const { choice } = decode([
      block(0, { type: 'tool_use', id: 'a', name: 'f', input: { x: 1 } }),
      { type: 'content_block_stop', index: 0 },
      block(1, { type: 'tool_use', id: 'b', name: 'f', input: {} }),
      block(2, { type: 'tool_use', id: 'c', name: 'f', input: {} }),
      delta(1, { type: 'input_json_delta', partial_json: '{"x":2}' }),
      delta(2, { type: 'input_json_delta', partial_json: '{"x":3}' }),
      stop,
    ]);
    expect(choice?.finish.reason).toBe('tool-calls');
    expect(choice?.parts.map((part) => (part.type === 'tool-call' ? part.input : ''))).toEqual([
      '{"x":1}',
      '{"x":2}',
      '{"x":3}',
    ]);
  });

  it('may count the input only at the end', () => {
    const { response } = decode([
      { type: 'message_start', message: { usage: { input_tokens: 0, output_tokens: 0 } } },
      {
        type: 'message_delta',
        delta: { stop_reason: 'end_turn' },
        usage: { input_tokens: 12, output_tokens: 3 },
      },
      stop,
    ]);
    expect(response.usage).toMatchObject({ input: 12, output: 3 });
  });
});

describe('a stream', () => {
  it('reads texts the same, whatever they hold and however they are padded', () => {
    const texts = ['a', ' "b"', '\\', '\u2028é\u{1f600}', '}', '  ', '"}}', 'index', '\n'];
    const padded = texts.map((text, count) =>
      JSON.stringify(delta(0, { type: 'text_delta', text })).replace(/}$/, `${' '.repeat(count % 4)}}`),
    );
    const { choice } = decode([block(0, { type: 'text', text: '' }), ...padded, stop]);
    expect(choice?.parts).toEqual([{ type: 'text', text: texts.join('') }]);
  });

  it('tells thoughts from words, however alike their events are', () => {
    const { choice } = decode([
      block(0, { type: 'thinking', thinking: '' }),
      ...['hm', ' so'].map((thinking) => delta(0, { type: 'thinking_delta', thinking })),
      delta(0, { type: 'signature_delta', signature: 's' }),
      { type: 'content_block_stop', index: 0 },
      block(1, { type: 'text', text: '' }),
      ...['a', 'b'].map((text) => delta(1, { type: 'text_delta', text })),
      stop,
    ]);
    expect(choice?.parts).toEqual([
      { type: 'reasoning', text: 'hm so', signature: { origin: 'anthropic-messages', value: 's' } },
      { type: 'text', text: 'ab' },
    ]);
  });

  it('keeps blocks that only this dialect knows, with their events', () => {
    const { parts } = decode([
      block(0, { type: 'server_tool_use', id: 's', name: 'web_search', input: {} }),
      delta(0, { type: 'input_json_delta', partial_json: '{"query":' }),
      delta(0, { type: 'input_json_delta', partial_json: '"x"}' }),
      { type: 'content_block_stop', index: 0 },
      stop,
    ]);
    const opaque = parts.find(({ type }) => type === 'opaque');
    expect(opaque).toMatchObject({
      kind: 'server_tool_use',
      value: { type: 'server_tool_use', id: 's', name: 'web_search', input: { query: 'x' } },
    });
    expect(opaque?.type === 'opaque' && opaque.events).toHaveLength(4);
  });

  it.each([
    ['rate_limit_error', 'upstream_rate_limited'],
    ['overloaded_error', 'upstream_overloaded'],
    [undefined, 'upstream_error'],
  ])("raises the vendor's %s", (type, code) => {
    expect(() => decode([{ type: 'error', error: { type, message: 'Too much.' } }])).toThrow(
      expect.objectContaining({ code, retry: 'next-channel', message: 'Too much.' }),
    );
  });

  it.each(['{', '[]', 'null', '"x"', '{"type":"content_block_delta"'])('refuses %s', (data) => {
    expect(() => decode([data])).toThrow(expect.objectContaining({ code: 'upstream_invalid_response' }));
  });

  it.each([
    {},
    { type: 7 },
    { type: 'message_start', message: 5 },
    { type: 'content_block_start', index: '0', content_block: null },
    { type: 'content_block_delta', index: 0, delta: [] },
    { type: 'content_block_delta', index: 3, delta: { type: 'text_delta', text: 5 } },
    { type: 'content_block_stop', index: 9 },
    { type: 'message_delta', delta: null, usage: 'many' },
    { type: 'content_block_start', index: 0, content_block: { type: '__proto__', __proto__: 1 } },
  ])('lives with nonsense: %j', (event) => {
    expect(decode([event, stop]).complete).toBe(true);
  });
});
