import { describe, expect, it } from '@jest/globals';
import { matchesPattern, ModelNames } from './model-names.js';

describe('patterns of model names', () => {
  it.each([
    ['gpt-4o', 'gpt-4o', true],
    ['gpt-4o', 'gpt-4o-mini', false],
    ['gpt-4o*', 'gpt-4o', true],
    ['gpt-4o*', 'gpt-4o-mini', true],
    ['gpt-4o*', 'gpt-4', false],
    ['*', 'anything', true],
    ['*', '', true],
    ['*-mini', 'gpt-4o-mini', true],
    ['*-mini', 'gpt-4o-mini-2', false],
    ['claude-*-sonnet', 'claude-3-5-sonnet', true],
    ['a*b*c', 'aXbYbZc', true],
    ['a*b*c', 'aXcYb', false],
    ['a.c', 'abc', false],
    ['**x**', 'yxy', true],
    ['GPT-*', 'gpt-4o', false],
  ])('%s stands for %s: %j', (pattern, name, stands) => {
    expect(matchesPattern(pattern, name)).toBe(stands);
  });

  it('take no time to speak of, whatever they are', () => {
    expect(matchesPattern('*a'.repeat(100), 'a'.repeat(10_000) + 'b')).toBe(false);
  });

  it('stand in lists beside plain names', () => {
    const names = new ModelNames(['o1', 'gpt-4o*']);
    expect(['o1', 'o1-mini', 'gpt-4o-mini'].map((name) => names.has(name))).toEqual([true, false, true]);
  });
});
