import { describe, expect, it } from '@jest/globals';
import type { ChannelId } from '@tollgate/contracts';
import { AffinityMemory, hashText } from './affinity.js';
import { ChannelPlan } from './plan.js';
import { healthOf, poolOf, seeded, type ChannelSpec } from '../test-support/channels.js';

const NOW = 1_000;
const keys = Array.from({ length: 6_000 }, (_, index) => hashText(`session-${index}`));
const specs: ChannelSpec[] = [1, 1, 2, 4].map((weight, index) => ({
  id: `c${index}`,
  weight,
  credentials: 3,
}));

function owners(
  channels: readonly ChannelSpec[],
  health = healthOf({}),
  seed = 1,
): readonly (string | undefined)[] {
  const pool = poolOf(channels);
  const random = seeded(seed);
  return keys.map((affinity) => {
    const plan = new ChannelPlan({ pool, health, random, affinity });
    const id = plan.next(NOW, NOW)?.channel.id;
    return id === undefined ? undefined : `${id}/${plan.credential}`;
  });
}

describe('a key of affinity', () => {
  it('belongs to the same channel and credential in every process', () => {
    expect(owners(specs, healthOf({}), 2)).toEqual(owners([...specs].reverse(), healthOf({}), 99));
  });

  it('is shared by the weights, and evenly among credentials', () => {
    const counts = new Map<string, number>();
    for (const owner of owners(specs)) counts.set(owner!, (counts.get(owner!) ?? 0) + 1);
    for (const { id, weight = 1 } of specs) {
      for (const credential of [0, 1, 2]) {
        const share = (counts.get(`${id}/${credential}`) ?? 0) / keys.length;
        expect(share / (weight / 8 / 3)).toBeGreaterThan(0.8);
        expect(share / (weight / 8 / 3)).toBeLessThan(1.2);
      }
    }
  });

  it('moves only when its own channel is gone, and comes back with it', () => {
    const before = owners(specs);
    const without = owners(specs, healthOf({ c3: { state: 'open' } }));
    before.forEach((owner, index) => {
      if (owner!.startsWith('c3')) expect(without[index]).not.toMatch(/^c3/);
      else expect(without[index]).toBe(owner);
    });
  });

  it('stays where it went last while that is well, whatever its priority', () => {
    const pool = poolOf([
      { id: 'high', priority: 1 },
      { id: 'low', credentials: 2 },
    ]);
    const preferred = { channel: 'low' as ChannelId, credential: 1 };
    const input = { pool, random: seeded(1), affinity: 7, preferred };
    const plan = new ChannelPlan({ ...input, health: healthOf({}) });
    expect([plan.next(NOW, NOW)?.channel.id, plan.credential]).toEqual(['low', 1]);
    plan.ruleOut('channel');
    expect(plan.next(NOW, NOW)?.channel.id).toBe('high');
    const sick = new ChannelPlan({ ...input, health: healthOf({ low: { state: 'degraded' } }) });
    expect(sick.next(NOW, NOW)?.channel.id).toBe('high');
  });
});

describe('the memory of keys', () => {
  const target = { channel: 'c' as ChannelId, credential: 0 };

  it('forgets after its time, and what was not used for longest when it is full', () => {
    const memory = new AffinityMemory(2);
    memory.remember(1, target, 100);
    expect(memory.recall(1, 99)).toMatchObject(target);
    expect(memory.recall(1, 100)).toBeUndefined();
    for (const key of [1, 2, 1, 3]) memory.remember(key, target, 200);
    expect([1, 2, 3].map((key) => memory.recall(key, 150) !== undefined)).toEqual([true, false, true]);
    expect(memory.size).toBe(2);
  });
});
