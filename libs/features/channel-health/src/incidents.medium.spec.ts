import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { channelDocumentKey } from '@tollgate/contracts';
import { HealthWorld, key, model, type Replica, SECOND } from '../test-support/health-world.js';

jest.setTimeout(30_000);

let world: HealthWorld;
beforeAll(async () => {
  world = await HealthWorld.create();
});
afterAll(() => world.drop());
afterEach(() => world.reset());

const two = { credentials: [key('one'), key('two')], models: [model('a'), model('b')] };

describe('parts of a channel', () => {
  it('are published, shown and kept over a restart while the channel stays healthy', async () => {
    const id = await world.configure('main', two);
    const first = await world.start();
    await world.observe(
      first,
      id,
      { credential: 0, model: 'a', failed: { credential_invalid: 1 } },
      { credential: 1, model: 'b', failed: { model_gone: 1 } },
      { credential: 1, model: 'a', succeeded: 4 },
    );
    const retryAt = world.clock.now() + 10 * SECOND;
    const status = {
      state: 'healthy',
      credentials: [
        { position: 0, state: 'open', reason: 'The vendor does not accept the credential.', retryAt },
      ],
      models: [{ name: 'b', state: 'open', reason: 'The vendor says that it has no such model.', retryAt }],
    };
    expect(await world.published(id)).toMatchObject(status);

    // When another replica takes over, then it knows the same.
    await first.stop();
    const second = await world.start();
    expect(await world.published(id)).toMatchObject(status);
    expect((await world.get(second, `/channels/${id}`)).json()).toMatchObject({
      state: 'healthy',
      credentials: [{ position: 0, state: 'open', retryAt: new Date(retryAt).toISOString() }],
      models: [{ name: 'b', state: 'open' }],
    });
    const history = (await world.get(second, `/channels/${id}/history`)).json();
    expect(history.items).toMatchObject([
      { credential: null, model: 'b', from: 'healthy', to: 'open' },
      { credential: 0, model: null, from: 'healthy', to: 'open' },
    ]);

    // When its rest is over, then it is tried, and trials bring it back.
    await world.pass(second, 10 * SECOND);
    expect(await world.published(id)).toMatchObject({ models: [{ state: 'half-open', retryAt: null }] });
    await world.observe(second, id, { credential: 0, model: 'b', succeeded: 3 });
    expect(Object.keys((await world.published(id)) ?? {})).not.toContain('models');
  });
});

describe('incidents', () => {
  it('begin when something is opened, count what failed, and end when it serves again', async () => {
    const id = await world.configure('main');
    const replica = await world.start();
    await world.observe(replica, id, { succeeded: 3, failed: { upstream_timeout: 12 } });
    const startedAt = new Date(world.clock.now()).toISOString();
    await world.observe(replica, id, { failed: { upstream_timeout: 2 } });
    await world.observe(replica, id);
    const incident = {
      id: expect.any(String),
      ...{ channelId: id, channelName: 'main', credential: null, model: null },
      cause: '12 of 15 requests failed in 60 s (upstream_timeout).',
      ...{ startedAt, endedAt: null, affectedRequests: 14, affectedOrganizations: 0 },
    };
    expect((await world.get(replica, '/incidents')).json()).toEqual({ items: [incident], nextCursor: null });

    // A trial that fails is of the same incident.
    await world.pass(replica, 10 * SECOND);
    await world.observe(replica, id, { failed: { upstream_timeout: 1 } });
    await world.pass(replica, 20 * SECOND);
    await world.observe(replica, id, { succeeded: 3 });
    const endedAt = new Date(world.clock.now()).toISOString();
    expect((await world.get(replica, '/incidents?open=false')).json().items).toEqual([
      { ...incident, endedAt, affectedRequests: 15 },
    ]);
    expect((await world.get(replica, '/incidents?open=true')).json().items).toEqual([]);
  });

  it('know whose attempts failed in the minute before and since, each once', async () => {
    const id = await world.configure('main');
    const replica = await world.start();
    const fails = (count: number, ...failedOrganizations: string[]) =>
      world.observe(replica, id, { failed: { upstream_timeout: count }, failedOrganizations });
    await fails(1, 'long-ago');
    await world.pass(replica, 70 * SECOND);
    await fails(3, 'a', 'b');
    expect((await world.get(replica, '/incidents')).json().items).toEqual([]);
    await fails(9, 'b', 'c');
    await fails(1, 'c');
    await fails(2, 'd', 'a');
    await world.observe(replica, id);
    const [incident] = (await world.get(replica, '/incidents')).json().items;
    expect(incident).toMatchObject({ affectedRequests: 15, affectedOrganizations: 4 });
    const path = `/incidents/${incident.id}/organizations?limit=3`;
    const page = (await world.get(replica, path)).json();
    const ofIds = (...ids: string[]) => ids.map((organizationId) => ({ organizationId }));
    expect(page.items).toEqual(ofIds('a', 'b', 'c'));
    const rest = await world.get(replica, `${path}&cursor=${page.nextCursor}`);
    expect(rest.json()).toEqual({ items: ofIds('d'), nextCursor: null });
    for (const unknown of ['999', 'x']) {
      expect((await world.get(replica, `/incidents/${unknown}/organizations`)).statusCode).toBe(404);
    }

    // What fails after its end is none of it.
    await world.pass(replica, 10 * SECOND);
    await world.observe(replica, id, { succeeded: 3 });
    await fails(1, 'e');
    await world.observe(replica, id);
    expect((await world.get(replica, '/incidents')).json().items).toMatchObject([
      { endedAt: expect.any(String), affectedOrganizations: 4 },
    ]);
  });

  it('keep so many organisations at most', async () => {
    const id = await world.configure('main');
    const replica = await world.start();
    for (let round = 0; round < 30; round += 1) {
      const failedOrganizations = Array.from({ length: 100 }, (_, index) => `o-${round}-${index}`);
      await world.observe(replica, id, { failed: { upstream_error: 100 }, failedOrganizations });
    }
    const [incident] = (await world.get(replica, '/incidents')).json().items;
    expect(incident.affectedOrganizations).toBeGreaterThanOrEqual(1_000);
    expect(incident.affectedOrganizations).toBeLessThanOrEqual(2_000);
  });

  it('are told of each part, in pages, newest first, and of one channel where asked', async () => {
    const [id, other] = [await world.configure('main', two), await world.configure('other')];
    const replica = await world.start();
    await world.observe(replica, other, { failed: { upstream_error: 10 } });
    await world.observe(replica, id, { credential: 1, model: 'a', failed: { balance_exhausted: 1 } });
    await world.observe(replica, id, { credential: 0, model: 'b', failed: { model_gone: 1 } });
    const first = (await world.get(replica, `/incidents?limit=1&channelId=${id}`)).json();
    expect(first.items).toMatchObject([{ channelId: id, credential: null, model: 'b', affectedRequests: 1 }]);
    const path = `/incidents?limit=1&channelId=${id}&cursor=${first.nextCursor}`;
    expect((await world.get(replica, path)).json()).toMatchObject({
      items: [{ channelId: id, credential: 1, model: null }],
      nextCursor: null,
    });
    expect((await world.get(replica, '/incidents')).json().items).toHaveLength(3);
  });

  it('end with their channel, and outlive it', async () => {
    const id = await world.configure('main');
    const replica = await world.start();
    await world.observe(replica, id, { failed: { upstream_error: 10 } });
    await world.documents.bucket('config').delete(channelDocumentKey(id));
    await world.pass(replica, SECOND);
    const endedAt = new Date(world.clock.now()).toISOString();
    expect((await world.get(replica, '/incidents')).json().items).toMatchObject([{ channelId: id, endedAt }]);
  });

  it('are forgotten 90 days after their end', async () => {
    const id = await world.configure('main');
    const replica = await world.start();
    await world.observe(replica, id, { failed: { upstream_error: 10 } });
    await world.documents.bucket('config').delete(channelDocumentKey(id));
    await world.pass(replica, SECOND);
    await world.pass(replica, 89 * 86_400 * SECOND);
    expect((await world.get(replica, '/incidents')).json().items).toHaveLength(1);
    await world.pass(replica, 2 * 86_400 * SECOND);
    expect((await world.get(replica, '/incidents')).json().items).toHaveLength(0);
  });
});

describe('the status page', () => {
  it('shows uptime and requests of channels and models by day', async () => {
    const id = await world.configure('main', two);
    const replica = await world.start();
    await world.observe(
      replica,
      id,
      { credential: 0, model: 'a', succeeded: 8 },
      { credential: 0, model: 'b', failed: { model_gone: 2 } },
    );
    await world.pass(replica, 60 * SECOND);
    const page = (await world.get(replica, '/status-page?days=2')).json();
    expect(page).toMatchObject({
      items: [
        {
          ...{ channelId: id, name: 'main', state: 'healthy' },
          days: [
            { uptime: 1, requests: 0, failed: 0 },
            { uptime: 1, requests: 10, failed: 2 },
          ],
          models: [
            { name: 'a', state: 'healthy', days: [{ uptime: 1 }, { uptime: 1, requests: 8, failed: 0 }] },
            { name: 'b', state: 'half-open', days: [{ uptime: 1 }, { requests: 2, failed: 2 }] },
          ],
        },
      ],
      nextCursor: null,
    });
    expect(page.items[0].models[1].days[1].uptime).toBeLessThan(1);
  });

  it('shows the percentiles of a day, added up over minutes, models and replicas', async () => {
    const id = await world.configure('main', two);
    const first = await world.start();
    const answers = (replica: Replica, name: string, succeeded: number, firstByteMs: number) =>
      world.observe(replica, id, { credential: 0, model: name, succeeded, firstByteMs });
    const day = async (replica: Replica) => {
      const [channel] = (await world.get(replica, '/status-page?days=1')).json().items;
      const [a, b] = channel.models.map((one: { days: readonly object[] }) => one.days[0]);
      return { channel: channel.days[0], a, b };
    };
    await answers(first, 'a', 90, 64);
    await world.pass(first, 60 * SECOND);
    await answers(first, 'a', 8, 1_024);
    await world.observe(first, id, { credential: 0, model: 'b', failed: { upstream_error: 1 } });
    await world.pass(first, 60 * SECOND);
    const usual = { p50: 304, p95: 304, p99: 304 };
    expect(await day(first)).toMatchObject({
      channel: { firstByte: { p50: 64, p95: 1_024, p99: 1_024 }, duration: usual },
      a: { firstByte: { p50: 64, p95: 1_024, p99: 1_024 }, duration: usual },
      b: { firstByte: null, duration: null },
    });

    // When another replica takes over, then it goes on with the same day.
    await first.stop();
    const second = await world.start();
    await answers(second, 'a', 2, 4_096);
    await answers(second, 'b', 100, 64);
    await world.pass(second, 60 * SECOND);
    expect(await day(second)).toMatchObject({
      channel: { firstByte: { p50: 64, p95: 64, p99: 1_024 }, requests: 201 },
      a: { firstByte: { p50: 64, p95: 1_024, p99: 4_096 }, requests: 100 },
      b: { firstByte: { p50: 64, p95: 64, p99: 64 }, duration: usual },
    });
  });

  it('knows how fast a model usually is', async () => {
    const id = await world.configure('main', two);
    const replica = await world.start();
    await world.observe(replica, id, { credential: 0, model: 'a', succeeded: 8 });
    await world.pass(replica, 60 * SECOND);
    const updatedAt = new Date(world.clock.now()).toISOString();
    expect((await world.get(replica, `/channels/${id}`)).json().baselines).toEqual([
      {
        ...{ model: 'a', firstByteMs: 20, durationMs: 300, samples: 8, updatedAt },
        ...{ firstByte: { p50: 19, p95: 19 }, duration: { p50: 304, p95: 304 } },
      },
    ]);
  });
});
