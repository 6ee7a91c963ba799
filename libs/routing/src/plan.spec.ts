import { describe, expect, it } from '@jest/globals';
import type { ChannelState } from '@tollgate/contracts';
import { ChannelPlan, type PlanInput } from './plan.js';
import { ChannelPool } from './pool.js';
import type { Standing } from './standing.js';
import { healthOf, member, poolOf, seeded, type TestChannel } from '../test-support/channels.js';

const NOW = 1_000_000;

/** Everything that the plan gives, as `channel/credential`, when each candidate fails and is blamed so. */
function order(
  input: Partial<PlanInput<TestChannel>> & Pick<PlanInput<TestChannel>, 'pool'>,
  blamed: (position: number) => 'credential' | 'channel' = () => 'channel',
): string[] {
  const plan = new ChannelPlan({ health: healthOf({}), random: seeded(1), ...input });
  const given: string[] = [];
  for (let next = plan.next(NOW, NOW); next !== undefined; next = plan.next(NOW, NOW)) {
    given.push(`${next.channel.id}/${plan.credential}`);
    plan.ruleOut(blamed(given.length - 1));
  }
  return given;
}

describe('the order in which channels are tried', () => {
  it('goes from high priority to low, each channel once', () => {
    const pool = poolOf([{ id: 'low', priority: -1 }, { id: 'high', priority: 10 }, { id: 'middle' }]);
    expect(order({ pool })).toEqual(['high/0', 'middle/0', 'low/0']);
  });

  /** What may be the matter with a channel, and where it then stands. */
  const CONDITIONS: readonly {
    readonly state: ChannelState;
    readonly trialUnderWay?: boolean;
    readonly rest?: 'tired' | 'demanded';
    readonly lacks?: number;
    readonly stands: Standing;
  }[] = [
    { state: 'healthy', stands: 'healthy' },
    { state: 'degraded', stands: 'degraded' },
    { state: 'half-open', stands: 'trial' },
    { state: 'half-open', trialUnderWay: true, stands: 'trial-under-way' },
    { state: 'open', stands: 'open' },
    { state: 'healthy', rest: 'tired', stands: 'tired' },
    { state: 'degraded', rest: 'tired', stands: 'tired' },
    { state: 'healthy', rest: 'demanded', stands: 'resting' },
    { state: 'half-open', rest: 'demanded', stands: 'resting' },
    { state: 'open', rest: 'tired', stands: 'open' },
    { state: 'healthy', lacks: 2, stands: 'lacks-capability' },
    { state: 'open', lacks: 2, stands: 'lacks-capability' },
    { state: 'degraded', lacks: 1, stands: 'degraded' },
  ];
  const PRIORITIES = [1, 0];

  /** The rule, said again without the machinery: what is fit, by priority and rank; then what is tired, by priority. */
  function expected(channels: readonly { readonly stands: Standing; readonly priority: number }[]): string[] {
    const fit = PRIORITIES.flatMap((priority) =>
      (['trial', 'healthy', 'degraded'] as const).flatMap((stands) =>
        channels.filter((channel) => channel.priority === priority && channel.stands === stands),
      ),
    );
    const tired = PRIORITIES.flatMap((priority) =>
      channels.filter((channel) => channel.priority === priority && channel.stands === 'tired'),
    );
    return [...fit, ...tired].map(({ priority, stands }) => `${priority} ${stands}`);
  }

  it('is trials, healthy, degraded within each tier, and what is tired last, for every mix of three channels', () => {
    const single = PRIORITIES.flatMap((priority) =>
      CONDITIONS.map((condition) => ({ ...condition, priority })),
    );
    let mixes = 0;
    for (const first of single)
      for (const second of single)
        for (const third of single) {
          const conditions = [first, second, third];
          const pool = new ChannelPool(
            conditions.map(({ priority, lacks = 0, trialUnderWay = false, rest }, index) => {
              const made = member({ id: String(index), priority, lacks });
              made.channel.load.trialUnderWay = trialUnderWay;
              const part = { credential: null, upstream: null };
              if (rest !== undefined)
                made.channel.load.rest(part, NOW, rest === 'demanded' ? 5_000 : undefined);
              return made;
            }),
            'weighted',
          );
          const health = healthOf(
            Object.fromEntries(conditions.map(({ state }, index) => [String(index), { state }])),
          );
          const given = order({ pool, health, needs: 2 }).map((entry) => {
            const { priority, stands } = conditions[Number.parseInt(entry)]!;
            return `${priority} ${stands}`;
          });
          expect(given).toEqual(expected(conditions));
          mixes += 1;
        }
    expect(mixes).toBe(26 ** 3);
  });

  it('draws by weight from a tier, and weight 0 only when nothing else is left in it', () => {
    const random = seeded(7);
    const firsts = { a: 0, b: 0, none: 0 };
    for (let request = 0; request < 4_000; request += 1) {
      const pool = poolOf([
        { id: 'a', weight: 3 },
        { id: 'none', weight: 0 },
        { id: 'b', weight: 1 },
      ]);
      const [first, , last] = order({ pool, random });
      firsts[first!.split('/')[0] as keyof typeof firsts] += 1;
      expect(last).toBe('none/0');
    }
    expect(firsts.none).toBe(0);
    expect(firsts.a / firsts.b).toBeGreaterThan(2.7);
    expect(firsts.a / firsts.b).toBeLessThan(3.3);
  });

  it('shares evenly between channels that all have weight 0', () => {
    const random = seeded(3);
    const firsts = new Set<string>();
    for (let request = 0; request < 50; request += 1) {
      const pool = poolOf([
        { id: 'a', weight: 0 },
        { id: 'b', weight: 0 },
      ]);
      firsts.add(order({ pool, random })[0]!);
    }
    expect(firsts).toEqual(new Set(['a/0', 'b/0']));
  });

  it('leaves out channels without the tags that are required', () => {
    const pool = poolOf([{ id: 'eu', tags: ['eu', 'zdr'] }, { id: 'us', tags: ['zdr'] }, { id: 'bare' }]);
    expect(order({ pool, tags: ['zdr', 'eu'] })).toEqual(['eu/0']);
    expect(order({ pool, tags: [] })).toHaveLength(3);
  });

  it('obeys what is said of a model: the channel serves others', () => {
    const pool = poolOf([{ id: 'a' }, { id: 'b' }]);
    const models = (name: string) => [{ name, state: 'open' as const, reason: '', retryAt: null }];
    expect(order({ pool, health: healthOf({ a: { state: 'healthy', models: models('m') } }) })).toEqual([
      'b/0',
    ]);
    expect(order({ pool, health: healthOf({ a: { state: 'healthy', models: models('n') } }) })).toHaveLength(
      2,
    );
  });

  it('takes an open channel for half-open whose trial is long due', () => {
    const pool = poolOf([{ id: 'a' }]);
    const due = (retryAt: number) => healthOf({ a: { state: 'open', retryAt } });
    expect(order({ pool, health: due(NOW - 29_000) })).toEqual([]);
    expect(order({ pool, health: due(NOW - 31_000) })).toEqual(['a/0']);
  });
});

describe('credentials of a channel', () => {
  const two = () => poolOf([{ id: 'a', credentials: 2 }, { id: 'b' }]);

  it.each([
    { blamed: ['credential', 'credential', 'channel'], given: ['a/0', 'a/1', 'b/0'] },
    { blamed: ['channel', 'channel'], given: ['a/0', 'b/0'] },
    { blamed: ['credential', 'channel', 'channel'], given: ['a/0', 'a/1', 'b/0'] },
  ] as const)('after $blamed: $given', ({ blamed, given }) => {
    // 0 draws the first that is fit.
    expect(order({ pool: two(), random: () => 0 }, (position) => blamed[position]!)).toEqual(given);
  });

  it('are candidates of their own: never the same channel and credential twice, whatever is blamed', () => {
    for (let seed = 0; seed < 500; seed += 1) {
      const random = seeded(seed);
      const pool = poolOf([
        { id: 'a', credentials: 3, credentialChoice: 'random' },
        { id: 'b', credentials: 2 },
        { id: 'c', priority: 1 },
      ]);
      const given = order({ pool, random }, () => (random() < 0.5 ? 'credential' : 'channel'));
      expect(new Set(given).size).toBe(given.length);
      expect(given[0]).toBe('c/0');
    }
    const pool = poolOf([
      { id: 'a', credentials: 3 },
      { id: 'b', credentials: 2 },
    ]);
    expect(order({ pool }, () => 'credential').sort()).toEqual(['a/0', 'a/1', 'a/2', 'b/0', 'b/1']);
  });

  it('take turns from request to request', () => {
    const pool = poolOf([{ id: 'a', credentials: 3 }]);
    const firsts = Array.from({ length: 4 }, () => order({ pool })[0]);
    expect(firsts).toEqual(['a/0', 'a/1', 'a/2', 'a/0']);
  });

  it('are drawn at random where the channel says so', () => {
    const pool = poolOf([{ id: 'a', credentials: 3, credentialChoice: 'random' }]);
    const random = seeded(5);
    const firsts = new Set(Array.from({ length: 60 }, () => order({ pool, random })[0]));
    expect(firsts).toEqual(new Set(['a/0', 'a/1', 'a/2']));
  });

  it('rest alone: the others go on, and the channel is no worse for it', () => {
    const pool = poolOf([{ id: 'a', credentials: 2 }]);
    pool.channels[0]!.load.rest({ credential: 0, upstream: null }, NOW);
    const firsts = Array.from({ length: 3 }, () => order({ pool }, () => 'channel')[0]);
    expect(firsts).toEqual(['a/1', 'a/1', 'a/1']);
  });

  it('that channel-health has opened are not used, and half-open ones are tried by one request', () => {
    const pool = poolOf([{ id: 'a', credentials: 3 }]);
    const part = { reason: '', retryAt: null };
    const credentials = [
      { position: 0, state: 'open' as const, ...part },
      { position: 2, state: 'half-open' as const, ...part },
    ];
    const health = healthOf({ a: { state: 'healthy', credentials } });
    const plan = new ChannelPlan({ pool, health, random: seeded(1) });
    plan.next(NOW, NOW);
    expect([plan.credential, plan.trial]).toEqual([2, true]);
    pool.channels[0]!.load.trialUnderWay = true;
    const second = new ChannelPlan({ pool, health, random: seeded(1) });
    second.next(NOW, NOW);
    expect([second.credential, second.trial]).toEqual([1, false]);
  });

  it('is the one that made what the request goes on with, and no other', () => {
    const pool = poolOf([{ id: 'a', credentials: 3 }]);
    expect(order({ pool, credential: 1 }, () => 'credential')).toEqual(['a/1']);
  });
});

describe('a plan that finds nothing', () => {
  it('tells when the first channel that rests on demand may be asked again', () => {
    const pool = poolOf([{ id: 'a' }, { id: 'b', credentials: 2 }]);
    const [a, b] = pool.channels;
    a!.load.rest({ credential: null, upstream: null }, NOW, 9_000);
    b!.load.rest({ credential: 0, upstream: null }, NOW, 4_000);
    b!.load.rest({ credential: 1, upstream: null }, NOW, 7_000);
    const plan = new ChannelPlan({ pool, health: healthOf({}), random: seeded(1) });
    expect(plan.next(NOW, NOW)).toBeUndefined();
    expect(plan.wakesInMs).toBe(4_000);
    const later = new ChannelPlan({ pool, health: healthOf({}), random: seeded(1) });
    expect(later.next(NOW, NOW + 4_000)?.channel.id).toBe('b');
  });

  it('knows no time when none rests', () => {
    const pool = poolOf([{ id: 'a' }]);
    const plan = new ChannelPlan({ pool, health: healthOf({ a: { state: 'open' } }), random: seeded(1) });
    expect(plan.next(NOW, NOW)).toBeUndefined();
    expect(plan.wakesInMs).toBeUndefined();
  });
});

describe('another channel beside the one that is being asked', () => {
  const begun = (specs: Parameters<typeof poolOf>[0], health = healthOf({})) => {
    const plan = new ChannelPlan({ pool: poolOf(specs), health, random: seeded(1) });
    plan.next(NOW, NOW);
    return plan;
  };

  it('is a healthy one, of the highest priority that has one, and no other credential of the first', () => {
    const specs = [
      { id: 'first', priority: 2, credentials: 2 },
      ...[
        { id: 'open', priority: 1 },
        { id: 'degraded', priority: 1 },
        { id: 'half-open', priority: 1 },
      ],
      { id: 'low' },
    ];
    const states = { open: 'open', degraded: 'degraded', 'half-open': 'half-open' } as const;
    const plan = begun(
      specs,
      healthOf(Object.fromEntries(Object.entries(states).map(([id, state]) => [id, { state }]))),
    );
    expect(plan.alternative(NOW, NOW)?.channel.id).toBe('low');
    expect(plan.trial).toBe(false);
  });

  it('leaves what is neither of the two for a request whose attempts both fail', () => {
    const plan = begun([{ id: 'a', priority: 3 }, { id: 'b', priority: 2 }, { id: 'c' }]);
    expect(plan.alternative(NOW, NOW)?.channel.id).toBe('b');
    plan.ruleOut('channel');
    expect(plan.next(NOW, NOW)?.channel.id).toBe('c');
    plan.ruleOut('channel');
    expect(plan.next(NOW, NOW)).toBeUndefined();
  });

  it('is none where nobody else is well, and the plan goes on as if nobody had asked', () => {
    const plan = begun(
      [{ id: 'only', priority: 1, credentials: 2 }, { id: 'sick' }],
      healthOf({ sick: { state: 'degraded' } }),
    );
    expect(plan.alternative(NOW, NOW)).toBeUndefined();
    plan.ruleOut('credential');
    expect([plan.next(NOW, NOW)?.channel.id, plan.credential]).toEqual(['only', 1]);
  });

  it('is none before anybody was asked', () => {
    const plan = new ChannelPlan({ pool: poolOf([{ id: 'a' }]), health: healthOf({}), random: seeded(1) });
    expect(plan.alternative(NOW, NOW)).toBeUndefined();
  });
});
