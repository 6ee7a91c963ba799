import { describe, expect, it } from '@jest/globals';
import { ManualClock } from '@tollgate/testing';
import { OverloadGuard, TICK_MS } from './overload-guard.js';
import { EventLoop, type Load } from '../../test-support/event-loop.js';

const LIMITS = { inFlightMax: 100_000, bodiesBytesMax: 1_000_000, delayMaxMs: 50 };

function guarded(limits: Partial<typeof LIMITS> = {}) {
  const clock = new ManualClock();
  const guard = new OverloadGuard({ ...LIMITS, ...limits, clock });
  const tick = (lateMs: number, workedMs = Infinity): void => {
    clock.advance(TICK_MS + lateMs);
    guard.tick(1, workedMs);
  };
  const enter = (count: number): number => {
    let entered = 0;
    for (let index = 0; index < count; index += 1) entered += Number(guard.enter(0) === undefined);
    return entered;
  };
  return { guard, tick, enter };
}

describe('the overload guard', () => {
  it('bounds the requests under way', () => {
    const { guard, enter } = guarded({ inFlightMax: 3 });
    expect(enter(5)).toBe(3);
    expect(guard.enter(0)).toBe('in_flight');
    guard.leave();
    expect(enter(5)).toBe(1);
  });

  it('bounds the bytes of bodies, announced or not, and lets a single larger one in', () => {
    const { guard } = guarded();
    expect(guard.enter(5_000_000)).toBeUndefined();
    expect(guard.grow(900_000)).toBe(true);
    expect(guard.enter(100_001)).toBe('bodies');
    expect(guard.enter(100_000)).toBeUndefined();
    expect(guard.grow(100_000)).toBe(true);
    expect(guard.grow(1)).toBe(false);
    expect(guard.bodiesBytes).toBe(1_000_000);
    guard.shrink(900_000);
    expect(guard.grow(1)).toBe(true);
  });

  it('refuses nobody for being late once, however late', () => {
    const { tick, enter, guard } = guarded();
    enter(500);
    tick(0);
    tick(60_000);
    tick(0);
    expect(guard.limiting).toBe(false);
    expect(enter(500)).toBe(500);
  });

  it('refuses nobody for being late because others take the processor', () => {
    const { tick, enter, guard } = guarded();
    enter(500);
    for (const lateMs of [100, 100, 100]) tick(lateMs, 60);
    expect(guard.limiting).toBe(false);
    for (const lateMs of [100, 100, 100]) tick(lateMs, 80);
    expect(guard.limiting).toBe(true);
  });

  it('lets in as many as end while it is late, and a few less the later it is', () => {
    const { tick, enter, guard } = guarded();
    enter(500);
    for (const lateMs of [60, 60, 50, 50]) tick(lateMs);
    expect(guard.enter(0)).toBe('delay');
    for (let ended = 0; ended < 40; ended += 1) guard.leave();
    expect(enter(100)).toBe(40);
    for (const lateMs of [500, 500]) tick(lateMs);
    for (let ended = 0; ended < 40; ended += 1) guard.leave();
    expect(enter(100)).toBe(32);
  });

  it('refuses nobody because of delay while little is under way, or when it is told not to', () => {
    const few = guarded();
    for (const lateMs of [100, 100, 100]) few.tick(lateMs);
    expect(few.guard.limiting).toBe(true);
    expect(few.enter(100)).toBe(64);
    const never = guarded({ delayMaxMs: 0 });
    for (const lateMs of [100, 100, 100]) never.tick(lateMs);
    expect(never.enter(1_000)).toBe(1_000);
  });

  it('ends when nobody had to be refused for a second', () => {
    const { tick, enter, guard } = guarded();
    enter(500);
    for (const lateMs of [60, 60]) tick(lateMs);
    for (let time = 0; time < 40; time += 1) {
      tick(5);
      expect(guard.enter(0)).toBe('delay');
    }
    for (let time = 0; time < 39; time += 1) tick(5);
    expect(guard.limiting).toBe(true);
    for (let time = 0; time < 3; time += 1) tick(5);
    expect(guard.limiting).toBe(false);
  });

  // One event loop, simulated: it reads what came, works on it, and on what its vendor answered meanwhile.
  describe.each<[string, Load]>([
    ['three times as much as it can do', { offered: 3, vendorMs: 1 }],
    ['ten times as much', { offered: 10, vendorMs: 1 }],
    ['a third more', { offered: 1.3, vendorMs: 300 }],
    ['three times as much for vendors that think for 300 ms', { offered: 3, vendorMs: 300 }],
    ['three times as much for vendors that think for 3 s', { offered: 3, vendorMs: 3_000 }],
    ['three times as many streams of 5 s', { offered: 3, vendorMs: 500, streamMs: 5_000 }],
  ])('of a process that is asked %s', (_name, load) => {
    it('keeps it at nine tenths of its best, and in time', () => {
      const loop = new EventLoop(load, LIMITS);
      loop.run(15_000);
      const { goodput, refused, turnMsMax } = loop.run(25_000);
      expect(goodput).toBeGreaterThan(0.9);
      expect(refused).toBeGreaterThan((load.offered - 1) * 0.9);
      expect(turnMsMax).toBeLessThan(150);
    });
  });

  it('of a process that is asked nine tenths of what it can do refuses nobody', () => {
    const loop = new EventLoop({ offered: 0.9, vendorMs: 300 }, LIMITS);
    expect(loop.run(10_000)).toMatchObject({ refused: 0 });
  });

  it('refuses nobody any more two seconds after the load went down', () => {
    const loop = new EventLoop({ offered: 3, vendorMs: 300 }, LIMITS);
    loop.run(10_000);
    loop.load = { offered: 0.6, vendorMs: 300 };
    loop.run(2_000);
    expect(loop.run(5_000)).toMatchObject({ refused: 0 });
  });
});
