import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { channelDocumentKey, SETTINGS_DOCUMENT_KEY } from '@tollgate/contracts';
import { connectNats, NatsDocumentStore, NatsEventLog, type NatsLink } from '@tollgate/messaging/nats';
import { generateMasterKey } from '@tollgate/security';
import { noopLogger } from '@tollgate/telemetry';
import {
  createTestDatabase,
  eventually,
  type TestDatabase,
  testServers,
  uniqueName,
  WebhookReceiver,
} from '@tollgate/testing';
import { FakeProxy } from '../test-support/fake-proxy.js';
import { channelOf, freePort, killStarted, report, run, stateIn } from '../test-support/service.js';

jest.setTimeout(90_000);

type Replica = ReturnType<typeof run> & { readonly port: string };

const JUDGES = 'This replica judges channels now.';
const NO_MORE = 'This replica judges channels no more.';
const REPORT_EVERY_MS = 500;

let database: TestDatabase;
let namespace: string;
let connection: NatsLink;
let documents: NatsDocumentStore;
let eventLog: NatsEventLog;
let proxy: FakeProxy;
let hook: WebhookReceiver;

beforeAll(async () => {
  hook = await WebhookReceiver.start();
});
beforeEach(async () => {
  database = await createTestDatabase();
  namespace = uniqueName('channel_health');
  const address = { url: testServers().natsUrl, name: 'test' };
  connection = await connectNats({ ...address, logger: noopLogger });
  documents = new NatsDocumentStore({ connection, namespace, logger: noopLogger });
  eventLog = new NatsEventLog({ connection, namespace, logger: noopLogger });
  proxy = await FakeProxy.start({ ...address, namespace });
});
afterEach(async () => {
  await killStarted();
  await proxy.stop();
  await eventLog.close();
  await documents.close();
  await connection.close();
  await database.drop();
  hook.forget();
});
afterAll(() => hook.stop());

async function startReplica(masterKey: string): Promise<Replica> {
  const port = String(await freePort());
  const service = run({
    ...{ PATH: process.env.PATH, DATABASE_URL: database.url, NATS_URL: testServers().natsUrl },
    ...{ TOLLGATE_NATS_NAMESPACE: namespace, TOLLGATE_MASTER_KEY: masterKey, TOLLGATE_HOST: '127.0.0.1' },
    ...{ TOLLGATE_CHANNEL_HEALTH_PORT: port, TOLLGATE_UPSTREAM_PRIVATE: 'allow' },
  });
  const replica = { ...service, port };
  await eventually(() => isReady(replica), 'a replica to be ready', 40_000);
  return replica;
}

const isReady = ({ port }: Replica): Promise<boolean> =>
  fetch(`http://127.0.0.1:${port}/readyz`).then(
    ({ status }) => status === 200,
    () => false,
  );

const said = ({ output }: Replica, line: string): number => output.stdout.split(line).length - 1;

/** Two replicas of which the first judges, a channel on trial, and one of which nothing is known yet. */
async function leaderAndFollower(): Promise<readonly [Replica, Replica]> {
  const bucket = documents.bucket('config');
  const onTrial = { ...channelOf('on-trial'), name: 'on-trial' };
  await bucket.put(channelDocumentKey('on-trial'), onTrial);
  await bucket.put(channelDocumentKey('failing'), { ...channelOf('failing'), name: 'failing' });
  const masterKey = generateMasterKey();
  const leader = await startReplica(masterKey);
  // It may be ready before it judges; the second one must find it judging.
  await eventually(() => said(leader, JUDGES) === 1, 'the first replica to judge');
  await report(eventLog, 'on-trial');
  await eventually(() => stateIn(documents, 'on-trial', 'open'), 'the channel to be open');
  await bucket.put(channelDocumentKey('on-trial'), { ...onTrial, baseUrl: 'http://127.0.0.1:10/v1' });
  await eventually(() => stateIn(documents, 'on-trial', 'half-open'), 'the channel to be on trial');
  const follower = await startReplica(masterKey);
  expect(said(follower, JUDGES)).toBe(0);
  return [leader, follower];
}

/** Only who leads from now on can do what these settings ask for. */
async function askForProbesAndNotifications(): Promise<void> {
  const rule = {
    name: 'operators',
    on: ['incident-opened'],
    channels: ['failing'],
    webhook: { url: hook.url },
  };
  await documents.bucket('config').put(SETTINGS_DOCUMENT_KEY, {
    health: { probes: { enabled: true }, notifications: [rule] },
  });
}

/** Within ten seconds. Proxies report all the time, to whoever listens. */
async function judgesProbesAndNotifies(follower: Replica): Promise<void> {
  const reports = setInterval(() => void report(eventLog, 'failing'), REPORT_EVERY_MS);
  try {
    const isDone = () =>
      said(follower, JUDGES) > 0 && proxy.probed.includes('on-trial') && hook.received.length > 0;
    await eventually(isDone, 'the other replica to judge, to probe and to notify', 10_000);
  } finally {
    clearInterval(reports);
  }
  expect(await stateIn(documents, 'failing', 'open')).toBeDefined();
  expect(hook.received).toHaveLength(1);
}

describe('the judging replica of channel-health', () => {
  it('is replaced within ten seconds when it is killed: the other one judges, probes and notifies', async () => {
    const [leader, follower] = await leaderAndFollower();
    leader.child.kill('SIGKILL');
    await leader.exited;
    await askForProbesAndNotifications();
    await judgesProbesAndNotifies(follower);
  });

  it('is replaced within ten seconds when it hangs, and stands by when it goes on', async () => {
    // Given a leader that hangs, its connections open.
    const [leader, follower] = await leaderAndFollower();
    leader.child.kill('SIGSTOP');
    await askForProbesAndNotifications();
    await judgesProbesAndNotifies(follower);

    // When it goes on, then it judges no more, and is ready to.
    leader.child.kill('SIGCONT');
    await eventually(() => said(leader, NO_MORE) === 1, 'the first replica to know that it leads no more');
    await eventually(() => isReady(leader), 'the first replica to be ready');
    expect([said(leader, JUDGES), said(follower, JUDGES), said(follower, NO_MORE)]).toEqual([1, 1, 0]);

    // And when the other one goes, then it leads again.
    follower.child.kill('SIGKILL');
    await eventually(() => said(leader, JUDGES) === 2, 'the first replica to judge again');
  });
});
