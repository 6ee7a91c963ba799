import { readdir } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { PROXIES, SERVICES, type ProxyName } from '../services.js';
import type { World } from '../world.js';
import { connectionsTo, descriptorsOf, processesNaming } from './processes.js';

/** Pools of connections to vendors and servers, files of the journal and of the program. */
const DESCRIPTORS_MAX = 150;

/** Nothing is left of what happened: no process, socket, request, file or segment too many. */
export async function checkRemains(world: World): Promise<readonly string[]> {
  const { vendors, traffic } = world;
  const perProxy = await Promise.all(PROXIES.map((proxy) => checkProxy(world, proxy)));
  const underWay = vendors.reduce((sum, vendor) => sum + vendor.underWay, 0);
  return [
    ...checkProcesses(world),
    ...perProxy.flat(),
    ...(underWay === 0 ? [] : [`Vendors still work at ${underWay} requests that nobody waits for.`]),
    ...(traffic.forgotten === 0 ? [] : [`${traffic.forgotten} requests got no answer in half a minute.`]),
    ...gatewayFaults(world).slice(0, 3),
    ...wronglyUnknown(world).slice(0, 3),
  ];
}

/** After the gateway was stopped. */
export function checkProcessesGone({ gateway }: Pick<World, 'gateway'>): readonly string[] {
  return processesNaming(gateway.directory).map((pid) => `Process ${pid} outlived its gateway.`);
}

function checkProcesses({ gateway }: World): string[] {
  const down = SERVICES.filter((service) => !gateway.process(service).running);
  const expected = new Set<number>(
    SERVICES.filter((service) => !down.includes(service)).map((service) => gateway.process(service).pid),
  );
  const orphans = processesNaming(gateway.directory).filter((pid) => !expected.has(pid));
  return [
    ...down.map((service) => `${service} ended by itself:\n${gateway.process(service).output.slice(-1_000)}`),
    ...orphans.map((pid) => `Process ${pid} belongs to no service.`),
  ];
}

async function checkProxy({ gateway }: World, proxy: ProxyName): Promise<string[]> {
  const { running, pid } = gateway.process(proxy);
  if (!running) return [];
  const url = new URL(gateway.url(proxy));
  const inFlight = await inFlightOf(url.href);
  const connections = connectionsTo(Number(url.port));
  const descriptors = descriptorsOf(pid);
  const files = await strayFiles(gateway.dataDirectory(proxy), pid);
  return [
    ...(inFlight === 0 ? [] : [`${proxy} still works at ${inFlight} requests.`]),
    // The question about its metrics may still be open.
    ...(connections <= 1 ? [] : [`${proxy} holds ${connections} connections of clients that are gone.`]),
    ...(descriptors <= DESCRIPTORS_MAX ? [] : [`${proxy} has ${descriptors} files and sockets open.`]),
    ...files.map((file) => `${proxy} left ${file}.`),
  ];
}

async function inFlightOf(url: string): Promise<number> {
  const metrics = await (await fetch(`${url}metrics`, { headers: { connection: 'close' } })).text();
  return Number(/^tollgate_requests_in_flight(?:\{.*\})? (\d+)/m.exec(metrics)?.[1] ?? Number.NaN);
}

/** What is not the one segment that the living process writes. */
async function strayFiles(dataDirectory: string, pid: number): Promise<string[]> {
  const entries = await readdir(dataDirectory, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(dataDirectory, join(entry.parentPath, entry.name)));
  const own = files.filter((file) => new RegExp(`^journal/[^/]+\\.${pid}\\.\\d+/\\d+\\.log$`).test(file));
  return [...files.filter((file) => !own.includes(file)), ...own.slice(1)];
}

/** Answers with which the gateway said that it failed itself. */
function gatewayFaults({ traffic }: World): string[] {
  return traffic.sent
    .filter(({ said }) => said?.includes('internal_error') === true)
    .map(({ id }) => `Request ${id ?? '?'} failed inside the gateway.`);
}

/** Whatever is away or lost, a key that exists is never called invalid, nor a model unknown. */
function wronglyUnknown({ traffic, readyAt }: World): string[] {
  return traffic.sent
    .filter(({ sentAt, said }) => sentAt > readyAt && /invalid_api_key|model_not_found/.test(said ?? ''))
    .map(
      ({ id, key, proxy }) =>
        `Request ${id ?? '?'} of ${key} at ${proxy}: its key or model was said not to exist.`,
    );
}
