import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { type NestFastifyApplication } from '@nestjs/platform-fastify';
import {
  type ChannelDocument,
  channelDocumentKey,
  type ChannelId,
  type ChannelStatusDocument,
  channelStatusKey,
  newId,
  SETTINGS_DOCUMENT_KEY,
} from '@tollgate/contracts';
import { createControlApplication } from '@tollgate/control-api';
import { openDatabase } from '@tollgate/persistence';
import { generateMasterKey, parseMasterKey, signAccessToken } from '@tollgate/security';
import { createMetrics, HealthChecks, noopLogger } from '@tollgate/telemetry';
import {
  createTestDatabase,
  eventually,
  FakeDocumentStore,
  FakeEventLog,
  ManualClock,
  type TestDatabase,
} from '@tollgate/testing';
import { type DataSource } from 'typeorm';
import { ChannelHealthModule } from './channel-health.module.js';
import { channelHealthDatabase } from './database/channel-health-database.js';
import { ChannelJudge } from './judging/channel-judge.js';

jest.setTimeout(30_000);

const masterKey = parseMasterKey(generateMasterKey());
const SECOND = 1_000;

/** One replica of the service with everything real but the messaging. */
interface Replica {
  readonly app: NestFastifyApplication;
  readonly judge: ChannelJudge;
  readonly health: HealthChecks;
  readonly metrics: ReturnType<typeof createMetrics>;
  readonly dataSource: DataSource;
  stop(): Promise<void>;
}

let database: TestDatabase;
let clock: ManualClock;
let documents: FakeDocumentStore;
let eventLog: FakeEventLog;
const replicas: Replica[] = [];

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());
beforeEach(() => {
  clock = new ManualClock();
  documents = new FakeDocumentStore();
  eventLog = new FakeEventLog();
});
afterEach(async () => {
  for (const replica of replicas.splice(0)) {
    await replica.stop();
  }
  const dataSource = await open();
  await dataSource.query('truncate channel_health.channels, channel_health.transitions');
  await dataSource.destroy();
});

function open(): Promise<DataSource> {
  return openDatabase(channelHealthDatabase({ url: database.url }));
}

async function start(): Promise<Replica> {
  const dataSource = await open();
  const health = new HealthChecks();
  const metrics = createMetrics({ service: 'channel-health' });
  const feature = ChannelHealthModule.register({
    dataSource,
    eventLog,
    documents,
    clock,
    logger: noopLogger,
    health,
    metrics,
  });
  const app = await createControlApplication({
    modules: [feature],
    logger: noopLogger,
    health,
    metrics,
    masterKey,
    openApi: { title: 'Channel health' },
  });
  let stopped = false;
  const replica: Replica = {
    app,
    judge: app.get(ChannelJudge, { strict: false }),
    health,
    metrics,
    dataSource,
    stop: async () => {
      if (!stopped) {
        stopped = true;
        await app.close();
        await dataSource.destroy();
      }
    },
  };
  replicas.push(replica);
  await replica.judge.judgeNow();
  return replica;
}

async function configure(name: string, changes: Partial<ChannelDocument> = {}): Promise<ChannelId> {
  const id = changes.id ?? newId<ChannelId>();
  const channel: ChannelDocument = {
    id,
    name,
    provider: 'openai',
    baseUrl: 'http://127.0.0.1:9/v1',
    credentials: [],
    models: [],
    groups: ['default'],
    dialect: null,
    options: {},
    thinkingToContent: false,
    priority: 0,
    weight: 1,
    enabled: true,
    ...changes,
  };
  await documents.bucket('config').put(channelDocumentKey(id), channel);
  return id;
}

/** Publishes what one proxy saw in the second before now, and judges it. */
async function observe(
  replica: Replica,
  channelId: string,
  succeeded: number,
  failed: Record<string, number> = {},
): Promise<void> {
  clock.advance(SECOND);
  const observation = {
    channelId,
    windowStart: clock.now() - SECOND,
    windowMs: SECOND,
    succeeded,
    failed,
    firstByteMsSum: succeeded * 20,
    durationMsSum: succeeded * 300,
  };
  const body = { type: 'channel.observed', version: 1, proxyId: 'proxy-1', observations: [observation] };
  await eventLog.publish('channel-observations', { id: newId(), body });
  // The log delivers on the next turn of the event loop.
  await new Promise((resolve) => setImmediate(resolve));
  await replica.judge.judgeNow();
}

async function published(channelId: string): Promise<ChannelStatusDocument | undefined> {
  const document = await documents.bucket('health').get(channelStatusKey(channelId));
  return document?.value as ChannelStatusDocument | undefined;
}

async function get(replica: Replica, path: string) {
  const claims = { subject: 'u1', role: 'administrator', ttlSeconds: 60 };
  const authorization = `Bearer ${await signAccessToken(masterKey, claims)}`;
  return replica.app.inject({ url: `/api/v1/channel-health/channels${path}`, headers: { authorization } });
}

describe('channel-health', () => {
  it('publishes a healthy status for a configured channel', async () => {
    const id = await configure('main');
    await start();
    expect(await published(id)).toEqual({
      channelId: id,
      state: 'healthy',
      reason: 'Nothing speaks against it.',
      since: clock.now(),
      retryAt: null,
    });
  });

  it('opens a failing channel, tries it after its rest and closes it after successful trials', async () => {
    // Given a channel that fails.
    const id = await configure('main');
    const replica = await start();
    await observe(replica, id, 3, { upstream_timeout: 12 });
    expect(await published(id)).toMatchObject({
      state: 'open',
      reason: '12 of 15 requests failed in 60 s (upstream_timeout).',
      retryAt: clock.now() + 10 * SECOND,
    });

    // When its rest is over, then it is tried; a failed trial doubles the rest.
    clock.advance(10 * SECOND);
    await replica.judge.judgeNow();
    expect(await published(id)).toMatchObject({ state: 'half-open', retryAt: null });
    await observe(replica, id, 0, { upstream_timeout: 1 });
    expect(await published(id)).toMatchObject({ state: 'open', retryAt: clock.now() + 20 * SECOND });

    // When trials succeed, then it serves again, and old failures do not count any more.
    clock.advance(20 * SECOND);
    await replica.judge.judgeNow();
    await observe(replica, id, 2);
    expect(await published(id)).toMatchObject({ state: 'half-open' });
    await observe(replica, id, 1);
    expect(await published(id)).toMatchObject({ state: 'healthy', reason: 'The trial succeeded 3 times.' });
    await observe(replica, id, 5);
    expect(await published(id)).toMatchObject({ state: 'healthy' });
  });

  it('never rests a channel while judging is switched off, and frees those that rest', async () => {
    const id = await configure('main');
    const replica = await start();
    await observe(replica, id, 0, { upstream_error: 20 });
    expect(await published(id)).toMatchObject({ state: 'open' });

    await documents.bucket('config').put(SETTINGS_DOCUMENT_KEY, { health: { enabled: false } });
    await replica.judge.judgeNow();
    expect(await published(id)).toMatchObject({ state: 'healthy', retryAt: null });
    await observe(replica, id, 0, { upstream_error: 50 });
    expect(await published(id)).toMatchObject({ state: 'healthy' });

    await documents.bucket('config').delete(SETTINGS_DOCUMENT_KEY);
    await replica.judge.judgeNow();
    expect(await published(id)).toMatchObject({ state: 'open' });
  });

  it('tries an open channel at once when an operator changed it', async () => {
    const id = await configure('main');
    const replica = await start();
    await observe(replica, id, 0, { upstream_unauthorized: 3 });
    expect(await published(id)).toMatchObject({ state: 'open' });

    await configure('main', { id, weight: 7 });
    await replica.judge.judgeNow();
    expect(await published(id)).toMatchObject({ state: 'open' });

    await configure('main', { id, credentials: [{ keyId: 'k', box: 'new' }] });
    await replica.judge.judgeNow();
    expect(await published(id)).toMatchObject({ state: 'half-open' });
  });

  it('forgets a channel that was deleted, also while it was not running', async () => {
    const [kept, deleted, deletedLater] = [await configure('a'), await configure('b'), await configure('c')];
    const replica = await start();
    await documents.bucket('config').delete(channelDocumentKey(deleted));
    await replica.judge.judgeNow();
    expect([await published(kept), await published(deleted)]).toEqual([expect.anything(), undefined]);
    expect((await get(replica, `/${deleted}/history`)).statusCode).toBe(404);

    await replica.stop();
    await documents.bucket('config').delete(channelDocumentKey(deletedLater));
    const second = await start();
    expect(await published(deletedLater)).toBeUndefined();
    expect((await get(second, '')).json().items).toMatchObject([{ channelId: kept }]);
  });

  it('keeps a channel whose document it can not read', async () => {
    const id = await configure('main');
    const replica = await start();
    await observe(replica, id, 0, { upstream_error: 20 });
    await replica.stop();
    await documents.bucket('config').put(channelDocumentKey(id), { id, from: 'a later version' });
    await start();
    expect(await published(id)).toMatchObject({ state: 'open' });
  });

  it('goes on after a restart where it was', async () => {
    const id = await configure('main');
    const replica = await start();
    await observe(replica, id, 0, { upstream_error: 20 });
    const before = await published(id);
    await replica.stop();
    // The bucket was lost meanwhile: the status is published anew.
    await documents.bucket('health').delete(channelStatusKey(id));

    clock.advance(5 * SECOND);
    const second = await start();
    expect(await published(id)).toEqual(before);
    clock.advance(5 * SECOND);
    await second.judge.judgeNow();
    expect(await published(id)).toMatchObject({ state: 'half-open' });
  });

  it('lets one of two replicas judge, and the other when the first has gone', async () => {
    const id = await configure('main');
    const [first, second] = [await start(), await start()];
    await observe(first, id, 0, { upstream_error: 20 });
    await second.judge.judgeNow();
    const transitions = await first.dataSource.query('select 1 from channel_health.transitions');
    expect(transitions).toHaveLength(1);

    await first.stop();
    clock.advance(10 * SECOND);
    await second.judge.judgeNow();
    expect(await published(id)).toMatchObject({ state: 'half-open' });
  });

  it('loses the right to judge with its database session, and takes it up again', async () => {
    const id = await configure('main');
    const replica = await start();
    await replica.dataSource.query(
      `select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory' and pid <> pg_backend_pid()
         and database = (select oid from pg_database where datname = current_database())`,
    );
    await replica.judge.judgeNow();
    await eventually(async () => {
      await replica.judge.judgeNow();
      return (await replica.health.ready()).status === 'ok';
    }, 'the replica to judge again');
    await observe(replica, id, 0, { upstream_error: 20 });
    expect(await published(id)).toMatchObject({ state: 'open' });
  });

  it('judges while the document store is away, says that it is not ready, and publishes when it is back', async () => {
    const id = await configure('main');
    const replica = await start();
    documents.away = true;
    await observe(replica, id, 0, { upstream_error: 20 });
    expect(await replica.health.ready()).toMatchObject({ status: 'unavailable' });
    documents.away = false;
    expect(await published(id)).toMatchObject({ state: 'healthy' });
    await replica.judge.judgeNow();
    expect(await published(id)).toMatchObject({ state: 'open' });
    expect((await replica.health.ready()).status).toBe('ok');
  });

  it('puts aside a message that is no observation, and passes over channels that do not exist', async () => {
    const id = await configure('main');
    const replica = await start();
    await eventLog.publish('channel-observations', { id: 'garbage', body: { type: 'other' } });
    await observe(replica, newId(), 0, { upstream_error: 100 });
    expect(await published(id)).toMatchObject({ state: 'healthy' });
    const dead = await eventLog.deadLetters.list({ limit: 10 });
    expect(dead).toMatchObject([
      { messageId: 'garbage', reason: expect.stringContaining('no channel observation') },
    ]);
  });

  it('shows the state of channels as metrics', async () => {
    const id = await configure('main');
    const replica = await start();
    await observe(replica, id, 0, { upstream_error: 20 });
    const text = await replica.metrics.metrics();
    expect(text).toMatch(/tollgate_channel_state\{channel="main",state="open",[^}]*\} 1/);
    expect(text).toMatch(/tollgate_channel_state\{channel="main",state="healthy",[^}]*\} 0/);
    expect(text).toMatch(/tollgate_channel_state_changes_total\{channel="main",state="open",[^}]*\} 1/);
  });
});

describe('the API of channel-health', () => {
  it('lists channels in pages with state, reason and what was seen', async () => {
    const [first, second] = [await configure('a'), await configure('b')];
    const replica = await start();
    await observe(replica, first, 3, { upstream_timeout: 9 });
    const page = await get(replica, '?limit=1');
    expect([page.statusCode, page.json()]).toEqual([
      200,
      {
        items: [
          {
            channelId: first,
            name: 'a',
            state: 'open',
            reason: '9 of 12 requests failed in 60 s (upstream_timeout).',
            since: new Date(clock.now()).toISOString(),
            retryAt: new Date(clock.now() + 10 * SECOND).toISOString(),
            window: {
              seconds: 60,
              requests: 12,
              failed: 9,
              failedByCode: { upstream_timeout: 9 },
              firstByteMs: 20,
              durationMs: 300,
            },
          },
        ],
        nextCursor: expect.any(String),
      },
    ]);
    const next = await get(replica, `?limit=1&cursor=${page.json().nextCursor}`);
    expect(next.json()).toMatchObject({ items: [{ channelId: second, state: 'healthy' }], nextCursor: null });
  });

  it('shows how a channel came to be in its state, newest first', async () => {
    const id = await configure('main');
    const replica = await start();
    await observe(replica, id, 0, { upstream_error: 20 });
    clock.advance(10 * SECOND);
    await replica.judge.judgeNow();
    const page = (await get(replica, `/${id}/history?limit=1`)).json();
    expect(page.items).toMatchObject([
      { from: 'open', to: 'half-open', at: new Date(clock.now()).toISOString() },
    ]);
    const older = (await get(replica, `/${id}/history?limit=1&cursor=${page.nextCursor}`)).json();
    expect(older).toMatchObject({
      items: [{ from: 'healthy', to: 'open', window: { requests: 20, failed: 20 } }],
      nextCursor: null,
    });
  });

  it.each([
    ['/unknown/history', 404, 'not_found'],
    ['?limit=0', 400, 'validation_failed'],
    ['?cursor=garbage', 400, 'validation_failed'],
  ])('answers %s with %i %s', async (path, status, code) => {
    const replica = await start();
    const response = await get(replica, path);
    expect([response.statusCode, response.json().code]).toEqual([status, code]);
  });

  it('is closed to callers without an access token', async () => {
    const replica = await start();
    expect((await replica.app.inject('/api/v1/channel-health/channels')).statusCode).toBe(401);
  });

  it('is described in OpenAPI', async () => {
    const replica = await start();
    const document = (await replica.app.inject('/api/v1/openapi.json')).json();
    expect(Object.keys(document.paths as object)).toEqual([
      '/api/v1/channel-health/channels',
      '/api/v1/channel-health/channels/{channelId}/history',
    ]);
    expect(document.components.schemas.ChannelHealthView.properties.retryAt.type).toEqual(['string', 'null']);
  });
});
