import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { type BudgetThresholdReachedV1 } from '@tollgate/contracts';
import { eventually, type WebhookReceiver } from '@tollgate/testing';
import { type HealthWorld, type Replica, SECOND } from '../test-support/health-world.js';
import { NotificationGround } from '../test-support/notification-ground.js';

jest.setTimeout(30_000);

let ground: NotificationGround;
let world: HealthWorld;
let hook: WebhookReceiver;

beforeAll(async () => {
  ground = await NotificationGround.start({ name: 'finance', on: ['budget-threshold'] });
  ({ world, hook } = ground);
});
afterAll(() => ground.stop());
afterEach(() => ground.renew());

function alert(changes: Partial<BudgetThresholdReachedV1> = {}): BudgetThresholdReachedV1 {
  const threshold = changes.threshold ?? 80;
  const month = changes.startsAt === undefined ? '2026-11-01' : '2026-12-01';
  return {
    ...{ type: 'budget.threshold-reached', version: 1, id: `budget:b1:${month}:${threshold}` },
    budgetId: 'b1' as BudgetThresholdReachedV1['budgetId'],
    scope: { kind: 'organization', id: 'o1', name: 'acme' },
    organizationId: 'o1' as BudgetThresholdReachedV1['organizationId'],
    ...{ period: 'monthly', soft: false, threshold, amount: '100', spent: '80.5', occurredAt: 1 },
    ...{ startsAt: Date.parse('2026-11-01T00:00:00Z'), endsAt: Date.parse('2026-12-01T00:00:00Z') },
    ...changes,
  };
}

const reach = (replica: Replica, event: object) => world.hear(replica, 'budget-alerts', event);

describe('a threshold of a budget', () => {
  it('is told by a signed webhook', async () => {
    await ground.tell({});
    const replica = await ground.startReplica();
    await reach(replica, alert());
    const [notification] = await ground.settled(replica, 1);
    expect(notification).toMatchObject({ kind: 'budget-threshold', budgetId: 'b1', channelId: null });
    expect(JSON.parse(hook.received[0]!.body)).toEqual({
      ...{ id: notification!.id, type: 'budget-threshold', rule: 'finance', createdAt: expect.any(String) },
      budget: { id: 'b1', name: 'monthly budget of organisation acme' },
      summary: 'The monthly budget of organisation acme reached 80 %: 80.5 of 100 USD are spent.',
      data: {
        ...{ alertId: 'budget:b1:2026-11-01:80', period: 'monthly', soft: false, threshold: 80 },
        ...{ scope: { kind: 'organization', id: 'o1', name: 'acme' }, amount: '100', spent: '80.5' },
        ...{ startsAt: '2026-11-01T00:00:00.000Z', endsAt: '2026-12-01T00:00:00.000Z' },
      },
    });
    expect(await ground.firstSignedAt(replica, 'finance')).toEqual(expect.any(Number));
  });

  it('is told once, also when the event comes again after the cool-down, to another replica or with new rules', async () => {
    await ground.tell({ coolDownSeconds: 1 });
    const replica = await ground.startReplica();
    await reach(replica, alert());
    await ground.settled(replica, 1);
    await world.pass(replica, 10 * SECOND);
    await reach(replica, alert());
    await ground.tell({ coolDownSeconds: 1 }, { name: 'another' });
    await replica.stop();
    const other = await ground.startReplica();
    await reach(other, alert());
    await reach(other, alert({ threshold: 100 }));
    expect(await ground.settled(other, 3)).toMatchObject([
      { rule: expect.any(String), summary: expect.stringContaining('reached 100 %') },
      { rule: expect.any(String), summary: expect.stringContaining('reached 100 %') },
      { rule: 'finance', summary: expect.stringContaining('reached 80 %') },
    ]);
    expect(hook.received).toHaveLength(3);
  });

  it('is told beside others of its budget at once, and again in the next period unless the rule still cools down', async () => {
    await ground.tell({ name: 'each', coolDownSeconds: 0 }, { name: 'weekly', coolDownSeconds: 604_800 });
    const replica = await ground.startReplica();
    await reach(replica, alert({ threshold: 50 }));
    await reach(replica, alert({ threshold: 80 }));
    await ground.settled(replica, 4);
    world.clock.advance(SECOND);
    const startsAt = Date.parse('2026-12-01T00:00:00Z');
    await reach(replica, alert({ threshold: 50, startsAt, endsAt: null }));
    const [latest, ...others] = await ground.settled(replica, 5);
    expect(latest).toMatchObject({ rule: 'each', summary: expect.stringContaining('50 %') });
    expect(others).toHaveLength(4);
  });

  it('is not told by rules of other kinds, and by those of some channels as well', async () => {
    await ground.tell({ name: 'incidents', on: ['incident-opened'] }, { name: 'main', channels: ['main'] });
    const replica = await ground.startReplica();
    await reach(replica, alert());
    expect(await ground.settled(replica, 1)).toMatchObject([{ rule: 'main' }]);
  });

  it('is told by rules that name its organisation, also when it is of a key, and by no others of organisations', async () => {
    await world.organization('o1', 'acme');
    await world.organization('o2', 'globex');
    await ground.tell(
      { name: 'acme', organizations: ['acme'] },
      { name: 'globex', organizations: ['globex'] },
      { name: 'all' },
    );
    const replica = await ground.startReplica();
    await reach(replica, alert());
    const scope = { kind: 'api-key' as const, id: 'k1', name: 'ci' };
    const organizationId = 'o2' as BudgetThresholdReachedV1['organizationId'];
    await reach(replica, alert({ threshold: 90, scope, organizationId }));
    await reach(replica, alert({ threshold: 95, scope, organizationId: null }));
    const items = await ground.settled(replica, 5);
    const told = items.map(({ rule, summary }) => `${rule}: ${/\d+ %/.exec(summary)![0]}`);
    expect(told.sort()).toEqual(['acme: 80 %', 'all: 80 %', 'all: 90 %', 'all: 95 %', 'globex: 90 %']);
    expect(hook.received).toHaveLength(5);
  });

  it('that is no alert becomes a dead letter', async () => {
    await ground.tell({});
    const replica = await ground.startReplica();
    await reach(replica, { type: 'budget.threshold-reached', version: 2 });
    const [dead] = await eventually(async () => {
      const letters = await world.eventLog.deadLetters.list({ limit: 10 });
      return letters.length > 0 ? letters : undefined;
    }, 'a dead letter');
    expect(dead).toMatchObject({ topic: 'budget-alerts', consumer: 'channel-health' });
    await ground.settled(replica, 0);
  });
});
