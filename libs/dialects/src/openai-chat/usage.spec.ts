import { describe, expect, it } from '@jest/globals';
import { lastUsage } from './usage.js';

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
