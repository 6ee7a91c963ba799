import { randomBytes } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort, startServers } from '@tollgate/testing/launcher';
import { ask } from '../load/ask.ts';
import { ServerProcess } from '../process/server-process.ts';
import { ANTHROPIC_MODEL, BENCH_MODEL, IDLE_MODEL } from '../vendor/models.ts';
import { type Gateway, type GatewayContext } from './gateway.ts';

const API_KEY = 'sk-tg-0123456789abcdef0123456789abcdef';

/**
 * The proxy as in production: key, balance, price, leases in Redis, journal on disk, usage events over NATS to billing,
 * which commits them to Postgres. Measured is the proxy; what stands behind it, its cost told apart, runs beside.
 */
export async function startTollgate(context: GatewayContext): Promise<Gateway> {
  const { directory } = context;
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
  writeFileSync(file, JSON.stringify(declaration(context.vendorPort)));
  const admin = await service('admin', 'TOLLGATE_ADMIN_PORT', {
    ...shared,
    TOLLGATE_CONFIG: file,
    TOLLGATE_ADMIN_PASSWORD: randomBytes(12).toString('base64url'),
  });
  const billing = await service('billing', 'TOLLGATE_BILLING_PORT', shared);
  const proxy = await service(
    'proxy',
    'TOLLGATE_PROXY_PORT',
    { ...shared, TOLLGATE_DATA_DIR: join(directory, 'proxy'), TOLLGATE_WORKERS: '1' },
    context.nodeOptions,
  );
  const all = [admin, billing, proxy];
  const close = async (): Promise<void> => {
    await Promise.all(all.map(({ server }) => server.stop()));
    await servers.stop();
  };
  try {
    for (const { server } of all) server.start();
    await Promise.all(all.map(({ server, port }) => server.ready(() => isReady(port))));
  } catch (error) {
    await close();
    throw error;
  }
  return {
    name: 'tollgate',
    title: 'Tollgate proxy, 1 worker, on NATS, Redis, Postgres, admin and billing',
    port: proxy.port,
    headers: [`Authorization: Bearer ${API_KEY}`],
    server: proxy.server,
    close,
  };
}

/** One organisation, one key, a channel for each dialect of the vendor, prices, and credit that no run uses up. */
function declaration(vendorPort: number): object {
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
    ],
    prices: [...models, ANTHROPIC_MODEL].map((model) => ({
      model,
      input: '2.50',
      cacheRead: '1.25',
      output: '10.00',
    })),
    keys: [{ name: 'bench', organization: 'bench', secret: API_KEY }],
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
