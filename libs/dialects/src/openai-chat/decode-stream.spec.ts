import { describe, expect, it } from '@jest/globals';
import { ResponseCollector } from '../canonical/collect.js';
import type { StreamPart } from '../canonical/stream.js';
import { openaiChat } from './index.js';

const { outbound } = openaiChat;

function run(events: readonly (object | string)[]) {
  const parts: StreamPart[] = [];
  const decoder = outbound.decodeStream((part) => parts.push(part));
  for (const event of events) decoder.push('', typeof event === 'string' ? event : JSON.stringify(event));
  decoder.end();
  const collector = new ResponseCollector();
  for (const part of parts) collector.push(part);
  return { parts, complete: decoder.complete, response: collector.response };
}

const chunk = (delta: object, more: object = {}) => ({
  id: 'c1',
  model: 'm',
  created: 5,
  choices: [{ index: 0, delta, finish_reason: null, ...more }],
});
const finish = (reason: string | null) => chunk({}, { finish_reason: reason });
const contentOf = (events: readonly (object | string)[]) => run(events).response.choices[0]?.parts;
const calls = (...pieces: object[]) => pieces.map((piece) => chunk({ tool_calls: [piece] }));
const call = (id: string, name: string, input: string) => ({
  type: 'tool-call',
  kind: 'function',
  id,
  name,
  input,
});

describe('the end of a stream', () => {
  it('is the end mark, or a reason to finish for vendors that leave it out', () => {
    expect(run([chunk({ content: 'a' }), '[DONE]'])).toMatchObject({ complete: true });
    expect(run([chunk({ content: 'a' }), finish('stop')])).toMatchObject({ complete: true });
    expect(run([chunk({ content: 'a' })])).toMatchObject({ complete: false });
    expect(run([])).toMatchObject({ complete: false });
    expect(run([chunk({ content: 'a' }, { finish_reason: '' })])).toMatchObject({ complete: false });
  });

  it('tells no finish for a stream that broke off', () => {
    expect(run([chunk({ content: 'a' })]).parts.map(({ type }) => type)).toEqual([
      'response-start',
      'text-start',
      'text-delta',
      'text-end',
    ]);
  });

  it('tells one finish, whatever a vendor repeats', () => {
    const { parts, response } = run([
      chunk({ content: 'a' }, { finish_reason: 'stop' }),
      chunk({ content: 'b' }, { finish_reason: 'length' }),
      '[DONE]',
      '[DONE]',
      chunk({ content: 'c' }),
    ]);
    expect(parts.filter(({ type }) => type === 'finish')).toHaveLength(1);
    expect(response.choices[0]).toMatchObject({
      parts: [{ type: 'text', text: 'ab' }],
      finish: { reason: 'length' },
    });
  });

  it.each([
    ['stop', 'stop'],
    ['length', 'length'],
    ['content_filter', 'content-filter'],
    ['sensitive', 'content-filter'],
    ['insufficient_system_resource', 'error'],
    ['constructor', 'other'],
  ])('by "%s" is %s', (word, reason) => {
    expect(run([chunk({ content: 'a' }), finish(word)]).response.choices[0]?.finish).toEqual({
      reason,
      raw: word,
    });
  });

  it('names the text that vLLM stopped at', () => {
    const events = [chunk({ content: 'a' }), chunk({}, { finish_reason: 'stop', stop_reason: 'END' })];
    expect(run(events).response.choices[0]?.finish).toEqual({
      reason: 'stop-sequence',
      raw: 'stop',
      stopSequence: 'END',
    });
  });
});

describe('the beginning of a stream', () => {
  it('is not the event about the prompt that Azure sends first', () => {
    const about = { id: '', model: '', choices: [], prompt_filter_results: [{ prompt_index: 0 }] };
    expect(run([about, chunk({ content: 'a' })]).parts[0]).toEqual({
      type: 'response-start',
      id: 'c1',
      model: 'm',
      createdAt: 5,
    });
  });

  it('needs no id', () => {
    const [start] = run([{ choices: [{ delta: { content: 'a' } }] }]).parts;
    expect(start).toMatchObject({ type: 'response-start', id: null, model: null, createdAt: null });
  });
});

describe('reasoning', () => {
  const text = { type: 'text', text: 'yes' };
  const answer = [chunk({ content: 'yes' }), finish('stop')];

  it.each([
    ['reasoning_content', [{ reasoning_content: 'So' }, { reasoning_content: ' it is.' }]],
    ['reasoning', [{ reasoning: 'So' }, { reasoning: ' it is.' }]],
    [
      'both',
      [
        { reasoning: 'So', reasoning_content: 'So' },
        { reasoning: ' it is.', content: null },
      ],
    ],
    ['parts', [{ content: [{ type: 'thinking', thinking: [{ type: 'text', text: 'So it is.' }] }] }]],
    [
      'details',
      [
        { reasoning: 'So', reasoning_details: [{ type: 'reasoning.text', text: 'So', index: 0 }] },
        {
          reasoning: ' it is.',
          reasoning_details: [{ type: 'reasoning.summary', summary: ' it is.', index: 0 }],
        },
      ],
    ],
  ])('is read from %s', (_, deltas) => {
    const events = [...deltas.map((delta) => chunk(delta)), ...answer];
    expect(contentOf(events)).toEqual([{ type: 'reasoning', text: 'So it is.' }, text]);
  });

  it('keeps what a vendor wants back of each thought', () => {
    const detail = (more: object) => chunk({ reasoning_details: [{ type: 'reasoning.text', ...more }] });
    const events = [
      detail({ text: 'One.', index: 0 }),
      detail({ signature: 's1', index: 0 }),
      detail({ text: 'Two.', index: 1 }),
      detail({ signature: 's2', index: 1 }),
      chunk({ reasoning_details: [{ type: 'reasoning.encrypted', data: 'd3', index: 2 }] }),
      ...answer,
    ];
    const signed = (value: object) => ({ origin: 'openai-chat', value: JSON.stringify(value) });
    expect(contentOf(events)).toEqual([
      {
        type: 'reasoning',
        text: 'One.',
        signature: signed({ type: 'reasoning.text', signature: 's1', index: 0 }),
      },
      {
        type: 'reasoning',
        text: 'Two.',
        signature: signed({ type: 'reasoning.text', signature: 's2', index: 1 }),
      },
      {
        type: 'reasoning',
        text: '',
        signature: signed({ type: 'reasoning.encrypted', data: 'd3', index: 2 }),
      },
      text,
    ]);
  });
});

describe('tool calls', () => {
  it.each([
    ['in one piece', calls({ index: 0, id: 'a', function: { name: 'f', arguments: '{"x":1}' } })],
    [
      'without an index',
      calls({ id: 'a', function: { name: 'f', arguments: '{"x":' } }, { function: { arguments: '1}' } }),
    ],
    [
      'with id and name in every piece',
      calls(
        { index: 0, id: 'a', function: { name: 'f', arguments: '{"x":' } },
        { index: 0, id: 'a', function: { name: 'f', arguments: '1}' } },
      ),
    ],
    [
      'with empty ids and names in later pieces',
      calls(
        { index: 0, id: 'a', function: { name: 'f', arguments: '{"x":' } },
        { index: 0, id: '', function: { name: '', arguments: '1}' } },
      ),
    ],
    [
      'with the name behind the id',
      calls(
        { index: 0, id: 'a', function: { arguments: '{"x"' } },
        { index: 0, function: { name: 'f', arguments: ':1}' } },
      ),
    ],
    ['with arguments as an object', calls({ id: 'a', function: { name: 'f', arguments: { x: 1 } } })],
  ])('are read %s', (_, events) => {
    const { response } = run([...events, finish('stop')]);
    expect(response.choices[0]).toMatchObject({
      parts: [call('a', 'f', '{"x":1}')],
      finish: { reason: 'tool-calls' },
    });
  });

  it.each([
    [
      'under one number with ids of their own',
      calls(
        { index: 0, id: 'a', function: { name: 'f', arguments: '{}' } },
        { index: 0, id: 'b', function: { name: 'g', arguments: '{}' } },
      ),
    ],
    [
      'interleaved',
      calls(
        { index: 0, id: 'a', function: { name: 'f', arguments: '{' } },
        { index: 1, id: 'b', function: { name: 'g', arguments: '{' } },
        { index: 0, function: { arguments: '}' } },
        { index: 1, function: { arguments: '}' } },
      ),
    ],
  ])('are told apart %s', (_, events) => {
    expect(contentOf([...events, finish('tool_calls')])).toEqual([
      call('a', 'f', '{}'),
      call('b', 'g', '{}'),
    ]);
  });

  it('get ids where the vendor gives none, other ones in another answer', () => {
    const events = calls(
      { function: { name: 'f', arguments: '{}' } },
      { function: { name: 'g', arguments: '{}' } },
    );
    expect(contentOf([...events, finish('stop')])).toMatchObject([{ id: 'call_c1_0' }, { id: 'call_c1_1' }]);
  });

  it('are read of free text and of the time before tools', () => {
    expect(
      contentOf(calls({ index: 0, id: 'a', type: 'custom', custom: { name: 'f', input: 'ls -l' } })),
    ).toEqual([{ type: 'tool-call', kind: 'custom', id: 'a', name: 'f', input: 'ls -l' }]);
    const legacy = [
      chunk({ function_call: { name: 'f', arguments: '{' } }),
      chunk({ function_call: { arguments: '}' } }),
    ];
    expect(contentOf(legacy)).toEqual([call('call_c1_0', 'f', '{}')]);
  });

  it('keep the thought signature of Gemini', () => {
    const extra = { google: { thought_signature: 'AbC=' } };
    const events = calls({
      index: 0,
      id: 'a',
      function: { name: 'f', arguments: '{}' },
      extra_content: extra,
    });
    expect(contentOf(events)).toEqual([
      { ...call('a', 'f', '{}'), signature: { origin: 'openai-chat', value: JSON.stringify(extra) } },
    ]);
  });
});

describe('what else an answer holds', () => {
  it('is sound, in pieces of their own base64, with its words', () => {
    const wav = Buffer.from('RIFF0000WAVE');
    const audio = (bytes: Buffer, transcript: string) =>
      chunk({ audio: { id: 'audio_1', data: bytes.toString('base64'), transcript } });
    expect(
      contentOf([audio(wav.subarray(0, 4), 'Good '), audio(wav.subarray(4), 'day'), finish('stop')]),
    ).toEqual([
      { type: 'text', text: 'Good day' },
      { type: 'audio', source: { kind: 'base64', data: wav.toString('base64'), mediaType: 'audio/wav' } },
    ]);
  });

  it('is pictures', () => {
    const images = [{ type: 'image_url', image_url: { url: 'data:image/png;base64,iVBO' } }];
    expect(contentOf([chunk({ content: 'Here.' }), chunk({ images }), finish('stop')])).toEqual([
      { type: 'text', text: 'Here.' },
      { type: 'image', source: { kind: 'base64', data: 'iVBO', mediaType: 'image/png' } },
    ]);
  });

  it.each([
    ['beside the choices', { choices: [], usage: { prompt_tokens: 3, completion_tokens: 2 } }],
    ['with Groq', { choices: [], x_groq: { usage: { prompt_tokens: 3, completion_tokens: 2 } } }],
    ['with Moonshot', { choices: [{ delta: {}, usage: { prompt_tokens: 3, completion_tokens: 2 } }] }],
  ])('is usage %s', (_, event) => {
    expect(run([chunk({ content: 'a' }), event]).response.usage).toMatchObject({ input: 3, output: 2 });
  });
});

describe('the learned template', () => {
  it('changes nothing of what is read', () => {
    const tricky = ['Hi', ' "you"', '\\', '', 'c1', '\n', 'content', '👋', 'null', ' end'];
    const same = contentOf([...tricky.map((content) => chunk({ content })), finish('stop')]);
    expect(same).toEqual([{ type: 'text', text: tricky.join('') }]);
  });

  it('keeps choices apart', () => {
    const of = (index: number, content: string) => ({ id: 'c', choices: [{ index, delta: { content } }] });
    const { response } = run([of(0, 'a'), of(1, 'x'), of(0, 'b'), of(1, 'y'), of(1, 'z'), '[DONE]']);
    expect(response.choices.map(({ parts }) => parts)).toEqual([
      [{ type: 'text', text: 'ab' }],
      [{ type: 'text', text: 'xyz' }],
    ]);
  });
});

describe('a stream that is no stream', () => {
  it.each([
    ['{"error":{"message":"busy","code":"rate_limit_exceeded"}}', 'upstream_rate_limited'],
    ['{"error":{"message":"busy","code":429}}', 'upstream_rate_limited'],
    ['{"error":"broken"}', 'upstream_error'],
    ['{"object":"error","message":"broken","type":"BadRequestError"}', 'upstream_rejected'],
    [
      '{"id":"c","choices":[{"delta":{"content":""},"error":{"message":"x"},"finish_reason":"error"}]}',
      'upstream_error',
    ],
    ['{"message":"broken"}', 'upstream_error'],
    ['{"error":{"type":"timeout","message":"slow"}}', 'upstream_timeout'],
    ['not JSON', 'upstream_invalid_response'],
    ['[1]', 'upstream_invalid_response'],
    ['{"choices":[{"index":1e9,"delta":{}}]}', 'upstream_invalid_response'],
    ['{"choices":[{"index":-1,"delta":{}}]}', 'upstream_invalid_response'],
  ])('%s raises %s', (data, code) => {
    expect(() => run([data])).toThrow(expect.objectContaining({ code, retry: 'next-channel' }));
  });

  it.each([
    '{}',
    '{"choices":null}',
    '{"choices":{"a":1}}',
    '{"choices":[null,7,"x",[]]}',
    '{"choices":[{"delta":7,"logprobs":true,"finish_reason":{}}]}',
    '{"choices":[{"delta":{"content":{"__proto__":1},"tool_calls":[7,{"function":null}],"audio":true,"images":9}}]}',
    '{"choices":[{"delta":{"reasoning_details":[{}],"annotations":[{"url_citation":7}]}}],"usage":"x"}',
    '{"error":null,"choices":[]}',
    '',
  ])('%s is passed over', (data) => {
    expect(() => run([data])).not.toThrow();
  });

  it.each([null, 7, 'x', [], {}, { choices: [] }, { choices: 'x' }])('%j is no answer', (body) => {
    expect(() => outbound.decodeResponse(body)).toThrow(
      expect.objectContaining({ code: 'upstream_invalid_response' }),
    );
  });
});
