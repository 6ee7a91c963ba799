import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { collected, inPieces, readStream, type ReadStream } from '../../test-support/read-stream.js';
import type { CanonicalResponse } from '../canonical/response.js';
import type { StreamPart } from '../canonical/stream.js';
import { cohereChat } from './index.js';

const { outbound } = cohereChat;
const fixture = (name: string): Buffer => readFileSync(new URL(`__fixtures__/${name}`, import.meta.url));
const responseOf = (name: string): CanonicalResponse =>
  outbound.decodeResponse(JSON.parse(fixture(`${name}.response.json`).toString()));

const decoded = (bytes: Buffer, size = bytes.length): ReadStream =>
  readStream(outbound, inPieces(bytes, size));

describe.each(['text', 'tools'])('the answer "%s" of Cohere', (name) => {
  const stream = fixture(`${name}.stream.sse`);

  it('is the same as a stream and as a whole', () => {
    expect(collected(decoded(stream).parts)).toEqual(responseOf(name));
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
    const last = events.findIndex((event) => event.startsWith('event: message-end'));
    for (let count = 0; count <= events.length; count += 1) {
      const { parts, complete } = decoded(Buffer.from(`${events.slice(0, count).join('\n\n')}\n\n`));
      expect(complete).toBe(count > last);
      const blocks = parts.filter(({ type }) => type.endsWith('-start') && type !== 'response-start');
      expect(parts.filter(({ type }) => type.endsWith('-end'))).toHaveLength(blocks.length);
    }
  });
});

describe('answers of Cohere', () => {
  it('hold thoughts, text and a citation for each source, counted in UTF-16 units', () => {
    const place = { start: 0, end: 13, raw: { origin: 'cohere-chat', value: expect.anything() } };
    expect(responseOf('text').choices).toEqual([
      {
        finish: { reason: 'stop', raw: 'COMPLETE' },
        parts: [
          { type: 'reasoning', text: 'Short and kind.' },
          {
            type: 'text',
            text: 'High water 🌊 is at "noon".',
            citations: [
              { url: 'https://almanac.example', title: 'Almanac', citedText: 'noon', ...place },
              { url: null, title: 'tide_1:0', citedText: '12:00', ...place },
            ],
          },
        ],
      },
    ]);
  });

  it('hold the plan for calls as text before them', () => {
    expect(responseOf('tools').choices[0]?.parts).toEqual([
      { type: 'text', text: 'I will look up both harbours.' },
      { type: 'tool-call', id: 'tide_1', name: 'tide', input: '{"harbour":"Brest"}', kind: 'function' },
      { type: 'tool-call', id: 'now_1', name: 'now', input: '{}', kind: 'function' },
    ]);
  });

  it.each([
    ['COMPLETE', 'stop'],
    ['STOP_SEQUENCE', 'stop-sequence'],
    ['MAX_TOKENS', 'length'],
    ['TOOL_CALL', 'tool-calls'],
    ['ERROR', 'error'],
    ['TIMEOUT', 'error'],
    ['constructor', 'other'],
    [null, 'other'],
  ])('that finish by %s end by %s', (finishReason, reason) => {
    const body = { message: { content: 'x' }, finish_reason: finishReason };
    expect(outbound.decodeResponse(body).choices[0]?.finish.reason).toBe(reason);
  });

  it('call tools though they say that they are complete', () => {
    const calls = [{ id: '1', function: { name: 'tide', arguments: '{}' } }];
    const body = { message: { tool_calls: calls }, finish_reason: 'COMPLETE' };
    expect(outbound.decodeResponse(body).choices[0]?.finish.reason).toBe('tool-calls');
  });

  it.each([
    [null, 'upstream_invalid_response'],
    [{}, 'upstream_invalid_response'],
    [{ message: { tool_calls: [{}] } }, 'upstream_invalid_response'],
    [{ message: 'internal server error' }, 'upstream_error'],
    [{ message: 'too many requests' }, 'upstream_rate_limited'],
  ])('%j is %s', (body, code) => {
    expect(() => outbound.decodeResponse(body)).toThrow(
      expect.objectContaining({ code, retry: 'next-channel' }),
    );
  });

  it('are read however wrong their members are', () => {
    const message = { content: [null, 7, {}, { text: 1 }, { thinking: [] }], citations: 7, tool_plan: {} };
    const { choices, usage, id } = outbound.decodeResponse({ message, usage: [], id: 7 });
    expect(choices[0]?.parts).toEqual([]);
    expect([usage, id]).toEqual([undefined, null]);
  });
});

describe('usage of Cohere', () => {
  it.each([
    [
      { billed_units: { input_tokens: 5, output_tokens: 7 }, tokens: { input_tokens: 70, output_tokens: 9 } },
      { input: 5, output: 7 },
    ],
    [
      {
        billed_units: { search_units: 1 },
        tokens: { input_tokens: 70, output_tokens: 9 },
        cached_tokens: 60,
      },
      { input: 10, cacheRead: 60, output: 9 },
    ],
    [{ tokens: { input_tokens: 70, output_tokens: 9 } }, { input: 70, cacheRead: 0, output: 9 }],
    [{ billed_units: {}, tokens: {} }, undefined],
    [{}, undefined],
  ])('%j is %j', (usage, expected) => {
    expect(outbound.readUsage(Buffer.from(JSON.stringify({ id: '1', message: {}, usage })))).toEqual(
      expected,
    );
  });

  it('is nothing where there is none', () => {
    expect(outbound.readUsage(Buffer.from('<html>'))).toBeUndefined();
  });
});

describe('failures of Cohere', () => {
  it.each([
    [{ type: 'message-end', delta: { error: 'oops', finish_reason: 'ERROR' } }, 'upstream_error'],
    [{ message: 'rate limit exceeded' }, 'upstream_rate_limited'],
    [[], 'upstream_invalid_response'],
    [{ type: 'tool-call-start', index: 0, delta: { message: {} } }, 'upstream_invalid_response'],
    [
      {
        type: 'tool-call-delta',
        index: 3,
        delta: { message: { tool_calls: { function: { arguments: '{}' } } } },
      },
      'upstream_invalid_response',
    ],
  ])('an event %j is %s', (body, code) => {
    expect(() => decoded(Buffer.from(`data: ${JSON.stringify(body)}\n\n`))).toThrow(
      expect.objectContaining({ code, retry: 'next-channel' }),
    );
  });

  it('tell what was used before them', () => {
    const parts: StreamPart[] = [];
    const decoder = outbound.decodeStream((part) => parts.push(part));
    const delta = { error: 'oops', usage: { billed_units: { input_tokens: 1, output_tokens: 2 } } };
    expect(() => decoder.push('', JSON.stringify({ type: 'message-end', delta }))).toThrow('oops');
    expect(parts.at(-1)).toEqual({ type: 'usage', usage: { input: 1, output: 2 } });
    expect(decoder.complete).toBe(false);
  });

  it.each([
    ['{"message":"invalid api token"}', 'invalid api token'],
    ['{"id":"1","message":"model not found"}', 'model not found'],
    ['<html>', 'The vendor answered with status 503.'],
  ])('%s is told in its words', (body, message) => {
    expect(outbound.decodeError(503, Buffer.from(body)).message).toBe(message);
  });
});
