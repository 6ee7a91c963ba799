import { describe, expect, it } from '@jest/globals';
import { readUsage, toReportedUsage, toWireUsage } from './usage.js';

const NONE = { cacheRead: 0, cacheWrite5m: 0, cacheWrite1h: 0, audioInput: 0, reasoning: 0, audioOutput: 0 };

describe('usage', () => {
  it.each([
    [
      { input_tokens: 10, output_tokens: 4, total_tokens: 14 },
      { ...NONE, input: 10, output: 4 },
    ],
    [
      {
        input_tokens: 100,
        input_tokens_details: { cached_tokens: 40, cache_write_tokens: 30 },
        output_tokens: 50,
        output_tokens_details: { reasoning_tokens: 35 },
      },
      { ...NONE, input: 30, cacheRead: 40, cacheWrite5m: 30, output: 15, reasoning: 35 },
    ],
    [
      {
        input_tokens: 100,
        input_tokens_details: {
          cached_tokens: 0,
          cache_write_tokens: 30,
          cache_write_tokens_details: { ttl_12h_tokens: 20, ttl_30m_tokens: 10 },
        },
        output_tokens: 1,
      },
      { ...NONE, input: 70, cacheWrite5m: 10, cacheWrite1h: 20, output: 1 },
    ],
    [
      { input_tokens: 5, input_tokens_details: null, output_tokens: null },
      { ...NONE, input: 5, output: 0 },
    ],
    [
      { input_tokens: '5', output_tokens: 2 },
      { ...NONE, input: '5', output: 2 },
    ],
    [{ total_tokens: 9 }, undefined],
    [{}, undefined],
  ])('of %j is disjoint', (wire, expected) => {
    expect(toReportedUsage(wire)).toEqual(expected);
  });

  it('is told in totals', () => {
    const usage = { input: 30, cacheRead: 40, cacheWrite1h: 30, output: 15, reasoning: 35 };
    expect(toWireUsage(usage)).toEqual({
      input_tokens: 100,
      input_tokens_details: { cached_tokens: 40, cache_write_tokens: 30 },
      output_tokens: 50,
      output_tokens_details: { reasoning_tokens: 35 },
      total_tokens: 150,
    });
  });

  it('is read from a whole answer, not from a schema behind it', () => {
    const usage = { input_tokens: 3, output_tokens: 2 };
    const tools = [{ parameters: { properties: { usage: { type: 'string' } } } }];
    expect(readUsage(Buffer.from(JSON.stringify({ usage, tools })))).toMatchObject({ input: 3, output: 2 });
  });
});
