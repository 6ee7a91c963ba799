import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { HealthWorld, model, type Replica, SECOND } from '../test-support/health-world.js';

jest.setTimeout(30_000);

let world: HealthWorld;
beforeAll(async () => {
  world = await HealthWorld.create();
});
afterAll(() => world.drop());
afterEach(() => world.reset());

async function minute(replica: Replica, id: string, firstByteMs: number): Promise<void> {
  for (let second = 0; second < 60; second += 5) {
    await world.observe(replica, id, { model: 'a', succeeded: 10, firstByteMs });
    await world.pass(replica, 4 * SECOND);
  }
}

describe('a channel that becomes far slower than it usually is', () => {
  const models = [model('a')];

  it('is degraded after a minute, also when another replica judges by then, and healthy when it is fast again', async () => {
    const id = await world.configure('main', { models });
    const replica = await world.start();
    await minute(replica, id, 100);
    await minute(replica, id, 100);
    expect(await world.published(id)).toMatchObject({ state: 'healthy' });

    // What is usual outlives whoever judged; the windows do not.
    await replica.stop();
    const other = await world.start();
    await minute(other, id, 3_000);
    expect(await world.published(id)).toMatchObject({
      state: 'degraded',
      reason: 'It answers after 2896 ms or later, usually after 108 ms (medians).',
    });
    const channel = (await world.get(other, `/channels/${id}`)).json();
    expect(channel.window.firstByte).toEqual({ p50: 2_896, p95: 2_896 });
    expect(channel.baselines).toMatchObject([{ model: 'a', firstByte: { p50: 108 } }]);
    const { items } = (await world.get(other, `/channels/${id}/history`)).json();
    expect(items[0]).toMatchObject({ to: 'degraded', window: { firstByte: { p95: 2_896 } } });

    await minute(other, id, 100);
    expect(await world.published(id)).toMatchObject({ state: 'healthy' });
  });

  it('stays healthy where the operator does not want to be told', async () => {
    await world.set({ slowness: { enabled: false } });
    const id = await world.configure('main', { models });
    const replica = await world.start();
    await minute(replica, id, 100);
    await minute(replica, id, 100);
    await minute(replica, id, 3_000);
    expect(await world.published(id)).toMatchObject({ state: 'healthy' });
  });
});
