import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { channelDocumentKey } from '@tollgate/contracts';
import { connectNats, NatsDocumentStore, NatsEventLog } from '@tollgate/messaging/nats';
import { generateMasterKey } from '@tollgate/security';
import { noopLogger } from '@tollgate/telemetry';
import {
  createTestDatabase,
  eventually,
  type TestDatabase,
  testServers,
  uniqueName,
} from '@tollgate/testing';
import { channelOf, freePort, killStarted, report, run, stateIn } from '../test-support/service.js';

jest.setTimeout(60_000);

let database: TestDatabase;
let environment: Record<string, string | undefined>;

beforeAll(async () => {
  database = await createTestDatabase();
  environment = {
    PATH: process.env.PATH,
    DATABASE_URL: database.url,
    NATS_URL: testServers().natsUrl,
    TOLLGATE_NATS_NAMESPACE: uniqueName('channel_health'),
    TOLLGATE_MASTER_KEY: generateMasterKey(),
    TOLLGATE_HOST: '127.0.0.1',
    TOLLGATE_CHANNEL_HEALTH_PORT: String(await freePort()),
  };
});
afterEach(killStarted);
afterAll(() => database.drop());

describe('the channel-health service', () => {
  it('migrates its schema and ends', async () => {
    const { output, exited } = run({ DATABASE_URL: database.url, PATH: environment.PATH }, 'migrate');
    expect([await exited, output.stderr]).toEqual([0, '']);
    expect(output.stdout).toContain('The schema is up to date.');
  });

  it('judges channels on real servers, answers its probes and stops on SIGTERM', async () => {
    // Given a configured channel of which a proxy saw failures.
    const namespace = environment.TOLLGATE_NATS_NAMESPACE ?? '';
    const connection = await connectNats({ url: testServers().natsUrl, name: 'test', logger: noopLogger });
    const documents = new NatsDocumentStore({ connection, namespace, logger: noopLogger });
    const eventLog = new NatsEventLog({ connection, namespace, logger: noopLogger });
    const channel = channelOf('channel-1');
    await documents.bucket('config').put(channelDocumentKey(channel.id), channel);

    const service = run(environment);
    const address = `http://127.0.0.1:${environment.TOLLGATE_CHANNEL_HEALTH_PORT}`;
    const statusOf = (path: string) =>
      fetch(`${address}${path}`).then(
        (response) => response.status,
        () => 0,
      );
    await eventually(async () => (await statusOf('/readyz')) === 200, 'the service to be ready', 40_000);
    expect(await statusOf('/healthz')).toBe(200);
    expect(await statusOf('/api/v1/channel-health/channels')).toBe(401);

    // When the proxy reports them.
    await report(eventLog, channel.id);

    // Then the channel is opened, in the bucket that proxies watch.
    const status = await eventually(() => stateIn(documents, channel.id, 'open'), 'the channel to be open');
    expect(status).toMatchObject({ reason: '10 of 10 requests failed in 60 s (upstream_unreachable).' });

    service.child.kill('SIGTERM');
    expect([await service.exited, service.output.stderr]).toEqual([0, '']);
    await eventLog.close();
    await documents.close();
    await connection.close();
  });

  it.each([
    ['TOLLGATE_CHANNEL_HEALTH_PORT', 'x', 'TOLLGATE_CHANNEL_HEALTH_PORT is "x": it must be a whole number'],
    ['TOLLGATE_MASTER_KEY', '', 'TOLLGATE_MASTER_KEY is not set: it must be 32 random bytes in base64.'],
    ['DATABASE_URL', 'postgres://gw@127.0.0.1:1/none', '127.0.0.1:1'],
  ])('says in one line what is wrong with %s=%s', async (name, value, line) => {
    const { output, exited } = run({ ...environment, [name]: value });
    expect(await exited).toBe(1);
    expect(output.stderr.trimEnd().split('\n')).toEqual([expect.stringContaining(line)]);
    expect(output.stderr).toMatch(/^channel-health: /);
  });
});
