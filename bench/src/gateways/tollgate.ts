import { randomBytes } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort, startServers } from '@tollgate/testing/launcher';
import { fillWithKeys, secretOfKey } from './many-keys.ts';
import { ask } from '../load/ask.ts';
import { ServerProcess } from '../process/server-process.ts';
import { ANTHROPIC_MODEL, BENCH_MODEL, IDLE_MODEL } from '../vendor/models.ts';
import { type Gateway, type GatewayContext } from './gateway.ts';

const API_KEY = 'sk-tg-0123456789abcdef0123456789abcdef';
const LIMITED_API_KEY = 'sk-tg-fedcba9876543210fedcba9876543210';
/** More than any run asks. */
const LIMIT_A_MINUTE = 1_000_000_000;
const CROWD_CHANNELS = 10_000;
/** Of the crowd's channels, so many serve the model that is asked for, with a priority that is never reached. */
const CROWD_RIVALS = 100;

/**
 * The proxy as in production: key, balance, price, leases in Redis, journal on disk, usage events over NATS to billing,
 * which commits them to Postgres. Measured is the proxy; the cost of what stands behind it is told apart.
 */
export function startTollgate(context: GatewayContext): Promise<Gateway> {
  return start(context, { name: 'tollgate' });
}

/** The same among 10,000 channels, of which a hundred could serve what is asked for. */
export function startCrowdedTollgate(context: GatewayContext): Promise<Gateway> {
  const among = `among ${CROWD_CHANNELS} other channels`;
  return start(context, { name: 'crowded', crowd: CROWD_CHANNELS, among });
}

/** The same in several processes. */
export function startTollgateWorkers(context: GatewayContext): Promise<Gateway> {
  return start(context, { name: 'workers', workers: context.workers });
}

/** The same among very many API keys. */
export function startKeyedTollgate(context: GatewayContext): Promise<Gateway> {
  return start(context, { name: 'keyed', keys: context.keys, among: `among ${context.keys} API keys` });
}

interface Setup {
  readonly name: 'tollgate' | 'crowded' | 'workers' | 'keyed';
  readonly crowd?: number;
  readonly workers?: number;
  readonly keys?: number;
  /** What else there is, for the title. */
  readonly among?: string;
}

async function start(context: GatewayContext, setup: Setup): Promise<Gateway> {
  const { directory } = context;
  const { name, crowd = 0, workers = 1, keys = 0, among } = setup;
  mkdirSync(directory, { recursive: true });
  const servers = await startServers({ postgres: true, nats: true, redis: true });
  const masterKey = randomBytes(32).toString('base64');
  const shared = {
    DATABASE_URL: servers.postgres.url,
    NATS_URL: servers.nats.url,
    REDIS_URL: servers.redis.url,
    TOLLGATE_MASTER_KEY: masterKey,
    TOLLGATE_HOST: '127.0.0.1',
    TOLLGATE_UPSTREAM_PRIVATE: 'allow',
    LOG_LEVEL: 'warn',
  };
  const file = join(directory, 'tollgate.yaml');
  writeFileSync(file, JSON.stringify(declaration(context.vendorPort, crowd)));
  const admin = await service('admin', 'TOLLGATE_ADMIN_PORT', {
    ...shared,
    TOLLGATE_CONFIG: file,
    TOLLGATE_ADMIN_PASSWORD: randomBytes(12).toString('base64url'),
  });
  const billing = await service('billing', 'TOLLGATE_BILLING_PORT', shared);
  const proxy = await service(
    'proxy',
    'TOLLGATE_PROXY_PORT',
    { ...shared, TOLLGATE_DATA_DIR: join(directory, 'proxy'), TOLLGATE_WORKERS: String(workers) },
    context.nodeOptions,
  );
  const all = [admin, billing, proxy];
  const close = async (): Promise<void> => {
    await Promise.all(all.map(({ server }) => server.stop()));
    await servers.stop();
  };
  try {
    if (keys > 0) {
      admin.server.start();
      await admin.server.ready(() => isReady(admin.port));
      await fillWithKeys({ natsUrl: servers.nats.url, masterKey, pattern: API_KEY, keys });
    }
    for (const one of all) if (one !== admin || keys === 0) one.server.start();
    await Promise.all(all.map(({ server, port }) => server.ready(() => isReady(port))));
  } catch (error) {
    await close();
    throw error;
  }
  return {
    name,
    title: `Tollgate proxy, ${workers} ${workers === 1 ? 'worker' : 'workers'}, on NATS, Redis, Postgres, admin and billing${among === undefined ? '' : `, ${among}`}`,
    port: proxy.port,
    headers: [`Authorization: Bearer ${API_KEY}`],
    limitedHeaders: [`Authorization: Bearer ${LIMITED_API_KEY}`],
    ...(keys > 0 && { keyHeaders: (index: number) => [`Authorization: Bearer ${secretOfKey(index)}`] }),
    server: proxy.server,
    aftermath: billing.server,
    close,
  };
}

/** One organisation, one key, a channel for each dialect of the vendor, prices, and credit that no run uses up. */
function declaration(vendorPort: number, crowd: number): object {
  const baseUrl = `http://127.0.0.1:${vendorPort}/v1`;
  const models = [BENCH_MODEL, IDLE_MODEL];
  return {
    version: 1,
    organizations: [{ name: 'bench', balance: '1000000.00' }],
    channels: [
      {
        name: 'mock-vendor',
        provider: 'openai',
        baseUrl,
        credentials: ['sk-upstream'],
        models,
      },
      {
        name: 'mock-anthropic',
        provider: 'anthropic',
        baseUrl,
        credentials: ['sk-ant-upstream'],
        models: [ANTHROPIC_MODEL],
      },
      ...Array.from({ length: crowd }, (_, index) => ({
        name: `crowd-${index}`,
        provider: 'openai',
        baseUrl,
        credentials: [`sk-crowd-${index}`],
        models: [index < CROWD_RIVALS ? BENCH_MODEL : `crowd-model-${index}`],
        priority: -1,
      })),
    ],
    prices: [...models, ANTHROPIC_MODEL].map((model) => ({
      model,
      input: '2.50',
      cacheRead: '1.25',
      output: '10.00',
    })),
    keys: [
      { name: 'bench', organization: 'bench', secret: API_KEY },
      {
        name: 'limited',
        organization: 'bench',
        secret: LIMITED_API_KEY,
        limits: { requestsPerMinute: LIMIT_A_MINUTE, tokensPerMinute: LIMIT_A_MINUTE },
      },
    ],
  };
}

interface Service {
  readonly server: ServerProcess;
  readonly port: number;
}

async function service(
  name: string,
  portSetting: string,
  environment: Readonly<Record<string, string>>,
  nodeOptions: readonly string[] = [],
): Promise<Service> {
  const port = await freePort();
  const script = `apps/${name}/dist/main.js`;
  const settings = { ...environment, [portSetting]: String(port) };
  return { server: new ServerProcess({ name, script, environment: settings, nodeOptions }), port };
}

async function isReady(port: number): Promise<void> {
  const { status } = await ask(port, Buffer.from('GET /readyz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n'));
  if (status !== 200) throw new Error(`/readyz says ${status}`);
}
