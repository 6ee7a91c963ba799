import { eventually } from '@tollgate/testing/process';
import { parseUsd } from '@tollgate/contracts';
import { DistributedGateway } from '../distributed-e2e/distributed-gateway.js';
import { customersOf, declaredKeys, gaugeOf, ORGANIZATIONS } from './customers.js';
import { clockEnvironment } from './faults/clock.js';
import { PROXIES, SERVICES } from './services.js';
import { unmount } from './faults/disk-faults.js';
import { MODEL } from './traffic/client-request.js';
import { Traffic } from './traffic/traffic.js';
import { PRICE } from './traffic/vendor-usage.js';
import { ChaosVendor } from './vendor/chaos-vendor.js';
import type { Account, World } from './world.js';

/** Seconds where operators have minutes, so that what hangs is over before the next fault. */
const TIMEOUTS = {
  connectTimeoutMs: 1_000,
  firstByteTimeoutMs: 1_500,
  idleTimeoutMs: 1_500,
  totalTimeoutMs: 4_000,
};

/** Starts servers, services, vendors and customers; traffic does not run yet. */
export async function startWorld(seed: number): Promise<World> {
  const vendors = [await ChaosVendor.start(), await ChaosVendor.start()] as const;
  const gateway = await DistributedGateway.start(SERVICES, clockEnvironment);
  const traffic = new Traffic({
    urlOf: (proxy) => gateway.url(proxy),
    customers: customersOf(seed),
    gauge: gaugeOf(seed),
    seed,
  });
  try {
    await gateway.apply(declaration(vendors, seed));
    const accounts = await accountsOf(gateway);
    for (const proxy of PROXIES) {
      const served = async () => (await traffic.probe(proxy)).ending === 'complete';
      await eventually(served, `${proxy} to serve its first request`, 30_000);
    }
    const readyAt = performance.now();
    return { gateway, vendors, traffic, accounts, readyAt, deaths: [], redisOutages: [], mounts: [] };
  } catch (error) {
    await stopWorld({ gateway, vendors, traffic, mounts: [] });
    throw error;
  }
}

export async function stopWorld({
  gateway,
  vendors,
  traffic,
  mounts,
}: Pick<World, 'gateway' | 'vendors' | 'traffic' | 'mounts'>): Promise<void> {
  await traffic.pause();
  for (const service of SERVICES) gateway.process(service).signal('SIGCONT');
  for (const proxy of PROXIES) {
    const directory = gateway.dataDirectory(proxy);
    if (!mounts.includes(directory)) continue;
    if (gateway.process(proxy).running) await gateway.process(proxy).stop();
    await unmount(directory);
  }
  await gateway.stop();
  await Promise.all(vendors.map((vendor) => vendor.refuse()));
}

function declaration(vendors: readonly ChaosVendor[], seed: number): object {
  return {
    version: 1,
    organizations: ORGANIZATIONS,
    channels: vendors.flatMap((vendor, index) => channelsOf(vendor, `vendor-${index + 1}`)),
    prices: [{ model: MODEL, ...PRICE }],
    keys: declaredKeys(seed),
    settings: { routing: { attemptsMax: 4 }, upstream: TIMEOUTS },
  };
}

/** One channel for each family of dialects, so that requests pass through as they are and are translated, too. */
function channelsOf({ address }: ChaosVendor, name: string): readonly object[] {
  const shared = { models: [MODEL], credentials: ['sk-upstream'] };
  return [
    { ...shared, name: `${name}-openai`, provider: 'openai', baseUrl: `${address}/v1` },
    { ...shared, name: `${name}-anthropic`, provider: 'anthropic', baseUrl: `${address}/v1` },
    { ...shared, name: `${name}-gemini`, provider: 'gemini', baseUrl: `${address}/v1beta` },
  ];
}

async function accountsOf(gateway: DistributedGateway): Promise<readonly Account[]> {
  const { items } = await gateway.call<{ items: readonly { id: string; name: string }[] }>(
    'admin',
    'GET',
    '/api/v1/organizations',
  );
  return ORGANIZATIONS.map(({ name, balance }) => {
    const organizationId = items.find((item) => item.name === name)?.id;
    const opening = parseUsd(balance);
    if (organizationId === undefined || opening === undefined)
      throw new Error(`${name} was not made: ${JSON.stringify(items)}`);
    return { name, organizationId, opening };
  });
}
