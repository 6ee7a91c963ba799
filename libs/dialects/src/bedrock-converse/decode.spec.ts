import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { collected, inPieces, readStream, type ReadStream } from '../../test-support/read-stream.js';
import { bedrockConverse } from './index.js';

const { outbound } = bedrockConverse;
const fixture = (name: string): Buffer => readFileSync(new URL(`__fixtures__/${name}`, import.meta.url));
const CASES = ['text', 'tools', 'citations'] as const;

const decoded = (bytes: Buffer, size = bytes.length): ReadStream =>
  readStream(outbound, inPieces(bytes, size));

describe.each(CASES)('the answer "%s" of Converse', (name) => {
  const stream = fixture(`${name}.stream.sse`);
  const response = outbound.decodeResponse(JSON.parse(fixture(`${name}.response.json`).toString()));

  it('is the same as a stream and as a whole', () => {
    expect(collected(decoded(stream).parts)).toEqual(response);
  });

  it('is the same, however its stream is split', () => {
    const whole = decoded(stream);
    expect(whole.complete).toBe(true);
    for (let size = 1; size < 80; size += 1) expect(decoded(stream, size)).toEqual(whole);
  });

  it('is complete at its end only, and never crashes where it is cut', () => {
    const events = stream
      .toString()
      .split('\n\n')
      .filter((event) => event.trim() !== '');
    const stop = events.findIndex((event) => event.startsWith('event: messageStop'));
    for (let count = 0; count <= events.length; count += 1) {
      const { parts, complete } = decoded(
        Buffer.from(
          events
            .slice(0, count)
            .map((event) => `${event}\n\n`)
            .join(''),
        ),
      );
      expect(complete).toBe(count > stop);
      expect(parts.filter(({ type }) => type === 'response-start').length).toBe(count === 0 ? 0 : 1);
      const opened = parts.filter(({ type }) => type.endsWith('-start')).length - Math.min(1, parts.length);
      expect(parts.filter(({ type }) => type.endsWith('-end'))).toHaveLength(opened);
    }
  });
});

describe('answers of Converse', () => {
  it('hold text, reasoning with its signatures, and calls', () => {
    const response = outbound.decodeResponse(JSON.parse(fixture('tools.response.json').toString()));
    expect(response.choices).toEqual([
      {
        finish: { reason: 'tool-calls', raw: 'tool_use' },
        parts: [
          {
            type: 'reasoning',
            text: 'Two harbours to look up.',
            signature: { origin: 'bedrock-converse', value: 'c2lnbmVk' },
          },
          {
            type: 'reasoning',
            text: '',
            redacted: true,
            signature: { origin: 'bedrock-converse', value: 'aGlkZGVu' },
          },
          { type: 'text', text: 'I look.' },
          {
            type: 'tool-call',
            id: 'tooluse_1',
            name: 'tide',
            input: '{"harbour":"Brest \\"nord\\""}',
            kind: 'function',
          },
          { type: 'tool-call', id: 'tooluse_2', name: 'now', input: '{}', kind: 'function' },
        ],
      },
    ]);
  });

  it.each([
    ['end_turn', 'stop'],
    ['max_tokens', 'length'],
    ['stop_sequence', 'stop-sequence'],
    ['guardrail_intervened', 'content-filter'],
    ['content_filtered', 'content-filter'],
    ['model_context_window_exceeded', 'context-window'],
    ['malformed_tool_use', 'error'],
    ['constructor', 'other'],
    [7, 'other'],
  ])('that stop by %s end by %s', (stopReason, reason) => {
    const body = { output: { message: { content: [{ text: 'x' }] } }, stopReason };
    expect(outbound.decodeResponse(body).choices[0]?.finish.reason).toBe(reason);
  });

  it('keep what only Amazon knows', () => {
    const block = { guardContent: { text: { text: 'x' } } };
    const { choices } = outbound.decodeResponse({ output: { message: { content: [block] } } });
    expect(choices[0]?.parts).toEqual([
      { type: 'opaque', origin: 'bedrock-converse', kind: 'guardContent', value: block },
    ]);
  });

  it.each([
    [null, 'upstream_invalid_response'],
    ['text', 'upstream_invalid_response'],
    [{}, 'upstream_invalid_response'],
    [{ output: { message: 7 } }, 'upstream_invalid_response'],
    [{ output: { message: { content: [{ toolUse: {} }] } } }, 'upstream_invalid_response'],
    [{ message: 'The model is busy.' }, 'upstream_error'],
  ])('%j is %s', (body, code) => {
    expect(() => outbound.decodeResponse(body)).toThrow(
      expect.objectContaining({ code, retry: 'next-channel' }),
    );
  });

  it('are read however wrong their members are', () => {
    const content = [
      null,
      7,
      {},
      { text: 1 },
      { reasoningContent: [] },
      { citationsContent: { content: {} } },
      { image: 1 },
    ];
    const { choices, usage } = outbound.decodeResponse({ output: { message: { content } }, usage: 'many' });
    expect(choices[0]?.parts.filter(({ type }) => type !== 'opaque')).toEqual([]);
    expect(usage).toBeUndefined();
  });
});

describe('usage of Converse', () => {
  it.each([
    [
      { inputTokens: 5, outputTokens: 7, totalTokens: 12 },
      { input: 5, cacheRead: 0, cacheWrite5m: 0, cacheWrite1h: 0, output: 7 },
    ],
    [
      { inputTokens: 5, outputTokens: 7, cacheReadInputTokens: 100, cacheWriteInputTokens: 30 },
      { input: 5, cacheRead: 100, cacheWrite5m: 30, cacheWrite1h: 0, output: 7 },
    ],
    [
      {
        inputTokens: 5,
        outputTokens: 7,
        cacheWriteInputTokens: 30,
        cacheDetails: [{ ttl: '1h', inputTokens: 20 }],
      },
      { input: 5, cacheRead: 0, cacheWrite5m: 10, cacheWrite1h: 20, output: 7 },
    ],
    [{ totalTokens: 12 }, undefined],
    [{}, undefined],
  ])('%j is %j', (usage, expected) => {
    expect(outbound.readUsage(Buffer.from(JSON.stringify({ output: {}, usage, metrics: {} })))).toEqual(
      expected,
    );
  });

  it('is nothing where there is none', () => {
    expect(outbound.readUsage(Buffer.from('<html>'))).toBeUndefined();
  });
});

describe('failures of Converse', () => {
  const event = (name: string, body: unknown) =>
    Buffer.from(`event: ${name}\ndata: ${JSON.stringify(body)}\n\n`);

  it.each([
    [
      'error',
      { error: { type: 'rate_limit_error', message: 'slow down', code: 'throttlingException' } },
      'upstream_rate_limited',
    ],
    [
      'error',
      { error: { type: 'timeout_error', message: 'late', code: 'modelTimeoutException' } },
      'upstream_timeout',
    ],
    [
      'error',
      { error: { type: 'api_error', message: 'oops', code: 'modelStreamErrorException' } },
      'upstream_error',
    ],
    ['internalServerException', { message: 'oops' }, 'upstream_error'],
    ['contentBlockDelta', [], 'upstream_invalid_response'],
    [
      'contentBlockDelta',
      { contentBlockIndex: 3, delta: { toolUse: { input: '{}' } } },
      'upstream_invalid_response',
    ],
    ['contentBlockStart', { contentBlockIndex: 3, start: { toolUse: {} } }, 'upstream_invalid_response'],
  ])('an event %s with %j is %s', (name, body, code) => {
    expect(() => decoded(event(name, body))).toThrow(
      expect.objectContaining({ code, retry: 'next-channel' }),
    );
  });

  it('are no part of events that it does not know yet', () => {
    expect(decoded(event('somethingNew', { a: 1 })).parts).toEqual([
      { type: 'response-start', id: null, model: null, createdAt: null },
    ]);
  });

  it.each([
    ['{"message":"Too many tokens"}', { message: 'Too many tokens', code: null }],
    [
      '{"Message":"No","__type":"com.amazon#ThrottlingException"}',
      { message: 'No', code: 'ThrottlingException' },
    ],
    ['<html>', { message: 'The vendor answered with status 503.', code: null }],
    ['{"message":{"__proto__":1}}', { message: 'The vendor answered with status 503.', code: null }],
  ])('%s is told in its words', (body, expected) => {
    expect(outbound.decodeError(503, Buffer.from(body))).toEqual(expected);
  });

  it('are told in bounded length', () => {
    const { message } = outbound.decodeError(
      400,
      Buffer.from(JSON.stringify({ message: 'x'.repeat(5_000) })),
    );
    expect(message.length).toBeLessThan(1_010);
  });
});

describe('a count of tokens by Converse', () => {
  it('is read', () => expect(outbound.tokenCount.decodeResponse({ inputTokens: 42 })).toBe(42));
  it('is refused when there is none', () => {
    expect(() => outbound.tokenCount.decodeResponse({})).toThrow(
      expect.objectContaining({ code: 'upstream_invalid_response' }),
    );
  });
});
