import { describe, expect, it } from '@jest/globals';
import type { RoutingStrategy } from '@tollgate/contracts';
import { ChannelPlan } from './plan.js';
import type { ChannelPool } from './pool.js';
import { healthOf, poolOf, seeded, type ChannelSpec, type TestChannel } from '../test-support/channels.js';

const NOW = 50_000;
const random = seeded(11);

function first(pool: ChannelPool<TestChannel>, health = healthOf({})): string | undefined {
  return new ChannelPlan({ pool, health, random }).next(NOW, NOW)?.channel.id;
}

function firsts(pool: ChannelPool<TestChannel>, requests: number): Record<string, number> {
  const counts: Record<string, number> = {};
  for (let request = 0; request < requests; request += 1) {
    const id = first(pool) ?? 'none';
    counts[id] = (counts[id] ?? 0) + 1;
  }
  return counts;
}

const loadOf = (pool: ChannelPool<TestChannel>, id: string) =>
  pool.channels.find((channel) => channel.id === id)!.load;

const STRATEGIES: readonly RoutingStrategy[] = [
  'weighted',
  'lowest-latency',
  'least-in-flight',
  'lowest-cost',
  'round-robin',
];
const many = (count: number, more: Partial<ChannelSpec> = {}): ChannelSpec[] =>
  Array.from({ length: count }, (_, index) => ({ id: `c${index}`, ...more }));

describe.each(STRATEGIES)('the strategy %s', (strategy) => {
  it.each([2, 5, 100])('gives nothing but healthy channels while there are any, among %i', (count) => {
    const pool = poolOf(many(count), strategy);
    const sick = Object.fromEntries(many(count - 1).map(({ id }) => [id, { state: 'open' as const }]));
    for (let request = 0; request < 20; request += 1)
      expect(first(pool, healthOf(sick))).toBe(`c${count - 1}`);
  });

  it('gives a channel of weight 0 only when no other is healthy', () => {
    const pool = poolOf(
      [
        { id: 'spare', weight: 0, cost: 1 },
        { id: 'main', cost: 2 },
      ],
      strategy,
    );
    for (let request = 0; request < 20; request += 1) expect(first(pool)).toBe('main');
    expect(first(pool, healthOf({ main: { state: 'open' } }))).toBe('spare');
  });

  it('shares equals by weight', () => {
    const pool = poolOf(
      [
        { id: 'a', weight: 3 },
        { id: 'b', weight: 1 },
      ],
      strategy,
    );
    const { a = 0, b = 0 } = firsts(pool, 4_000);
    expect(a / b).toBeGreaterThan(2.6);
    expect(a / b).toBeLessThan(3.4);
  });
});

describe('lowest latency', () => {
  it('takes the channel that answered fastest of late, and tries a slow one again when that is forgotten', () => {
    const pool = poolOf([{ id: 'slow' }, { id: 'fast' }], 'lowest-latency');
    loadOf(pool, 'slow').firstByte.observe(900, NOW);
    loadOf(pool, 'fast').firstByte.observe(200, NOW);
    expect(firsts(pool, 50)).toEqual({ fast: 50 });
    loadOf(pool, 'fast').firstByte.observe(200, NOW + 20_000);
    const later = new ChannelPlan({ pool, health: healthOf({}), random }).next(NOW, NOW + 20_000);
    expect(later?.channel.id).toBe('slow');
  });

  it('leaves a channel at once that becomes slow', () => {
    const pool = poolOf([{ id: 'a' }, { id: 'b' }], 'lowest-latency');
    for (const id of ['a', 'b']) loadOf(pool, id).firstByte.observe(id === 'a' ? 100 : 150, NOW - 10);
    expect(first(pool)).toBe('a');
    loadOf(pool, 'a').firstByte.observe(2_000, NOW);
    expect(first(pool)).toBe('b');
  });

  it('counts the requests that wait, so that the fastest is not overrun', () => {
    const pool = poolOf([{ id: 'fast' }, { id: 'slow' }], 'lowest-latency');
    loadOf(pool, 'fast').firstByte.observe(100, NOW);
    loadOf(pool, 'slow').firstByte.observe(250, NOW);
    loadOf(pool, 'fast').inFlight = 2;
    expect(first(pool)).toBe('slow');
  });

  it('compares a sample of a large tier', () => {
    const pool = poolOf(many(1_000), 'lowest-latency');
    pool.channels.forEach(({ load }, index) => load.firstByte.observe(index < 500 ? 100 : 1_000, NOW));
    const slow = Object.entries(firsts(pool, 1_000)).filter(([id]) => Number(id.slice(1)) >= 500);
    // All eight of a sample are slow in one of 256 requests.
    expect(slow.reduce((sum, [, count]) => sum + count, 0)).toBeLessThan(20);
  });
});

describe('least in flight', () => {
  it('takes the one of two that has fewer requests under way for its weight', () => {
    const pool = poolOf([{ id: 'busy' }, { id: 'idle' }], 'least-in-flight');
    loadOf(pool, 'busy').inFlight = 3;
    expect(firsts(pool, 50)['idle']).toBeGreaterThan(45);
    const heavy = poolOf([{ id: 'heavy', weight: 4 }, { id: 'light' }], 'least-in-flight');
    loadOf(heavy, 'light').inFlight = 1;
    loadOf(heavy, 'heavy').inFlight = 3;
    expect(firsts(heavy, 50)['heavy']).toBeGreaterThan(45);
    loadOf(heavy, 'heavy').inFlight = 5;
    expect(firsts(heavy, 50)['light']).toBeGreaterThan(25);
  });

  it('keeps requests under way in proportion to the weights', () => {
    const pool = poolOf(
      many(20).map((spec, index) => ({ ...spec, weight: 1 + (index % 4) })),
      'least-in-flight',
    );
    for (let request = 0; request < 5_000; request += 1) loadOf(pool, first(pool)!).inFlight += 1;
    const perWeight = pool.channels.map(({ load, weight }) => load.inFlight / weight);
    expect(Math.max(...perWeight) / Math.min(...perWeight)).toBeLessThan(1.1);
  });
});

describe('lowest cost', () => {
  it('takes the cheapest healthy channel, and what costs nobody knows what last', () => {
    const specs = [
      { id: 'unknown' },
      { id: 'dear', cost: 9 },
      { id: 'cheap', cost: 1 },
      { id: 'even', cost: 1 },
    ];
    const pool = poolOf(specs, 'lowest-cost');
    const { cheap = 0, even = 0, ...others } = firsts(pool, 400);
    expect(others).toEqual({});
    expect(cheap / even).toBeGreaterThan(0.7);
    expect(cheap / even).toBeLessThan(1.4);
    const cheapOnes = { cheap: { state: 'open' as const }, even: { state: 'degraded' as const } };
    expect(first(pool, healthOf(cheapOnes))).toBe('dear');
    expect(first(pool, healthOf({ ...cheapOnes, dear: { state: 'open' } }))).toBe('unknown');
  });
});

describe('round robin', () => {
  it('takes channels in turn, each as often in a row as it weighs, and skips the unfit', () => {
    const pool = poolOf([{ id: 'a' }, { id: 'b', weight: 2 }, { id: 'c' }], 'round-robin');
    const turns = Array.from({ length: 8 }, () => first(pool));
    expect(turns).toEqual(['a', 'b', 'b', 'c', 'a', 'b', 'b', 'c']);
    const without = healthOf({ b: { state: 'open' } });
    expect(Array.from({ length: 4 }, () => first(pool, without))).toEqual(['a', 'c', 'c', 'c']);
  });
});
