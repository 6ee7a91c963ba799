import { describe, expect, it } from '@jest/globals';
import { followChain } from './chain.js';

describe('names that stand for others', () => {
  it.each([
    { names: {}, start: 'a', end: 'a' },
    { names: { a: 'a' }, start: 'a', end: 'a' },
    { names: { a: 'b', b: 'c' }, start: 'a', end: 'c' },
    { names: { a: 'b', b: 'a' }, start: 'a', end: undefined },
    { names: { a: 'b', b: 'c', c: 'b' }, start: 'a', end: undefined },
  ])('$names lead from $start to $end', ({ names, start, end }) => {
    expect(followChain(start, (name) => (names as Record<string, string>)[name])).toBe(end);
  });
});
