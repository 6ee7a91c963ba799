import { describe, expect, it } from '@jest/globals';
import type { LimitSet } from '@tollgate/admission';
import { formatDuration, rateHeaders } from './rate-headers.js';

const NOW = Date.parse('2026-01-02T03:04:05.500Z');
const LIMITS: LimitSet = {
  rates: [
    { key: 'r', measure: 'requests', max: 60, windowMs: 60_000, label: '' },
    { key: 't', measure: 'tokens', max: 1_000, windowMs: 60_000, label: '' },
  ],
  slots: [],
};
/** Two requests and 500 tokens are missing. */
const LEVELS = [120_000, 30_000_000];

const told = (...input: Parameters<typeof rateHeaders>): Record<string, string> => {
  const headers = rateHeaders(...input) ?? [];
  return Object.fromEntries(
    headers.flatMap((name, index) => (index % 2 === 0 ? [[name, headers[index + 1] ?? '']] : [])),
  );
};

const OPENAI = {
  'x-ratelimit-limit-requests': '60',
  'x-ratelimit-remaining-requests': '58',
  'x-ratelimit-reset-requests': '2s',
  'x-ratelimit-limit-tokens': '1000',
  'x-ratelimit-remaining-tokens': '500',
  'x-ratelimit-reset-tokens': '30s',
};

describe('headers about limits', () => {
  it('have the names of OpenAI', () => {
    expect(told('openai-chat', LIMITS, LEVELS, NOW)).toEqual(OPENAI);
    expect(told('gemini', LIMITS, LEVELS, NOW)).toEqual(OPENAI);
  });

  it('have those of Anthropic as well, for its clients', () => {
    expect(told('anthropic-messages', LIMITS, LEVELS, NOW)).toEqual({
      ...OPENAI,
      'anthropic-ratelimit-requests-limit': '60',
      'anthropic-ratelimit-requests-remaining': '58',
      'anthropic-ratelimit-requests-reset': '2026-01-02T03:04:08Z',
      'anthropic-ratelimit-tokens-limit': '1000',
      'anthropic-ratelimit-tokens-remaining': '500',
      'anthropic-ratelimit-tokens-reset': '2026-01-02T03:04:36Z',
    });
  });

  it('are not there where the store could not be asked', () => {
    expect(rateHeaders('openai-chat', LIMITS, [], NOW)).toBeUndefined();
  });

  it.each([
    [0, '0ms'],
    [12, '12ms'],
    [999, '999ms'],
    [1_000, '1s'],
    [1_001, '2s'],
    [360_000, '6m0s'],
    [3_630_000, '1h0m30s'],
    [90_061_000, '25h1m1s'],
  ])('write %i ms as %s', (milliseconds, text) => {
    expect(formatDuration(milliseconds)).toBe(text);
  });
});
