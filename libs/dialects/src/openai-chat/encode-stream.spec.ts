import { describe, expect, it } from '@jest/globals';
import { GatewayError } from '@tollgate/contracts';
import type { StreamPart } from '../canonical/stream.js';
import { Warnings } from '../canonical/warning.js';
import type { AnswerContext } from '../dialect.js';
import { SseParser } from '../sse/sse-parser.js';
import { openaiChat } from './index.js';

const { inbound } = openaiChat;
const CUSTOM = [{ type: 'custom', custom: { name: 'shell' } }];

function contextWith(options: { streamUsage?: boolean; tools?: object[] } = {}): AnswerContext {
  return {
    request: inbound.decodeRequest({ model: 'client-model', messages: [], tools: options.tools ?? [] }),
    requestId: 'r1',
    now: 1_700_000_000,
    warnings: new Warnings(),
    streamUsage: options.streamUsage ?? false,
  };
}

const START: StreamPart = { type: 'response-start', id: null, model: null, createdAt: null };
const FINISH: StreamPart = { type: 'finish', choice: 0, finish: { reason: 'stop', raw: null } };

function eventsOf(parts: readonly StreamPart[], context = contextWith()) {
  const encoder = inbound.encodeStream(context);
  const text = parts.map((part) => encoder.push(part)).join('') + encoder.end();
  const events: string[] = [];
  const parser = new SseParser((_, data) => events.push(data));
  parser.push(Buffer.from(text));
  expect(events.pop()).toBe('[DONE]');
  return events.map((data) => JSON.parse(data) as { choices: { delta: object }[]; usage?: unknown });
}

const deltasOf = (parts: readonly StreamPart[], context = contextWith()) =>
  eventsOf([START, ...parts, FINISH], context)
    .slice(1, -1)
    .map(({ choices }) => choices[0]?.delta);

describe('a stream to a client', () => {
  it('has a head of its own where the vendor gave none', () => {
    expect(eventsOf([START, FINISH])).toEqual([
      {
        id: 'chatcmpl-r1',
        object: 'chat.completion.chunk',
        created: 1_700_000_000,
        model: 'client-model',
        choices: [
          {
            index: 0,
            delta: { role: 'assistant', content: '', refusal: null },
            logprobs: null,
            finish_reason: null,
          },
        ],
      },
      expect.objectContaining({ choices: [{ index: 0, delta: {}, logprobs: null, finish_reason: 'stop' }] }),
    ]);
  });

  it('tells usage last, wherever it came, to a client that wants it', () => {
    const usage: StreamPart = { type: 'usage', usage: { input: 3, output: 2 } };
    const wanted = eventsOf(
      [START, usage, FINISH, { type: 'usage', usage: { input: 3, output: 4 } }],
      contextWith({ streamUsage: true }),
    );
    expect(wanted[0]?.usage).toBeNull();
    expect(wanted.at(-1)).toMatchObject({
      choices: [],
      usage: { prompt_tokens: 3, completion_tokens: 4, total_tokens: 7 },
    });
    expect(eventsOf([START, usage, FINISH]).every((event) => !('usage' in event))).toBe(true);
  });

  it('writes thoughts, and the state of their vendor behind them', () => {
    expect(
      deltasOf([
        { type: 'reasoning-start', choice: 0 },
        { type: 'reasoning-delta', choice: 0, text: 'So' },
        { type: 'reasoning-delta', choice: 0, text: '.' },
        { type: 'reasoning-end', choice: 0, signature: { origin: 'anthropic-messages', value: 'abc' } },
      ]),
    ).toEqual([
      { reasoning_content: 'So' },
      { reasoning_content: '.' },
      {
        reasoning_details: [
          { type: 'reasoning.text', text: 'So.', signature: '1tollgate.anthropic-messages.abc', index: 0 },
        ],
      },
    ]);
  });

  it('numbers calls, packs their state into their ids, and writes arguments where none came', () => {
    expect(
      deltasOf([
        { type: 'tool-call-start', choice: 0, id: 'a', name: 'f', kind: 'function' },
        { type: 'tool-call-end', choice: 0 },
        {
          type: 'tool-call-start',
          choice: 0,
          id: 'b',
          name: 'g',
          kind: 'function',
          signature: { origin: 'gemini', value: 'x' },
        },
        { type: 'tool-input-delta', choice: 0, text: '{"a"' },
        { type: 'tool-input-delta', choice: 0, text: ':1}' },
        { type: 'tool-call-end', choice: 0 },
      ]),
    ).toEqual([
      { tool_calls: [{ index: 0, id: 'a', type: 'function', function: { name: 'f', arguments: '' } }] },
      { tool_calls: [{ index: 0, function: { arguments: '{}' } }] },
      {
        tool_calls: [
          {
            index: 1,
            id: 'b__1tollgate_gemini_eA',
            type: 'function',
            function: { name: 'g', arguments: '' },
          },
        ],
      },
      { tool_calls: [{ index: 1, function: { arguments: '{"a"' } }] },
      { tool_calls: [{ index: 1, function: { arguments: ':1}' } }] },
    ]);
  });

  it('gives a call of a free-text tool back as one that the vendor made as a function', () => {
    const parts: StreamPart[] = [
      { type: 'tool-call-start', choice: 0, id: 'a', name: 'shell', kind: 'function' },
      { type: 'tool-input-delta', choice: 0, text: '{"input":"ls' },
      { type: 'tool-input-delta', choice: 0, text: ' -l"}' },
      { type: 'tool-call-end', choice: 0 },
    ];
    expect(deltasOf(parts, contextWith({ tools: CUSTOM }))).toEqual([
      { tool_calls: [{ index: 0, id: 'a', type: 'custom', custom: { name: 'shell', input: 'ls -l' } }] },
    ]);
  });

  it('tells what it leaves out', () => {
    const context = contextWith();
    const opaque: StreamPart = {
      type: 'opaque',
      choice: 0,
      origin: 'gemini',
      kind: 'executableCode',
      value: {},
    };
    const source = { url: null, title: 'A book', citedText: null, start: null, end: null };
    deltasOf(
      [opaque, { type: 'text-start', choice: 0 }, { type: 'citation', choice: 0, citation: source }],
      context,
    );
    expect(context.warnings.list.map(({ field }) => field)).toEqual([
      'answer.executableCode',
      'answer.citations',
    ]);
  });

  it('counts places of citations in the whole answer', () => {
    const citation = { url: 'https://a.b', title: null, citedText: null, start: 0, end: 4 };
    const text = (words: string): StreamPart[] => [
      { type: 'text-start', choice: 0 },
      { type: 'text-delta', choice: 0, text: words },
    ];
    const end: StreamPart = { type: 'text-end', choice: 0 };
    const deltas = deltasOf([
      ...text('12345'),
      end,
      ...text('6789'),
      { type: 'citation', choice: 0, citation },
      end,
    ]);
    expect(deltas.at(-1)).toMatchObject({
      annotations: [{ url_citation: { start_index: 5, end_index: 9 } }],
    });
  });

  it('fails with an event that the official libraries raise', () => {
    const encoder = inbound.encodeStream(contextWith());
    const event = encoder.fail(new GatewayError('upstream_cut', 'The vendor broke off.'));
    expect(JSON.parse(event.replace(/^data: /, ''))).toMatchObject({ error: { code: 'upstream_cut' } });
  });
});
