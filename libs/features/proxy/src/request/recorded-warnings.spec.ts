import { describe, expect, it } from '@jest/globals';
import { recordedWarnings } from './recorded-warnings.js';

describe('the warnings of a usage record', () => {
  it('are those of the translation', () => {
    expect(recordedWarnings([])).toEqual([]);
    expect(recordedWarnings(['dropped:größe', 'clamped:n'])).toEqual(['dropped:größe', 'clamped:n']);
  });

  it.each([
    ['of control characters', (index: number) => `${index}${'\u0001'.repeat(300)}`],
    ['of halves of characters', (index: number) => `${index}${'\ud800'.repeat(300)}`],
    ['that a cut divides', (index: number) => `${index}x${'😀'.repeat(300)}`],
    ['that are many', (index: number) => `dropped:${index}`],
  ])('take few bytes, also those %s', (_, label) => {
    const recorded = recordedWarnings(Array.from({ length: 1_000 }, (__, index) => label(index)));
    expect(recorded.length).toBeGreaterThan(5);
    expect(Buffer.byteLength(JSON.stringify(recorded))).toBeLessThan(6_000);
    for (const text of recorded) expect(text.isWellFormed()).toBe(true);
  });
});
