import 'reflect-metadata';
import { runService, runWorkers, type ServiceContext } from '@tollgate/service';
import { createLogger } from '@tollgate/telemetry';
import { readSettings, type ProxySettings } from './config.js';
import { startProxy } from './start-proxy.js';

const NAME = 'proxy';
const start = (context: ServiceContext) => startProxy(context, readSettings());

async function run({ workers, logLevel, shutdownTimeoutMs }: ProxySettings): Promise<void> {
  const logger = createLogger({ service: NAME, level: logLevel });
  await runWorkers({ name: NAME, count: workers, logger, shutdownTimeoutMs, start });
}

let settings: ProxySettings | undefined;
try {
  settings = readSettings();
} catch {
  // The service's own start fails on them again, and tells each in one line.
}
await (settings === undefined ? runService(NAME, start) : run(settings));
