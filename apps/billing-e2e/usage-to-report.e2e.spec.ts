import { createServer } from 'node:net';
import { once } from 'node:events';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { RedisQuotaStore } from '@tollgate/admission/redis';
import {
  journalWatermarkKey,
  newId,
  priceCardDocumentKey,
  RPC,
  systemClock,
  type JournalId,
  type LeaseId,
  type OrganizationId,
  type PriceCardId,
} from '@tollgate/contracts';
import { connectNats, NatsDocumentStore, NatsEventLog, type NatsLink } from '@tollgate/messaging/nats';
import { callRpc, natsRpcTransport } from '@tollgate/messaging/rpc';
import { generateMasterKey, parseMasterKey, signAccessToken } from '@tollgate/security';
import { noopLogger } from '@tollgate/telemetry';
import {
  createTestDatabase,
  eventually,
  GatewayProcess,
  testServers,
  uniqueName,
  usageEvent,
  type TestDatabase,
} from '@tollgate/testing';

type Environment = Readonly<Record<string, string>>;

const MAIN = 'apps/billing/dist/main.js';
const CARD = 'card-1' as PriceCardId;
const ACME = 'acme-1' as OrganizationId;

describe('billing as a process', () => {
  const masterKey = generateMasterKey();
  let authorization: string;
  let link: NatsLink;
  let database: TestDatabase;
  let documents: NatsDocumentStore;
  let eventLog: NatsEventLog;
  let environment: Environment;
  let running: GatewayProcess[] = [];

  beforeAll(async () => {
    link = await connectNats({ url: testServers().natsUrl, name: 'test', logger: noopLogger });
    const claims = { subject: 'u1', role: 'administrator', ttlSeconds: 600 };
    authorization = `Bearer ${await signAccessToken(parseMasterKey(masterKey), claims, systemClock)}`;
  });
  afterAll(() => link.close());

  beforeEach(async () => {
    database = await createTestDatabase();
    const namespace = uniqueName('billingE2e');
    const messaging = { connection: link, namespace, logger: noopLogger };
    documents = new NatsDocumentStore(messaging);
    eventLog = new NatsEventLog(messaging);
    environment = {
      DATABASE_URL: database.url,
      NATS_URL: testServers().natsUrl,
      REDIS_URL: testServers().redisUrl,
      TOLLGATE_NATS_NAMESPACE: namespace,
      TOLLGATE_REDIS_KEY_PREFIX: namespace,
      TOLLGATE_MASTER_KEY: masterKey,
      TOLLGATE_BILLING_PORT: '0',
      TOLLGATE_HOST: '127.0.0.1',
    };
  });
  afterEach(async () => {
    await Promise.all(running.map((billing) => billing.kill()));
    running = [];
    await Promise.all([documents.close(), eventLog.close()]);
    await database.drop();
  });

  const start = (changes: Environment = {}): GatewayProcess => {
    const billing = GatewayProcess.start({ script: MAIN, environment: { ...environment, ...changes } });
    running.push(billing);
    return billing;
  };
  const read = async (url: string, path: string): Promise<Record<string, unknown>> =>
    (await (await fetch(`${url}/api/v1/billing${path}`, { headers: { authorization } })).json()) as Record<
      string,
      unknown
    >;
  const announce = (): Promise<void> =>
    eventLog.publish('organizations', {
      id: `created:${ACME}`,
      body: {
        type: 'organization.created',
        version: 1,
        organizationId: ACME,
        name: 'acme',
        openingBalance: '1.00',
        occurredAt: systemClock.now(),
      },
    });
  const publishUsage = async (journalId: JournalId, sequences: readonly number[]): Promise<void> => {
    await documents.bucket('config').put(priceCardDocumentKey('gpt-4o'), {
      model: 'gpt-4o',
      versions: [{ id: CARD, version: 1, effectiveFrom: 0, prices: { input: '2.50', output: '10.00' } }],
    });
    const events = sequences.map((sequence) =>
      usageEvent({
        sequence,
        organization: { id: ACME, name: 'acme' },
        priceCard: { id: CARD, version: 1 },
        charge: '4500000',
        leaseId: `lease-${journalId}` as LeaseId,
      }),
    );
    const id = `${journalId}:${sequences[0]}-${sequences.at(-1)}`;
    await eventLog.publish('usage', { id, body: { journalId, events, closed: false } });
  };
  const watermark = (journalId: JournalId, through: number): Promise<unknown> =>
    eventually(
      async () => {
        const document = await documents.bucket('billing').get(journalWatermarkKey(journalId));
        return (document?.value as { committedThrough?: number } | undefined)?.committedThrough === through;
      },
      `the watermark ${through}`,
      20_000,
    );

  it('turns usage events into a report, a balance and money that admission can grant', async () => {
    const url = await start().listening();
    const journal = newId<JournalId>();
    await announce();
    await publishUsage(journal, [1, 2]);
    await watermark(journal, 2);
    await eventually(
      async () => (await read(url, `/organizations/${ACME}/balance`)).balance === '0.991',
      'the opening credit',
    );

    const report = await read(url, '/usage?groupBy=organization');
    expect(report.items).toEqual([
      expect.objectContaining({ organization: 'acme', organizationId: ACME, requests: 2, charge: '0.009' }),
    ]);
    expect((await read(url, '/reconciliation')).balanced).toBe(true);

    const rpc = natsRpcTransport({
      url: testServers().natsUrl,
      name: 'test',
      ...{ namespace: environment.TOLLGATE_NATS_NAMESPACE ?? '' },
    }).client();
    const reply = await callRpc(rpc, RPC.balances, { organizationIds: [ACME] }, { timeoutMs: 5_000 });
    await rpc.close();
    expect(reply).toEqual({ balances: { [ACME]: '0.991' } });

    const quotaStore = new RedisQuotaStore({
      url: testServers().redisUrl,
      prefix: environment.TOLLGATE_REDIS_KEY_PREFIX ?? '',
      logger: noopLogger,
    });
    const acquired = await eventually(async () => {
      const result = await quotaStore.acquire({
        account: `org:${ACME}`,
        leaseId: newId<LeaseId>(),
        holder: newId<JournalId>(),
        amountMin: 900_000_000n,
        amountWanted: 900_000_000n,
      });
      return result.status === 'granted' && result;
    }, 'the credit to reach admission');
    await quotaStore.close();
    expect(acquired).toMatchObject({ amount: 900_000_000n });
  });

  it('loses nothing and repeats nothing when it is killed and started again', async () => {
    const journal = newId<JournalId>();
    const first = start();
    await first.listening();
    await announce();
    await publishUsage(journal, [1, 2, 3]);
    await watermark(journal, 3);
    await first.kill();
    await publishUsage(journal, [4, 5]);

    const url = await start().listening();
    await watermark(journal, 5);
    expect((await read(url, '/usage')).totals).toMatchObject({ requests: 5, charge: '0.0225' });
    expect((await read(url, '/reconciliation')).balanced).toBe(true);
  });

  it('stops in order when it is told to', async () => {
    const billing = start();
    await billing.listening();
    billing.signal('SIGTERM');
    expect(await billing.outcome()).toMatchObject({ exitCode: 0, stderr: '' });
  });

  it('brings the schema up to date as a job, once', async () => {
    const { DATABASE_URL = '' } = environment;
    for (const _run of ['first', 'second']) {
      const job = GatewayProcess.start({ script: MAIN, args: ['migrate'], environment: { DATABASE_URL } });
      expect(await job.outcome()).toMatchObject({ exitCode: 0, stderr: '' });
    }
  });

  it.each<[string, Environment, RegExp]>([
    ['a master key is too short', { TOLLGATE_MASTER_KEY: 'short' }, /^billing: TOLLGATE_MASTER_KEY .*\n$/],
    ['a port is none', { TOLLGATE_BILLING_PORT: 'http' }, /^billing: TOLLGATE_BILLING_PORT .*\n$/],
    [
      'Postgres is away',
      { DATABASE_URL: 'postgres://gw@127.0.0.1:1/x' },
      /^billing: Postgres at 127.0.0.1:1 .*\n$/,
    ],
    ['NATS is away', { NATS_URL: 'nats://127.0.0.1:1' }, /^billing: NATS at 127.0.0.1:1 .*\n$/],
  ])('says in one line that %s', async (_what, changes, line) => {
    const { exitCode, stderr } = await start(changes).outcome();
    expect(stderr).toMatch(line);
    expect(exitCode).toBe(1);
  });

  it('says in one line that its port is taken', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const { exitCode, stderr } = await start({ TOLLGATE_BILLING_PORT: String(port) }).outcome();
    server.close();
    expect(stderr).toMatch(/^billing: .*TOLLGATE_BILLING_PORT.*\n$/);
    expect(exitCode).toBe(1);
  });
});
