import { describe, expect, it } from '@jest/globals';
import { decodeUsage, encodeUsage, lastUsage } from './usage.js';

const read = (value: unknown, indent?: number) =>
  lastUsage(Buffer.from(JSON.stringify(value, undefined, indent)));

describe('usage of an answer', () => {
  it.each([0, 2])('is split into disjoint quantities (indented by %i)', (indent) => {
    const usage = {
      prompt_tokens: 100,
      completion_tokens: 50,
      total_tokens: 150,
      prompt_tokens_details: { cached_tokens: 60, audio_tokens: 10 },
      completion_tokens_details: { reasoning_tokens: 30, audio_tokens: 5 },
    };
    expect(read({ choices: [{ message: { content: 'x' } }], usage }, indent)).toEqual({
      input: 30,
      cacheRead: 60,
      audioInput: 10,
      output: 15,
      reasoning: 30,
      audioOutput: 5,
    });
  });

  it('is read where details are missing, as embeddings have none', () => {
    expect(read({ data: [], usage: { prompt_tokens: 8, total_tokens: 8 } })).toMatchObject({
      input: 8,
      output: 0,
    });
  });

  it("is not taken from the model's words", () => {
    expect(read({ choices: [{ message: { content: '"usage":{"prompt_tokens":1}' } }] })).toBeUndefined();
  });

  it('is absent when null, missing or malformed', () => {
    expect(read({ usage: null })).toBeUndefined();
    expect(lastUsage(Buffer.from('{"usage":{"prompt_tokens":}}'))).toBeUndefined();
    expect(lastUsage(Buffer.alloc(0))).toBeUndefined();
  });

  it.each<[string, Record<string, unknown>, Record<string, unknown>]>([
    [
      'cache reads beside the totals (DeepSeek)',
      { prompt_tokens: 10, completion_tokens: 1, prompt_cache_hit_tokens: 4, prompt_cache_miss_tokens: 6 },
      { input: 6, cacheRead: 4 },
    ],
    [
      'cache reads beside the totals (Moonshot)',
      { prompt_tokens: 10, completion_tokens: 1, cached_tokens: 4 },
      { input: 6, cacheRead: 4 },
    ],
    [
      'cache writes (OpenRouter)',
      {
        prompt_tokens: 10,
        completion_tokens: 1,
        prompt_tokens_details: { cached_tokens: 2, cache_write_tokens: 5 },
      },
      { input: 3, cacheRead: 2, cacheWrite5m: 5 },
    ],
    [
      'cache writes by their lifetime (DashScope)',
      {
        prompt_tokens: 10,
        completion_tokens: 1,
        prompt_tokens_details: {
          cache_creation_input_tokens: 5,
          cache_creation: { ephemeral_5m_input_tokens: 3, ephemeral_1h_input_tokens: 2 },
        },
      },
      { input: 5, cacheRead: 0, cacheWrite5m: 3, cacheWrite1h: 2 },
    ],
    [
      'reasoning beside the completion (xAI)',
      {
        prompt_tokens: 10,
        completion_tokens: 5,
        total_tokens: 35,
        completion_tokens_details: { reasoning_tokens: 20 },
      },
      { input: 10, output: 5, reasoning: 20 },
    ],
    [
      'reasoning within the completion',
      {
        prompt_tokens: 10,
        completion_tokens: 25,
        total_tokens: 35,
        completion_tokens_details: { reasoning_tokens: 20 },
      },
      { input: 10, output: 5, reasoning: 20 },
    ],
    [
      'details that are null',
      { prompt_tokens: 3, completion_tokens: 2, prompt_tokens_details: null },
      { input: 3 },
    ],
  ])('tells %s', (_, usage, expected) => {
    expect(read({ usage })).toMatchObject(expected);
  });

  it('is told to a client as totals that include their parts', () => {
    const usage = {
      prompt_tokens: 100,
      completion_tokens: 50,
      total_tokens: 150,
      prompt_tokens_details: { cached_tokens: 60, audio_tokens: 10, cache_write_tokens: 7 },
      completion_tokens_details: { reasoning_tokens: 30, audio_tokens: 5 },
    };
    expect(encodeUsage(decodeUsage(usage))).toEqual(usage);
    expect(encodeUsage(undefined)).toBeUndefined();
  });

  it.each([{}, { total_tokens: 500 }, { prompt_tokens: null, completion_tokens: null }])(
    'is absent where it counts neither side: %j',
    (usage) => {
      expect(read({ usage })).toBeUndefined();
    },
  );

  it('leaves nonsense for the check of counts', () => {
    expect(read({ usage: { prompt_tokens: '9', completion_tokens: -5 } })).toMatchObject({
      input: '9',
      output: -5,
    });
  });
});
