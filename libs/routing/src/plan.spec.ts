import { describe, expect, it } from '@jest/globals';
import type { ChannelId, ChannelState } from '@tollgate/contracts';
import { ChannelPlan, type Candidate, type Random } from './plan.js';

type Spec = Candidate & { readonly state: ChannelState; readonly trialUnderWay: boolean };

const channel = (
  id: string,
  { priority = 0, weight = 1, state = 'healthy', trialUnderWay = false }: Partial<Omit<Spec, 'id'>> = {},
): Spec => ({ id: id as ChannelId, priority, weight, state, trialUnderWay });

/** A small generator with a seed (mulberry32), so that shares are the same in every run. */
function seeded(seed: number): Random {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

function order(channels: readonly Spec[], random: Random = seeded(1)): string[] {
  const plan = new ChannelPlan(channels, (candidate) => candidate, random);
  const ids: string[] = [];
  for (let next = plan.next(); next !== undefined; next = plan.next()) ids.push(next.id);
  return ids;
}

describe('a plan of channels', () => {
  it('tries higher priorities first and each channel once', () => {
    expect(
      order([channel('low', { priority: -1 }), channel('high', { priority: 10 }), channel('middle')]),
    ).toEqual(['high', 'middle', 'low']);
  });

  it('skips open channels, and half-open ones whose trial is under way', () => {
    expect(
      order([
        channel('open', { state: 'open', priority: 9 }),
        channel('tried', { state: 'half-open', trialUnderWay: true }),
        channel('well'),
      ]),
    ).toEqual(['well']);
  });

  it('gives a half-open channel its trial before its healthy peers, and degraded ones what is left', () => {
    expect(
      order([
        channel('degraded', { state: 'degraded' }),
        channel('well'),
        channel('trial', { state: 'half-open' }),
      ]),
    ).toEqual(['trial', 'well', 'degraded']);
  });

  it('prefers a degraded channel of a higher priority to a healthy one of a lower', () => {
    expect(order([channel('well'), channel('degraded', { state: 'degraded', priority: 1 })])).toEqual([
      'degraded',
      'well',
    ]);
  });

  it('has nothing to try when every channel is open', () => {
    expect(order([channel('a', { state: 'open' })])).toEqual([]);
    expect(order([])).toEqual([]);
  });

  it('shares traffic by weight within 1 %', () => {
    const channels = [
      channel('a', { weight: 1 }),
      channel('b', { weight: 3 }),
      channel('c', { weight: 6 }),
      channel('none', { weight: 0 }),
    ];
    const random = seeded(7);
    const counts = new Map<string, number>();
    const draws = 100_000;
    for (let index = 0; index < draws; index += 1) {
      const first = new ChannelPlan(channels, (candidate) => candidate, random).next()!.id;
      counts.set(first, (counts.get(first) ?? 0) + 1);
    }
    expect((counts.get('a') ?? 0) / draws).toBeCloseTo(0.1, 2);
    expect((counts.get('b') ?? 0) / draws).toBeCloseTo(0.3, 2);
    expect((counts.get('c') ?? 0) / draws).toBeCloseTo(0.6, 2);
    expect(counts.has('none')).toBe(false);
  });

  it('shares equally among weights that are all 0', () => {
    const firsts = new Set<string>();
    const random = seeded(3);
    for (let index = 0; index < 50; index += 1) {
      firsts.add(order([channel('a', { weight: 0 }), channel('b', { weight: 0 })], random)[0]!);
    }
    expect([...firsts].sort()).toEqual(['a', 'b']);
  });
});
