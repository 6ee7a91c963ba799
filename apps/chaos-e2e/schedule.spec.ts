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

  it('has every fault once before it has one twice', () => {
    const drawn = drawSchedule({ seed: 3, faults, steps: faults.length }).map(({ fault }) => fault);
    expect([...drawn].sort()).toEqual([...faults].sort());
    expect(drawSchedule({ seed: 3, faults, steps: faults.length + 2 })).toHaveLength(faults.length + 2);
  });

  it('meets every fault in twenty seeds', () => {
    const met = new Set<string>();
    for (let seed = 1; seed <= 20; seed += 1) {
      drawSchedule({ seed, faults, steps: 9 }).forEach(({ fault }) => met.add(fault));
    }
    expect(faults.filter((fault) => !met.has(fault))).toEqual([]);
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
