/**
 * The four services as four processes on private Postgres, NATS and Redis, all in `.tollgate/dev`, where their data
 * stays. Ctrl-C stops everything; a second one at once. Settings of the environment win over those made here.
 */
import { startServers } from '@tollgate/testing/launcher';
import { inRoot } from '../workspace/paths.mjs';
import { developmentEnvironment, services } from './environment.ts';
import { ServiceProcess } from './service-process.ts';

const directory = inRoot('.tollgate', 'dev');

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

async function main(): Promise<void> {
  const servers = await startServers({ postgres: true, nats: true, redis: true, directory });
  const stopping = new AbortController();
  try {
    const shared = developmentEnvironment(directory, servers);
    const running = services.map(
      (service) => new ServiceProcess(service, { ...shared, ...service.environment(directory) }),
    );
    const ends = running.map((service) => service.run(stopping.signal));
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      process.on(signal, () => {
        if (stopping.signal.aborted) running.forEach((service) => service.kill());
        stopping.abort();
      });
    }
    void announce(running, shared, stopping.signal);
    // The first that gives up takes the others along: four services are one gateway.
    await Promise.race(ends).finally(() => stopping.abort());
    await Promise.all(ends);
  } finally {
    await servers.stop();
  }
}

async function announce(
  running: readonly ServiceProcess[],
  shared: NodeJS.ProcessEnv,
  signal: AbortSignal,
): Promise<void> {
  const ready = await Promise.all(running.map((service) => service.ready(signal)));
  if (ready.includes(false)) return;
  for (const { name, url } of running) say(`${name.padEnd(14)} ${url}`);
  say(`Administrator: admin, password ${shared['TOLLGATE_ADMIN_PASSWORD'] ?? ''}`);
  say('Ready. Ctrl-C stops everything.');
}

try {
  await main();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
