import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import {
  channelDocumentKey,
  channelStatusKey,
  newId,
  PUBLICATION_DOCUMENT_KEY,
  SETTINGS_DOCUMENT_KEY,
} from '@tollgate/contracts';
import { credentialsFingerprint } from '@tollgate/security';
import { eventually } from '@tollgate/testing';
import { HealthWorld, key, model, SECOND } from '../test-support/health-world.js';

jest.setTimeout(30_000);

let world: HealthWorld;
beforeAll(async () => {
  world = await HealthWorld.create();
});
afterAll(() => world.drop());
afterEach(() => world.reset());

describe('channel-health', () => {
  it('publishes a healthy status for a configured channel', async () => {
    const id = await world.configure('main');
    await world.start();
    expect(await world.published(id)).toEqual({
      channelId: id,
      state: 'healthy',
      reason: 'Nothing speaks against it.',
      since: world.clock.now(),
      retryAt: null,
    });
  });

  it('opens a failing channel, tries it after its rest and closes it after successful trials', async () => {
    // Given a channel that fails.
    const id = await world.configure('main');
    const replica = await world.start();
    await world.observe(replica, id, { succeeded: 3, failed: { upstream_timeout: 12 } });
    expect(await world.published(id)).toMatchObject({
      state: 'open',
      reason: '12 of 15 requests failed in 60 s (upstream_timeout).',
      retryAt: world.clock.now() + 10 * SECOND,
    });

    // When its rest is over, then it is tried; a failed trial doubles the rest.
    world.clock.advance(10 * SECOND);
    await replica.judge.judgeNow();
    expect(await world.published(id)).toMatchObject({ state: 'half-open', retryAt: null });
    await world.observe(replica, id, { failed: { upstream_timeout: 1 } });
    expect(await world.published(id)).toMatchObject({
      state: 'open',
      retryAt: world.clock.now() + 20 * SECOND,
    });

    // When trials succeed, then it serves again, and old failures do not count any more.
    world.clock.advance(20 * SECOND);
    await replica.judge.judgeNow();
    await world.observe(replica, id, { succeeded: 2 });
    expect(await world.published(id)).toMatchObject({ state: 'half-open' });
    await world.observe(replica, id, { succeeded: 1 });
    expect(await world.published(id)).toMatchObject({
      state: 'healthy',
      reason: 'The trial succeeded 3 times.',
    });
    await world.observe(replica, id, { succeeded: 5 });
    expect(await world.published(id)).toMatchObject({ state: 'healthy' });
  });

  it('closes a channel that is asked less than once a minute, by trials of whichever model', async () => {
    const id = await world.configure('main', { models: [model('a'), model('b')] });
    const replica = await world.start();
    await world.observe(replica, id, { model: 'a', failed: { upstream_unreachable: 10 } });
    await world.pass(replica, 10 * SECOND);
    for (const [name, state] of [
      ['a', 'half-open'],
      ['b', 'half-open'],
      ['a', 'healthy'],
    ] as const) {
      await world.pass(replica, 90 * SECOND);
      await world.observe(replica, id, { model: name, succeeded: 1 });
      expect(await world.published(id)).toMatchObject({ state });
    }
  });

  it('never rests a channel while judging is switched off, and frees those that rest', async () => {
    const id = await world.configure('main');
    const replica = await world.start();
    await world.observe(replica, id, { failed: { upstream_error: 20 } });
    expect(await world.published(id)).toMatchObject({ state: 'open' });

    await world.set({ enabled: false });
    await replica.judge.judgeNow();
    expect(await world.published(id)).toMatchObject({ state: 'healthy', retryAt: null });
    await world.observe(replica, id, { failed: { upstream_error: 50 } });
    expect(await world.published(id)).toMatchObject({ state: 'healthy' });

    await world.documents.bucket('config').delete(SETTINGS_DOCUMENT_KEY);
    await replica.judge.judgeNow();
    expect(await world.published(id)).toMatchObject({ state: 'open' });
  });

  it('tries an open channel at once when an operator changed it', async () => {
    const id = await world.configure('main');
    const replica = await world.start();
    await world.observe(replica, id, { failed: { upstream_unauthorized: 3 } });
    expect(await world.published(id)).toMatchObject({ state: 'open' });

    await world.configure('main', { id, weight: 7 });
    await replica.judge.judgeNow();
    expect(await world.published(id)).toMatchObject({ state: 'open' });

    await world.configure('main', { id, credentials: [key('new')] });
    await replica.judge.judgeNow();
    expect(await world.published(id)).toMatchObject({ state: 'half-open' });
  });

  it('forgets a channel that was deleted, also while it was not running', async () => {
    const [kept, deleted, deletedLater] = [
      await world.configure('a'),
      await world.configure('b'),
      await world.configure('c'),
    ];
    const replica = await world.start();
    await world.documents.bucket('config').delete(channelDocumentKey(deleted));
    await replica.judge.judgeNow();
    expect([await world.published(kept), await world.published(deleted)]).toEqual([
      expect.anything(),
      undefined,
    ]);
    expect((await world.get(replica, `/channels/${deleted}/history`)).statusCode).toBe(404);

    await replica.stop();
    await world.documents.bucket('config').delete(channelDocumentKey(deletedLater));
    const second = await world.start();
    expect(await world.published(deletedLater)).toBeUndefined();
    expect((await world.get(second, '/channels')).json().items).toMatchObject([{ channelId: kept }]);
  });

  it('keeps a channel whose document it can not read', async () => {
    const id = await world.configure('main');
    const replica = await world.start();
    await world.observe(replica, id, { failed: { upstream_error: 20 } });
    await replica.stop();
    await world.documents.bucket('config').put(channelDocumentKey(id), { id, from: 'a later version' });
    await world.start();
    expect(await world.published(id)).toMatchObject({ state: 'open' });
  });

  it('goes on after a restart where it was', async () => {
    const id = await world.configure('main');
    const replica = await world.start();
    await world.observe(replica, id, { failed: { upstream_error: 20 } });
    const before = await world.published(id);
    await replica.stop();
    // The bucket was lost meanwhile: the status is published anew.
    await world.documents.bucket('health').delete(channelStatusKey(id));

    world.clock.advance(5 * SECOND);
    const second = await world.start();
    expect(await world.published(id)).toEqual(before);
    world.clock.advance(5 * SECOND);
    await second.judge.judgeNow();
    expect(await world.published(id)).toMatchObject({ state: 'half-open' });
  });

  it('rests no credential that took the place of another while it was not running', async () => {
    const [bad, good] = [key('bad'), key('good')];
    const id = await world.configure('main', { credentials: [bad, good], models: [model('m')] });
    const replica = await world.start();
    await world.observe(replica, id, { credential: 0, model: 'm', failed: { credential_invalid: 1 } });
    expect(await world.published(id)).toMatchObject({
      credentials: [{ position: 0, state: 'open' }],
      credentialsFingerprint: credentialsFingerprint([bad, good]),
    });
    await replica.stop();
    const second = await world.start();
    expect((await world.published(id))?.credentials).toMatchObject([{ position: 0, state: 'open' }]);
    await second.stop();
    await world.configure('main', { id, credentials: [good, key('other')], models: [model('m')] });
    await world.start();
    expect((await world.published(id))?.credentials).toBeUndefined();
  });

  it('publishes its states anew when the bucket loses them while it runs', async () => {
    const id = await world.configure('main');
    const replica = await world.start();
    await world.observe(replica, id, { failed: { upstream_error: 20 } });
    const before = await world.published(id);
    await world.documents.bucket('config').put(PUBLICATION_DOCUMENT_KEY, {});
    world.documents.loseData();
    await replica.judge.judgeNow();
    expect(await world.published(id)).toEqual(before);
  });

  it('puts right within a minute what a replica wrote that led no more', async () => {
    const id = await world.configure('main');
    const replica = await world.start();
    const before = await world.published(id);
    await world.documents.bucket('health').put(channelStatusKey(id), { ...before, state: 'open' });
    await world.pass(replica, 60 * SECOND);
    await world.pass(replica, SECOND);
    expect(await world.published(id)).toEqual(before);
  });

  it('lets one of two replicas judge, and the other when the first has gone', async () => {
    const id = await world.configure('main');
    const [first, second] = [await world.start(), await world.start()];
    await world.observe(first, id, { failed: { upstream_error: 20 } });
    await second.judge.judgeNow();
    const transitions = await first.dataSource.query('select 1 from channel_health.transitions');
    expect(transitions).toHaveLength(1);

    await first.stop();
    world.clock.advance(10 * SECOND);
    await second.judge.judgeNow();
    expect(await world.published(id)).toMatchObject({ state: 'half-open' });
  });

  it('loses the right to judge with its database session, and takes it up again', async () => {
    const id = await world.configure('main');
    const replica = await world.start();
    await replica.dataSource.query(
      `select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory' and pid <> pg_backend_pid()
         and database = (select oid from pg_database where datname = current_database())`,
    );
    await replica.judge.judgeNow();
    await eventually(async () => {
      await replica.judge.judgeNow();
      return (await replica.health.ready()).status === 'ok';
    }, 'the replica to judge again');
    await world.observe(replica, id, { failed: { upstream_error: 20 } });
    expect(await world.published(id)).toMatchObject({ state: 'open' });
  });

  it('judges while the document store is away, says that it is not ready, and publishes when it is back', async () => {
    const id = await world.configure('main');
    const replica = await world.start();
    world.documents.away = true;
    await world.observe(replica, id, { failed: { upstream_error: 20 } });
    expect(await replica.health.ready()).toMatchObject({ status: 'unavailable' });
    world.documents.away = false;
    expect(await world.published(id)).toMatchObject({ state: 'healthy' });
    await replica.judge.judgeNow();
    expect(await world.published(id)).toMatchObject({ state: 'open' });
    expect((await replica.health.ready()).status).toBe('ok');
  });

  it('puts aside a message that is no observation, and passes over channels that do not exist', async () => {
    const id = await world.configure('main');
    const replica = await world.start();
    await world.eventLog.publish('channel-observations', { id: 'garbage', body: { type: 'other' } });
    await world.observe(replica, newId(), { failed: { upstream_error: 100 } });
    expect(await world.published(id)).toMatchObject({ state: 'healthy' });
    const dead = await world.eventLog.deadLetters.list({ limit: 10 });
    expect(dead).toMatchObject([
      { messageId: 'garbage', reason: expect.stringContaining('no channel observation') },
    ]);
  });

  it('shows the state of channels as metrics', async () => {
    const id = await world.configure('main');
    const replica = await world.start();
    await world.observe(replica, id, { failed: { upstream_error: 20 } });
    const text = await replica.metrics.metrics();
    expect(text).toMatch(/tollgate_channel_state\{channel="main",state="open",[^}]*\} 1/);
    expect(text).toMatch(/tollgate_channel_state\{channel="main",state="healthy",[^}]*\} 0/);
    expect(text).toMatch(/tollgate_channel_state_changes_total\{channel="main",state="open",[^}]*\} 1/);
  });
});

describe('the API of channel-health', () => {
  it('lists channels in pages with state, reason and what was seen', async () => {
    const [first, second] = [await world.configure('a'), await world.configure('b')];
    const replica = await world.start();
    await world.observe(replica, first, { succeeded: 3, failed: { upstream_timeout: 9 } });
    const page = await world.get(replica, '/channels?limit=1');
    expect([page.statusCode, page.json()]).toEqual([
      200,
      {
        items: [
          {
            channelId: first,
            name: 'a',
            state: 'open',
            reason: '9 of 12 requests failed in 60 s (upstream_timeout).',
            since: new Date(world.clock.now()).toISOString(),
            retryAt: new Date(world.clock.now() + 10 * SECOND).toISOString(),
            credentials: [],
            models: [],
            window: {
              seconds: 60,
              requests: 12,
              failed: 9,
              failedByCode: { upstream_timeout: 9 },
              firstByteMs: 20,
              durationMs: 300,
              firstByte: { p50: 19, p95: 19 },
              duration: { p50: 304, p95: 304 },
            },
          },
        ],
        nextCursor: expect.any(String),
      },
    ]);
    const next = await world.get(replica, `/channels?limit=1&cursor=${page.json().nextCursor}`);
    expect(next.json()).toMatchObject({ items: [{ channelId: second, state: 'healthy' }], nextCursor: null });
  });

  it('shows how a channel came to be in its state, newest first', async () => {
    const id = await world.configure('main');
    const replica = await world.start();
    await world.observe(replica, id, { failed: { upstream_error: 20 } });
    world.clock.advance(10 * SECOND);
    await replica.judge.judgeNow();
    const page = (await world.get(replica, `/channels/${id}/history?limit=1`)).json();
    expect(page.items).toMatchObject([
      { from: 'open', to: 'half-open', at: new Date(world.clock.now()).toISOString() },
    ]);
    const older = (
      await world.get(replica, `/channels/${id}/history?limit=1&cursor=${page.nextCursor}`)
    ).json();
    expect(older).toMatchObject({
      items: [{ from: 'healthy', to: 'open', window: { requests: 20, failed: 20 } }],
      nextCursor: null,
    });
  });

  it.each([
    ['/channels/unknown', 404, 'not_found'],
    ['/channels/unknown/history', 404, 'not_found'],
    ['/channels?limit=0', 400, 'validation_failed'],
    ['/channels?cursor=garbage', 400, 'validation_failed'],
    ['/incidents?open=perhaps', 400, 'validation_failed'],
    ['/incidents?cursor=garbage', 400, 'validation_failed'],
    ['/status-page?days=91', 400, 'validation_failed'],
  ])('answers %s with %i %s', async (path, status, code) => {
    const replica = await world.start();
    const response = await world.get(replica, path);
    expect([response.statusCode, response.json().code]).toEqual([status, code]);
  });

  it('is closed to callers without an access token', async () => {
    const replica = await world.start();
    expect((await replica.app.inject('/api/v1/channel-health/channels')).statusCode).toBe(401);
  });

  it('is described in OpenAPI', async () => {
    const replica = await world.start();
    const document = (await replica.app.inject('/api/v1/openapi.json')).json();
    expect(Object.keys(document.paths as object)).toEqual([
      '/api/v1/channel-health/channels',
      '/api/v1/channel-health/channels/{channelId}',
      '/api/v1/channel-health/channels/{channelId}/history',
      '/api/v1/channel-health/incidents',
      '/api/v1/channel-health/incidents/{incidentId}/organizations',
      '/api/v1/channel-health/status-page',
      '/api/v1/channel-health/notifications',
      '/api/v1/channel-health/notifications/{rule}/secret',
      '/api/v1/channel-health/channels/{channelId}/probe',
      '/api/v1/channel-health/channels/{channelId}/probes',
      '/api/v1/channel-health/channels/{channelId}/vendor-check',
    ]);
    expect(document.components.schemas.ChannelHealthView.properties.retryAt.type).toEqual(['string', 'null']);
  });
});
