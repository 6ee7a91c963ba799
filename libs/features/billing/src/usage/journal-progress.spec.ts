import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { multirange } from './journal-progress.js';

describe('multirange', () => {
  it.each([
    [[], '{}'],
    [[1], '{[1,2)}'],
    [[1, 2, 3], '{[1,4)}'],
    [[1, 2, 4, 6, 7], '{[1,3),[4,5),[6,8)}'],
    [[5, 5, 6], '{[5,7)}'],
  ])('writes %j as %s', (sequences, text) => {
    expect(multirange(sequences)).toBe(text);
  });

  it('holds exactly the numbers it was given', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 60 })), (numbers) => {
        const ranges = [...multirange(numbers.toSorted((a, b) => a - b)).matchAll(/\[(\d+),(\d+)\)/g)];
        const held = Array.from({ length: 61 }, (_, number) => number).filter((number) =>
          ranges.some(([, from, to]) => number >= Number(from) && number < Number(to)),
        );
        expect(held).toEqual([...new Set(numbers)].sort((a, b) => a - b));
      }),
    );
  });
});
