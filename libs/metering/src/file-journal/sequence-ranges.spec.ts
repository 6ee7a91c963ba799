import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { SequenceRanges } from './sequence-ranges.js';

const holesOf = (sequences: readonly number[], floor: number): number[] => {
  const ranges = new SequenceRanges();
  for (const sequence of sequences) ranges.add(sequence);
  return [...ranges.holes(floor)];
};

describe('a set of sequences', () => {
  it('knows its holes, but for those up to the floor', () => {
    expect(holesOf([], 0)).toEqual([]);
    expect(holesOf([1, 2, 3], 0)).toEqual([]);
    expect(holesOf([4, 5, 8, 9, 12], 0)).toEqual([1, 2, 3, 6, 7, 10, 11]);
    expect(holesOf([4, 5, 8, 9, 12], 6)).toEqual([7, 10, 11]);
    expect(holesOf([4, 5, 8], 20)).toEqual([]);
  });

  it('knows them in whichever order it was told, twice or not', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1 }),
        fc.nat(45),
        (sequences, floor) => {
          const present = new Set(sequences);
          const last = Math.max(...sequences);
          const expected = Array.from({ length: last }, (_, index) => index + 1).filter(
            (sequence) => sequence > floor && !present.has(sequence),
          );
          expect(holesOf(sequences, floor)).toEqual(expected);
        },
      ),
    );
  });
});
