import { describe, expect, it } from '@jest/globals';
import Anthropic from '@anthropic-ai/sdk';
import { GatewayError } from '@tollgate/contracts';
import { ResponseCollector } from '../canonical/collect.js';
import type { Citation } from '../canonical/part.js';
import { packSignature } from '../canonical/signature.js';
import type { StreamPart } from '../canonical/stream.js';
import { Warnings } from '../canonical/warning.js';
import type { AnswerContext } from '../dialect.js';
import { decodeRequest } from './decode-request.js';
import { encodeResponse } from './encode-response.js';
import { MessagesStreamEncoder } from './encode-stream.js';

const context = (): AnswerContext => ({
  request: decodeRequest({ model: 'client-model', messages: [], max_tokens: 9 }),
  requestId: '0190-a0b0',
  now: 0,
  warnings: new Warnings(),
  streamUsage: true,
});

const start: StreamPart = { type: 'response-start', id: 'chatcmpl-1', model: 'gpt', createdAt: 1 };
const usage: StreamPart = {
  type: 'usage',
  usage: { input: 20, cacheRead: 5, cacheWrite1h: 3, output: 8, reasoning: 2 },
};
const finish = (reason: 'stop' | 'tool-calls' | 'refusal'): StreamPart => ({
  type: 'finish',
  choice: 0,
  finish: { reason, raw: null },
});
const text = (words: string): StreamPart[] => [
  { type: 'text-start', choice: 0 },
  { type: 'text-delta', choice: 0, text: words },
  { type: 'text-end', choice: 0 },
];
const call = (id: string, input: readonly string[]): StreamPart[] => [
  { type: 'tool-call-start', choice: 0, id, name: 'f', kind: 'function' },
  ...input.map((piece): StreamPart => ({ type: 'tool-input-delta', choice: 0, text: piece })),
  { type: 'tool-call-end', choice: 0 },
];
const thought = (words: string, end: object = {}, begin: object = {}): StreamPart[] => [
  { type: 'reasoning-start', choice: 0, ...begin },
  ...(words === '' ? [] : [{ type: 'reasoning-delta', choice: 0, text: words } as const]),
  { type: 'reasoning-end', choice: 0, ...end },
];

function encode(parts: readonly StreamPart[]) {
  const its = context();
  const encoder = new MessagesStreamEncoder(its);
  const sse = parts.map((part) => encoder.push(part)).join('') + encoder.end();
  const collector = new ResponseCollector();
  for (const part of parts) collector.push(part);
  return { sse, warnings: its.warnings.list, whole: encodeResponse(collector.response, context()) };
}

/** What the official SDK gathers of a stream. */
function read(sse: string) {
  const headers = { 'content-type': 'text/event-stream' };
  const client = new Anthropic({
    apiKey: 'k',
    baseURL: 'http://127.0.0.1',
    maxRetries: 0,
    fetch: async () => new Response(sse, { headers }),
  });
  return client.messages.stream({ model: 'm', max_tokens: 9, messages: [] }).finalMessage();
}

/** The SDK keeps what the first event says of the cache's lifetimes. */
function withoutSplit({ usage: counts, ...message }: Record<string, unknown>): unknown {
  const { cache_creation: _split, ...rest } = counts as Record<string, unknown>;
  return { ...message, usage: rest };
}

const signature = { origin: 'gemini', value: 'abc' } as const;
const citation: Citation = { url: 'https://a.example', title: 'A', citedText: null, start: 0, end: 2 };

describe('a stream to a client', () => {
  it.each<[string, StreamPart[]]>([
    ['text', [start, ...text('Hi "you"\n'), finish('stop'), usage]],
    ['nothing', [start, finish('stop'), usage]],
    [
      'empty blocks',
      [
        start,
        { type: 'text-start', choice: 0 },
        { type: 'text-end', choice: 0 },
        ...thought(''),
        finish('stop'),
      ],
    ],
    [
      'calls',
      [start, ...text('a'), ...call('c1', ['{"a":', '1}']), ...call('c2', []), finish('tool-calls'), usage],
    ],
    ['thoughts with a signature', [start, ...thought('hm', { signature }), ...text('a'), finish('stop')]],
    ['thoughts without one', [start, usage, ...thought('hm'), ...text('a'), finish('stop'), usage]],
    ['hidden thoughts', [start, ...thought('', { signature }), ...text('a'), finish('stop')]],
    [
      'redacted thoughts',
      [start, ...thought('', { signature }, { redacted: true }), ...text('a'), finish('stop')],
    ],
    [
      'a refusal',
      [
        start,
        { type: 'refusal-start', choice: 0 },
        { type: 'refusal-delta', choice: 0, text: 'No.' },
        { type: 'refusal-end', choice: 0 },
        finish('stop'),
      ],
    ],
    [
      'citations',
      [
        start,
        ...text('hi').slice(0, 2),
        { type: 'citation', choice: 0, citation },
        { type: 'text-end', choice: 0 },
        finish('stop'),
      ],
    ],
    [
      'a block of its own',
      [
        start,
        { type: 'opaque', choice: 0, origin: 'anthropic-messages', kind: 'x', value: { type: 'x', y: 1 } },
        ...text('a'),
        finish('stop'),
      ],
    ],
  ])('is gathered by the official SDK to what the whole answer says: %s', async (_name, parts) => {
    const { sse, whole } = encode(parts);
    const message = JSON.parse(JSON.stringify(await read(sse))) as Record<string, unknown>;
    const { parsed_output: _parsed, ...said } = message;
    expect(withoutSplit(said)).toEqual(withoutSplit(whole as Record<string, unknown>));
  });

  it('tells all usage, also what came after the end', async () => {
    const { usage: told } = await read(encode([start, ...text('a'), finish('stop'), usage]).sse);
    expect(told).toMatchObject({
      input_tokens: 20,
      cache_read_input_tokens: 5,
      cache_creation_input_tokens: 3,
      output_tokens: 10,
      output_tokens_details: { thinking_tokens: 2 },
    });
  });

  it('parses the input of tools', async () => {
    const { content } = await read(
      encode([start, ...call('c1', ['{"a":', '[1]}']), finish('tool-calls')]).sse,
    );
    expect(content).toMatchObject([{ type: 'tool_use', id: 'c1', input: { a: [1] } }]);
  });

  it('begins blocks under rising numbers, each ended before the next', () => {
    const { sse } = encode([
      start,
      ...thought('hm'),
      ...text('a'),
      ...call('c1', []),
      finish('tool-calls'),
      usage,
    ]);
    const events = [...sse.matchAll(/data: (.*)\n/g)].map(([, data = '']) => JSON.parse(data));
    expect(events.map(({ type, index }) => (index === undefined ? type : `${type} ${index}`))).toEqual([
      'message_start',
      'content_block_start 0',
      'content_block_delta 0',
      'content_block_delta 0',
      'content_block_stop 0',
      'content_block_start 1',
      'content_block_delta 1',
      'content_block_stop 1',
      'content_block_start 2',
      'content_block_stop 2',
      'message_delta',
      'message_stop',
    ]);
  });

  it("gives a vendor's own events again, under numbers of this stream", () => {
    const events = [
      { type: 'content_block_start', index: 7, content_block: { type: 'x' } },
      { type: 'content_block_stop', index: 7 },
    ];
    const opaque = {
      type: 'opaque',
      choice: 0,
      origin: 'anthropic-messages',
      kind: 'x',
      value: {},
      events,
    } as const;
    const { sse } = encode([start, ...text('a'), opaque, finish('stop')]);
    expect(sse).toContain('data: {"type":"content_block_start","index":1,"content_block":{"type":"x"}}');
    expect(sse).toContain('data: {"type":"content_block_stop","index":1}');
  });

  it('marks thoughts that nobody signed, so that no vendor is sent them for its own', () => {
    const { sse } = encode([start, ...thought('hm'), finish('stop')]);
    const [, packed = ''] = /"signature":"(1tollgate[^"]*)"/.exec(sse) ?? [];
    const history = { role: 'assistant', content: [{ type: 'thinking', thinking: 'hm', signature: packed }] };
    const request = decodeRequest({ model: 'm', messages: [history] });
    expect(request.messages[0]?.content).toEqual([{ type: 'reasoning', text: 'hm' }]);
  });

  it('gives hidden thoughts back to the vendor that they came from', () => {
    const { whole } = encode([
      start,
      ...thought('', { signature }),
      ...thought('', { signature }, { redacted: true }),
      finish('stop'),
    ]);
    const { content } = whole as { content: object[] };
    expect(content).toEqual([
      { type: 'thinking', thinking: '', signature: packSignature(signature, 'anthropic-messages') },
      { type: 'redacted_thinking', data: packSignature(signature, 'anthropic-messages') },
    ]);
    const request = decodeRequest({ model: 'm', messages: [{ role: 'assistant', content }] });
    expect(request.messages[0]?.content).toEqual([
      { type: 'reasoning', text: '', signature },
      { type: 'reasoning', text: '', redacted: true, signature },
    ]);
  });

  it('says what it leaves out', () => {
    const { warnings } = encode([
      start,
      { type: 'image', choice: 0, data: 'aa', mediaType: 'image/png' },
      { type: 'logprobs', choice: 0, tokens: [] },
      { type: 'opaque', choice: 0, origin: 'openai-responses', kind: 'web_search_call', value: {} },
      { type: 'text-start', choice: 1 },
      finish('stop'),
    ]);
    expect(warnings.map(({ code, field }) => `${code}:${field}`)).toEqual([
      'dropped:answer.image',
      'dropped:answer.logprobs',
      'dropped:answer.web_search_call',
      'dropped:answer.choices',
    ]);
  });

  it('breaks off with an error that the official SDK raises', async () => {
    const encoder = new MessagesStreamEncoder(context());
    const begun = [start, ...text('a')].map((part) => encoder.push(part)).join('');
    const sse = begun + encoder.fail(new GatewayError('upstream_cut', 'The vendor broke off.'));
    await expect(read(sse)).rejects.toMatchObject({ type: 'api_error', apiMessage: 'The vendor broke off.' });
  });
});
