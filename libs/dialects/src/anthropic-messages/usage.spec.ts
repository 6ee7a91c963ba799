import { describe, expect, it } from '@jest/globals';
import { mergeUsage, readUsage, toReportedUsage, toWireUsage } from './usage.js';

const NOTHING = { cacheRead: 0, cacheWrite5m: 0, cacheWrite1h: 0, reasoning: 0 };

describe('usage of an answer', () => {
  it.each([
    [
      { input_tokens: 9, output_tokens: 4 },
      { ...NOTHING, input: 9, output: 4 },
    ],
    [
      { input_tokens: 9, output_tokens: 4, cache_read_input_tokens: 5, cache_creation_input_tokens: 7 },
      { ...NOTHING, input: 9, output: 4, cacheRead: 5, cacheWrite5m: 7 },
    ],
    [
      {
        input_tokens: 9,
        output_tokens: 40,
        cache_creation_input_tokens: 7,
        cache_creation: { ephemeral_5m_input_tokens: 4, ephemeral_1h_input_tokens: 3 },
        output_tokens_details: { thinking_tokens: 30 },
      },
      { ...NOTHING, input: 9, output: 10, reasoning: 30, cacheWrite5m: 4, cacheWrite1h: 3 },
    ],
    [
      { output_tokens: 4, cache_creation: { ephemeral_5m_input_tokens: 4, ephemeral_1h_input_tokens: 3 } },
      { ...NOTHING, input: 0, output: 4, cacheWrite5m: 4, cacheWrite1h: 3 },
    ],
    [
      { input_tokens: 9, output_tokens: 4, cache_creation: null, cache_read_input_tokens: null },
      { ...NOTHING, input: 9, output: 4 },
    ],
    [
      { input_tokens: '9', output_tokens: -4 },
      { ...NOTHING, input: '9', output: -4 },
    ],
    [{}, undefined],
    [{ input_tokens: null }, undefined],
  ])('%j is split into disjoint quantities', (wire, expected) => {
    expect(toReportedUsage(wire)).toEqual(expected);
    expect(readUsage(Buffer.from(JSON.stringify({ usage: wire })))).toEqual(expected);
  });

  it('is written back with the totals of the dialect', () => {
    const wire = toWireUsage({
      input: 9,
      audioInput: 1,
      cacheRead: 2,
      cacheWrite1h: 3,
      output: 4,
      reasoning: 5,
    });
    expect(wire).toEqual({
      input_tokens: 10,
      cache_creation_input_tokens: 3,
      cache_read_input_tokens: 2,
      cache_creation: { ephemeral_5m_input_tokens: 0, ephemeral_1h_input_tokens: 3 },
      output_tokens: 9,
      output_tokens_details: { thinking_tokens: 5 },
    });
  });

  it('is not taken from the input of a tool', () => {
    const content = [{ type: 'tool_use', input: { usage: { input_tokens: 1, output_tokens: 1 } } }];
    expect(readUsage(Buffer.from(JSON.stringify({ content })))).toBeUndefined();
    expect(readUsage(Buffer.from('{"usage":'))).toBeUndefined();
  });

  it('keeps what a later event leaves out, or writes as 0', () => {
    const merged = mergeUsage(
      { input_tokens: 9, output_tokens: 1, cache_read_input_tokens: 3 },
      { input_tokens: 0, output_tokens: 20 },
    );
    expect(merged).toMatchObject({ input_tokens: 9, output_tokens: 20, cache_read_input_tokens: 3 });
  });

  it('takes the counts of input that come only at the end', () => {
    expect(
      mergeUsage({ input_tokens: 0, output_tokens: 0 }, { input_tokens: 9, output_tokens: 2 }),
    ).toMatchObject({
      input_tokens: 9,
      output_tokens: 2,
    });
  });
});
