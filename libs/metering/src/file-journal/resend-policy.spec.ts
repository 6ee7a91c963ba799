import { describe, expect, it } from '@jest/globals';
import { ResendPolicy } from './resend-policy.js';

describe('publishing again', () => {
  it('does not happen while the watermark moves', () => {
    const policy = new ResendPolicy(100, 10);
    policy.begin(0, 0);
    for (let now = 99; now < 2_000; now += 99) expect(policy.decide(now, now, 10_000)).toBeUndefined();
  });

  it('waits twice as long each time that nothing moves, up to sixteen times', () => {
    const policy = new ResendPolicy(100, 10);
    policy.begin(0, 5);
    const times: number[] = [];
    for (let now = 0; now <= 8_000; now += 50) {
      const range = policy.decide(now, 5, 50);
      if (range === undefined) continue;
      expect(range).toEqual({ first: 6, last: 15 });
      times.push(now);
    }
    expect(times).toEqual([100, 300, 700, 1_500, 3_100, 4_700, 6_300, 7_900]);
  });

  it('goes on at once, with twice as much, when exactly what was resent is committed', () => {
    const policy = new ResendPolicy(100, 10);
    policy.begin(0, 0);
    expect(policy.decide(100, 0, 100)).toEqual({ first: 1, last: 10 });
    expect(policy.decide(101, 10, 100)).toEqual({ first: 11, last: 30 });
    expect(policy.decide(102, 30, 100)).toEqual({ first: 31, last: 70 });
    expect(policy.decide(103, 70, 100)).toEqual({ first: 71, last: 100 });
    expect(policy.decide(104, 100, 100)).toBeUndefined();
  });

  it('is over when the watermark jumps beyond what was resent: the rest was not lost', () => {
    const policy = new ResendPolicy(100, 10);
    policy.begin(0, 0);
    expect(policy.decide(100, 0, 100)).toEqual({ first: 1, last: 10 });
    expect(policy.decide(101, 60, 100)).toBeUndefined();
    expect(policy.decide(200, 60, 100)).toBeUndefined();
    expect(policy.decide(201, 60, 100)).toEqual({ first: 61, last: 70 });
  });

  it('happens at once, and once, when the watermark is lower than it was: log and store lost their data', () => {
    const policy = new ResendPolicy(100, 10);
    policy.begin(0, 20);
    expect(policy.decide(1, 0, 50)).toEqual({ first: 21, last: 30 });
    expect(policy.decide(2, 0, 50)).toBeUndefined();
    expect(policy.decide(3, 30, 50)).toEqual({ first: 31, last: 50 });
    expect(policy.decide(4, 50, 50)).toBeUndefined();
    expect(policy.decide(5, 0, 60)).toEqual({ first: 51, last: 60 });
  });

  it('counts the wait from when something became uncommitted', () => {
    const policy = new ResendPolicy(100, 10);
    policy.begin(0, 0);
    expect(policy.decide(500, 7, 7)).toBeUndefined();
    expect(policy.decide(599, 7, 8)).toBeUndefined();
    expect(policy.decide(600, 7, 8)).toEqual({ first: 8, last: 8 });
  });
});
