// A small service that the tests start as a process: node service.mjs <behaviour>.
import { once } from 'node:events';
import { createServer } from 'node:http';
import cluster from 'node:cluster';
import {
  httpSection,
  listenFailure,
  parseSettings,
  processMetrics,
  processSection,
  runService,
  runWorkers,
  workersSection,
} from '@tollgate/service';
import { createLogger, createMetrics } from '@tollgate/telemetry';

const behaviour = process.argv[2];
const settingsShape = {
  ...processSection,
  ...workersSection,
  ...httpSection({ portSetting: 'TOLLGATE_TEST_PORT', port: 0, host: '127.0.0.1' }),
};

async function start(context) {
  const settings = parseSettings(settingsShape, process.env);
  const logger = createLogger({ service: 'fixture', level: settings.logLevel });
  context.configure({ logger, shutdownTimeoutMs: settings.shutdownTimeoutMs });
  if (behaviour === 'slow-start') {
    logger.info('starting slowly');
    await once(context.signal, 'abort');
    throw new Error('given up');
  }
  const metrics = createMetrics({ service: 'fixture' });
  const source = processMetrics(metrics);
  const server = createServer((request, response) => void answer(request, response));
  server.listen(settings.port, settings.host);
  try {
    await once(server, 'listening');
  } catch (error) {
    throw listenFailure(error, { ...settings, portSetting: 'TOLLGATE_TEST_PORT' });
  }
  logger.info({ port: server.address().port, worker: cluster.worker?.id }, 'listening');

  async function answer(request, response) {
    switch (request.url) {
      case '/throw':
        setTimeout(() => {
          throw new Error('nobody handles sk-tg-0123456789abcdef');
        });
        return;
      case '/reject':
        void Promise.reject(new Error('nobody handles this'));
        return;
      case '/fail':
        context.fail(new Error('a part has died'));
        response.end();
        return;
      case '/metrics':
        response.end(await source.metrics());
        return;
      default:
        response.end(String(process.pid));
    }
  }

  return {
    stop: async () => {
      logger.info('stop was called');
      if (behaviour === 'hanging-stop') {
        await new Promise(() => undefined);
      }
      server.closeAllConnections();
      server.close();
    },
  };
}

if (behaviour === 'workers') {
  const settings = parseSettings(settingsShape, process.env);
  const logger = createLogger({ service: 'fixture', level: settings.logLevel });
  await runWorkers({ name: 'fixture', count: settings.workers, start, logger });
} else {
  await runService('fixture', start);
}
