import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import {
  apiKeyDocument,
  apiKeyDocumentKey,
  channelDocument,
  SETTINGS_DOCUMENT_KEY,
} from '@tollgate/contracts';
import { connectNats, NatsDocumentStore, type NatsLink } from '@tollgate/messaging/nats';
import { generateMasterKey, hashApiKey, parseMasterKey } from '@tollgate/security';
import { noopLogger } from '@tollgate/telemetry';
import {
  createTestDatabase,
  GatewayProcess,
  testServers,
  uniqueName,
  type TestDatabase,
} from '@tollgate/testing';
import { tollgate } from './tollgate.js';

const PASSWORD = 'correct horse battery staple';
const KEY_SECRET = 'sk-tg-0123456789abcdef0123456789abcdef';
const CREDENTIAL = 'sk-vendor-0a1b2c3d4e5f';
const FILE = `
version: 1
organizations: [{ name: acme, balance: "100.00" }]
channels:
  - { name: main, provider: openai, credentials: [{ env: VENDOR_KEY }], models: [gpt-4o] }
prices: [{ model: gpt-4o, input: "2.50", output: "10.00" }]
keys: [{ name: ci, organization: acme, secret: ${KEY_SECRET} }]
`;

describe('admin as a process', () => {
  const masterKey = generateMasterKey();
  let database: TestDatabase;
  let directory: string;
  let link: NatsLink;
  let documents: NatsDocumentStore;
  let environment: Readonly<Record<string, string>>;
  const running: GatewayProcess[] = [];

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'tollgate-admin-'));
    link = await connectNats({ url: testServers().natsUrl, name: 'test', logger: noopLogger });
  });

  afterAll(async () => {
    await link?.close();
    await rm(directory, { recursive: true });
  });

  beforeEach(async () => {
    database = await createTestDatabase();
    const namespace = uniqueName('adminE2e');
    documents = new NatsDocumentStore({ connection: link, namespace, logger: noopLogger });
    environment = {
      DATABASE_URL: database.url,
      NATS_URL: testServers().natsUrl,
      TOLLGATE_NATS_NAMESPACE: namespace,
      TOLLGATE_MASTER_KEY: masterKey,
      TOLLGATE_ADMIN_PASSWORD: PASSWORD,
      TOLLGATE_ADMIN_PORT: '0',
      TOLLGATE_HOST: '127.0.0.1',
    };
  });

  afterEach(async () => {
    for (const admin of running.splice(0)) await admin.stop();
    await documents.close();
    await database.drop();
  });

  function start(changes: Record<string, string | undefined> = {}, args: string[] = []): GatewayProcess {
    const merged = Object.entries({ ...environment, ...changes }).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, value] as const],
    );
    const admin = GatewayProcess.start({
      script: 'apps/admin/dist/main.js',
      args,
      environment: Object.fromEntries(merged),
    });
    running.push(admin);
    return admin;
  }

  async function file(content: string): Promise<string> {
    const path = join(directory, `${uniqueName('file')}.yaml`);
    await writeFile(path, content);
    return path;
  }

  /** Bounded by the test's own time limit. */
  async function document(bucket: 'config' | 'identity', key: string): Promise<unknown> {
    for (;;) {
      const found = await documents.bucket(bucket).get(key);
      if (found !== undefined) return found.value;
    }
  }

  it('takes the file from the command line, and the proxies can read it', async () => {
    const admin = start();
    const url = await admin.listening();
    const path = await file(FILE);
    const cli = (command: string, changes: Record<string, string> = {}) =>
      tollgate([command, '-f', path, '--url', url], {
        TOLLGATE_ADMIN_PASSWORD: PASSWORD,
        VENDOR_KEY: CREDENTIAL,
        ...changes,
      });

    const before = await cli('diff');
    expect([before.exitCode, before.stderr]).toEqual([2, '']);
    expect(before.stdout).toContain('+ channel main');
    expect(before.stdout).toContain('4 to create, 0 to update.');

    const applied = await cli('apply');
    expect([applied.exitCode, applied.stderr]).toEqual([0, '']);
    expect(applied.stdout).toContain('Applied: 4 created, 0 updated.');
    expect((await cli('diff')).exitCode).toBe(0);
    expect((await cli('diff', { VENDOR_KEY: 'sk-vendor-rotated' })).stdout).toContain(
      'credentials: ["…4e5f"] → ["…ated"]',
    );

    const hash = hashApiKey(parseMasterKey(masterKey), KEY_SECRET);
    const key = apiKeyDocument.parse(await document('identity', apiKeyDocumentKey(hash)));
    expect(key).toMatchObject({ name: 'ci', status: 'active' });
    const refused = await cli('apply', { TOLLGATE_ADMIN_PASSWORD: 'something else' });
    expect([refused.exitCode, refused.stderr]).toEqual([
      1,
      'tollgate: the login was refused: User name or password is wrong.\n',
    ]);
    for (const secret of [PASSWORD, KEY_SECRET, CREDENTIAL]) expect(admin.output).not.toContain(secret);
  });

  it('applies the file of TOLLGATE_CONFIG before it listens', async () => {
    const admin = start({ TOLLGATE_CONFIG: await file(FILE), VENDOR_KEY: CREDENTIAL });
    await admin.listening();
    await document('config', SETTINGS_DOCUMENT_KEY);
    const watched: unknown[] = [];
    await new Promise<void>((resolve, reject) => {
      documents
        .bucket('config')
        .watch({
          prefix: 'channels.',
          from: 'snapshot',
          handler: {
            change: (change) => void watched.push(change.kind === 'put' ? change.value : null),
            ready: resolve,
            resynchronized: () => undefined,
          },
        })
        .catch(reject);
    });
    expect(watched.map((value) => channelDocument.parse(value).name)).toEqual(['main']);
  });

  it('publishes everything again when the document store has lost it', async () => {
    const first = start({ TOLLGATE_CONFIG: await file(FILE), VENDOR_KEY: CREDENTIAL });
    await first.listening();
    await document('config', SETTINGS_DOCUMENT_KEY);
    await first.stop();
    await documents.close();

    const namespace = uniqueName('adminE2e');
    documents = new NatsDocumentStore({ connection: link, namespace, logger: noopLogger });
    const second = start({ TOLLGATE_NATS_NAMESPACE: namespace });
    await second.listening();

    const hash = hashApiKey(parseMasterKey(masterKey), KEY_SECRET);
    expect(await document('identity', apiKeyDocumentKey(hash))).toMatchObject({ name: 'ci' });
    expect(await document('config', SETTINGS_DOCUMENT_KEY)).toMatchObject({ routing: { attemptsMax: 3 } });
  });

  it('migrates and ends when it is told to', async () => {
    const { exitCode, stdout } = await start({ NATS_URL: undefined }, ['migrate']).outcome();
    expect(exitCode).toBe(0);
    expect(stdout).toContain('The schema is up to date.');
  });

  it('stops in order and exits with 0', async () => {
    const admin = start();
    const url = await admin.listening();
    const ready = await fetch(`${url}/readyz`);
    expect(ready.status).toBe(200);
    expect(await admin.stop()).toBe(0);
  });

  it.each([
    [{ TOLLGATE_ADMIN_PASSWORD: undefined }, 'TOLLGATE_ADMIN_PASSWORD is not set'],
    [
      { TOLLGATE_ADMIN_PASSWORD: 'tollgate-2026' },
      'TOLLGATE_ADMIN_PASSWORD is a default that attackers try first',
    ],
    [{ DATABASE_URL: 'postgres://gw:sesame@127.0.0.1:1/none' }, '127.0.0.1:1'],
    [{ NATS_URL: 'nats://127.0.0.1:1' }, 'NATS at 127.0.0.1:1 could not be reached'],
    [{ TOLLGATE_CONFIG: '/nowhere/x.yaml' }, "The declarative file /nowhere/x.yaml can't be read (ENOENT)"],
  ])('refuses to start with %j in one line', async (changes, message) => {
    const { exitCode, stderr } = await start(changes).outcome();
    expect(exitCode).toBe(1);
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
    expect(stderr).toContain(`admin: `);
    expect(stderr).toContain(message);
    expect(stderr).not.toContain('sesame');
  });

  it.each([
    ['version: 1\nchannels: [', ': YAML syntax error at line 2, column 12'],
    [
      'version: 1\norganizations: [{ name: a }]\nkeys: [{ name: k, organization: a }]',
      ': keys[0].secret: is missing: a key generated here could be shown to nobody',
    ],
  ])('refuses to start with the file %j', async (content, message) => {
    const path = await file(content);
    const { exitCode, stderr } = await start({ TOLLGATE_CONFIG: path }).outcome();
    expect(exitCode).toBe(1);
    expect(stderr).toContain(`admin: ${path}${message}`);
  });
});
