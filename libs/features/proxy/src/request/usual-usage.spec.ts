import { describe, expect, it } from '@jest/globals';
import { ZERO_USAGE, type UsageQuantities } from '@tollgate/contracts';
import { UsualUsage, UsualUsages, type RequestSize } from './usual-usage.js';

function size(change: Partial<RequestSize['envelope']> = {}, bodyBytes = 400): RequestSize {
  const envelope = { inputTokensMax: bodyBytes, outputTokensMax: null, storedInput: false, ...change };
  return { operation: 'chat', bodyBytes, envelope };
}

/** After enough answers that the assumption at the start is forgotten. */
function experienced(usage: Partial<UsageQuantities>, of = size()): UsualUsage {
  const usual = new UsualUsage();
  for (let count = 0; count < 1_000; count += 1) usual.observe({ ...ZERO_USAGE, ...usage }, of);
  return usual;
}

describe('what a request usually uses', () => {
  it('is assumed until something was counted', () => {
    expect(new UsualUsage().expect(size())).toEqual({ ...ZERO_USAGE, input: 100, output: 256 });
  });

  it('is what the vendor counts of a body of this size, and of an answer', () => {
    const usual = experienced({ input: 80, cacheRead: 40, output: 900, reasoning: 2_100 });
    const expected = { ...ZERO_USAGE, input: 160, cacheRead: 80, output: 900, reasoning: 2_100 };
    expect(usual.expect(size({}, 800))).toEqual(expected);
  });

  it('is no more than the request allows, thoughts first as they come first', () => {
    const usual = experienced({ input: 80, output: 900, reasoning: 2_100 });
    expect(usual.expect(size({ outputTokensMax: 50 }))).toMatchObject({ output: 0, reasoning: 50 });
    expect(usual.expect(size({ outputTokensMax: 2_500 }))).toMatchObject({ output: 400, reasoning: 2_100 });
  });

  it('has no output for vectors, and nothing for a count of tokens', () => {
    const usual = experienced({ input: 80, output: 900 });
    expect(usual.expect({ ...size(), operation: 'embeddings' })).toMatchObject({ input: 80, output: 0 });
    expect(usual.expect({ ...size(), operation: 'count-tokens' })).toEqual(ZERO_USAGE);
  });

  it('does not take the bytes of a picture for text', () => {
    const usual = experienced({ input: 100, output: 10 });
    const bodyBytes = 1_000_000;
    expect(usual.expect(size({ inputTokensMax: bodyBytes + 1_500 }, bodyBytes)).input).toBe(1_600);
  });

  it('learns nothing of text from pictures and stored conversations', () => {
    const usual = experienced({ input: 1_600, output: 30 }, size({ inputTokensMax: 1_001_500 }, 1_000_000));
    expect(usual.expect(size())).toMatchObject({ input: 100, output: 30 });
    const stored = experienced({ input: 9_000, output: 30 }, size({ storedInput: true }));
    expect(stored.expect(size())).toMatchObject({ input: 100, output: 30 });
  });

  it('counts what lies at the vendor as a usual conversation', () => {
    const usual = experienced({ input: 2_000, output: 30 }, size({}, 8_000));
    expect(usual.expect(size({ storedInput: true }, 100)).input).toBe(2_000);
  });

  it('moves with what is asked for lately', () => {
    const usual = experienced({ input: 100, output: 10 });
    for (let count = 0; count < 300; count += 1)
      usual.observe({ ...ZERO_USAGE, input: 100, output: 500 }, size());
    expect(usual.expect(size()).output).toBeGreaterThan(490);
  });

  it('is each model its own', () => {
    const usuals = new UsualUsages();
    usuals.of('small').observe({ ...ZERO_USAGE, output: 0 }, size());
    expect(usuals.of('large').expect(size()).output).toBe(256);
    expect(usuals.of('small').expect(size()).output).toBeLessThan(256);
  });
});
