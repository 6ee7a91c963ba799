import { join } from 'node:path';
import { SlicedLimitStore } from '@tollgate/admission';
import { RedisLimitStore, RedisQuotaStore } from '@tollgate/admission/redis';
import { systemClock } from '@tollgate/contracts';
import { createProxyApplication } from '@tollgate/feature-proxy';
import { connectNats, NatsDocumentStore, NatsEventLog } from '@tollgate/messaging/nats';
import { natsRpcTransport } from '@tollgate/messaging/rpc';
import {
  Closers,
  listenFailure,
  processMetrics,
  type RunningService,
  type ServiceContext,
} from '@tollgate/service';
import { createLogger, createMetrics, HealthChecks, startTracing, type Logger } from '@tollgate/telemetry';
import { PORT_SETTING, type ProxySettings } from './config.js';

/** Less than the whole shutdown, so that usage events and leases still leave after the last stream. */
const DRAIN_SHARE = 0.7;

/** One proxy process on NATS and Redis. */
export async function startProxy(context: ServiceContext, settings: ProxySettings): Promise<RunningService> {
  const logger = createLogger({ service: 'proxy', level: settings.logLevel });
  context.configure({ logger, shutdownTimeoutMs: settings.shutdownTimeoutMs });
  const closers = new Closers();
  const stop = () => closers.close();
  try {
    await start(settings, logger, closers);
    return { stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function start(settings: ProxySettings, logger: Logger, closers: Closers): Promise<void> {
  const { host, port } = settings;
  const tracing = await startTracing({
    service: 'proxy',
    endpoint: settings.otlpEndpoint,
    sampleRatio: settings.traceSampleRatio,
  });
  closers.add(() => tracing.shutdown());
  const connection = await connectNats({ url: settings.natsUrl, name: 'proxy', logger });
  closers.add(() => connection.close());
  const messaging = { connection, namespace: settings.natsNamespace, logger };
  const documents = new NatsDocumentStore(messaging);
  const eventLog = new NatsEventLog(messaging);
  const quotaStore = new RedisQuotaStore({ url: settings.redisUrl, prefix: settings.redisKeyPrefix, logger });
  const shareStore = new RedisLimitStore({ url: settings.redisUrl, prefix: settings.redisKeyPrefix, logger });
  const limitStore = new SlicedLimitStore(shareStore);
  closers.add(() =>
    Promise.all([eventLog.close(), documents.close(), quotaStore.close(), limitStore.close()]),
  );
  const metrics = createMetrics({ service: 'proxy' });
  const { app } = await createProxyApplication({
    ...{ documents, eventLog, quotaStore, limitStore, shareStore, logger, metrics },
    rpc: natsRpcTransport({ url: settings.natsUrl, name: 'proxy', namespace: settings.natsNamespace }),
    keyring: { current: settings.masterKey, previous: [] },
    clock: systemClock,
    health: new HealthChecks(),
    metricsSource: processMetrics(metrics),
    traced: settings.otlpEndpoint !== undefined,
    journalDirectory: join(settings.dataDirectory, 'journal'),
    journal: { bytesMax: settings.journalBytesMax, whenFull: settings.journalWhenFull },
    allowPrivateUpstream: settings.upstreamPrivate === 'allow',
    limits: settings,
    drainTimeoutMs: settings.shutdownTimeoutMs * DRAIN_SHARE,
  });
  closers.add(() => app.close());
  try {
    await app.listen(port, host);
  } catch (error) {
    throw listenFailure(error, { host, port, portSetting: PORT_SETTING });
  }
  logger.info({ host, port }, 'The proxy is listening.');
}
