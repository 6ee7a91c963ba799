import { describe, expect, it } from '@jest/globals';
import { FAULTS } from './faults/catalogue.js';
import { drawSchedule } from './schedule.js';
import { SeededRandom } from './seeded-random.js';

const faults = Object.keys(FAULTS);

describe('the schedule of a seed', () => {
  it('is the same for the same seed, and another for another', () => {
    const draw = (seed: number) => drawSchedule({ seed, faults, steps: 9 });
    expect(draw(7)).toEqual(draw(7));
    expect(draw(7)).not.toEqual(draw(8));
  });

  it('has as many faults as it is asked for', () => {
    expect(drawSchedule({ seed: 3, faults: ['one', 'two'], steps: 5 })).toHaveLength(5);
  });

  it('meets every fault in a row of seeds that has room for it, wherever it begins', () => {
    const seeds = Math.ceil((2 * faults.length) / 9);
    for (const from of [1, 4, 100]) {
      const met = new Set<string>();
      for (let seed = from; seed < from + seeds; seed += 1) {
        drawSchedule({ seed, faults, steps: 9 }).forEach(({ fault }) => met.add(fault));
      }
      expect(faults.filter((fault) => !met.has(fault))).toEqual([]);
    }
  });
});

describe('seeded random numbers', () => {
  it('spread evenly', () => {
    const random = new SeededRandom(1);
    const counts = [0, 0, 0, 0];
    for (let index = 0; index < 4_000; index += 1) counts[random.between(0, 3)]! += 1;
    expect(Math.min(...counts)).toBeGreaterThan(900);
  });

  it('shuffle without losing anything', () => {
    expect(new SeededRandom(5).shuffled([1, 2, 3, 4, 5]).sort()).toEqual([1, 2, 3, 4, 5]);
  });
});
