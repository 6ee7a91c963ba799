import { describe, expect, it } from '@jest/globals';
import { inTurn } from './turns.ts';

describe('turns', () => {
  it('let another one begin as rounds go on, there and back', () => {
    const rounds = [0, 1, 2, 3, 4, 5, 6].map((round) => inTurn(['a', 'b', 'c'], round).join(''));
    expect(rounds).toEqual(['abc', 'cba', 'bca', 'acb', 'cab', 'bac', 'abc']);
  });
});
