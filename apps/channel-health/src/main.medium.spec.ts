import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import {
  type ChannelDocument,
  type ChannelId,
  channelDocumentKey,
  channelStatusKey,
} from '@tollgate/contracts';
import { connectNats, NatsDocumentStore, NatsEventLog } from '@tollgate/messaging/nats';
import { generateMasterKey } from '@tollgate/security';
import { noopLogger } from '@tollgate/telemetry';
import {
  createTestDatabase,
  endWithParent,
  eventually,
  type TestDatabase,
  testServers,
  typeScriptOptions,
  uniqueName,
} from '@tollgate/testing';

jest.setTimeout(60_000);

let database: TestDatabase;
let environment: Record<string, string | undefined>;
const started: ChildProcess[] = [];

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
afterEach(async () => {
  for (const child of started.splice(0)) {
    if (child.exitCode === null && child.signalCode === null) {
      const gone = once(child, 'exit');
      child.kill('SIGKILL');
      await gone;
    }
  }
});
afterAll(() => database.drop());

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

function run(settings: Record<string, string | undefined>, ...args: string[]) {
  const script = `${import.meta.dirname}/main.ts`;
  const child = spawn(process.execPath, [...typeScriptOptions(), script, ...args], {
    env: settings,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  endWithParent(child, script);
  started.push(child);
  const output = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk: Buffer) => (output.stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (output.stderr += chunk.toString()));
  return { child, output, exited: once(child, 'close').then(([code]) => code as number | null) };
}

function channelOf(id: string): ChannelDocument {
  return {
    ...{ id: id as ChannelId, name: 'main', provider: 'openai', baseUrl: 'http://127.0.0.1:9/v1' },
    ...{ credentials: [], models: [], groups: ['default'], dialect: null },
    ...{ options: {}, thinkingToContent: false, priority: 0, weight: 1, enabled: true },
  };
}

/** What a proxy says of a channel that it can not reach. */
async function report(eventLog: NatsEventLog, channelId: string): Promise<void> {
  const observation = { channelId, windowStart: Date.now(), windowMs: 1_000 };
  const counts = { succeeded: 0, failed: { upstream_unreachable: 10 }, firstByteMsSum: 0, durationMsSum: 0 };
  await eventLog.publish('channel-observations', {
    id: uniqueName('observation'),
    body: {
      ...{ type: 'channel.observed', version: 1, proxyId: 'p' },
      observations: [{ ...observation, ...counts }],
    },
  });
}

async function stateIn(documents: NatsDocumentStore, id: string, state: string): Promise<object | undefined> {
  const document = await documents.bucket('health').get(channelStatusKey(id));
  const value = document?.value as { state?: string } | undefined;
  return value?.state === state ? value : undefined;
}

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

  it('is taken over by its other replica within ten seconds when it is killed', async () => {
    // Given two replicas, of which the first judges.
    const namespace = uniqueName('channel_health');
    const settings = { ...environment, TOLLGATE_NATS_NAMESPACE: namespace };
    const connection = await connectNats({ url: testServers().natsUrl, name: 'test', logger: noopLogger });
    const documents = new NatsDocumentStore({ connection, namespace, logger: noopLogger });
    const eventLog = new NatsEventLog({ connection, namespace, logger: noopLogger });
    await documents.bucket('config').put(channelDocumentKey('channel-2'), channelOf('channel-2'));
    const replicas: ReturnType<typeof run>[] = [];
    const judges = (index: number): boolean | undefined =>
      replicas[index]?.output.stdout.includes('This replica judges channels now.');
    for (const name of ['first', 'second']) {
      const port = String(await freePort());
      replicas.push(run({ ...settings, TOLLGATE_CHANNEL_HEALTH_PORT: port }));
      const isReady = () =>
        fetch(`http://127.0.0.1:${port}/readyz`).then(
          ({ status }) => status === 200,
          () => false,
        );
      await eventually(isReady, `the ${name} replica to be ready`, 40_000);
      // It may be ready before it judges; the second one must find it judging.
      await eventually(() => judges(0), 'the first replica to judge', 10_000);
    }
    expect(judges(1)).toBe(false);

    // When it is killed, then the other one judges what proxies report from then on.
    replicas[0]?.child.kill('SIGKILL');
    await replicas[0]?.exited;
    await eventually(() => judges(1), 'the second replica to judge', 10_000);
    await report(eventLog, 'channel-2');
    await eventually(() => stateIn(documents, 'channel-2', 'open'), 'the channel to be open');
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
