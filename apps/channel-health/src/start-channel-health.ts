import { systemClock } from '@tollgate/contracts';
import { createControlApplication } from '@tollgate/control-api';
import { channelHealthDatabase, ChannelHealthModule } from '@tollgate/feature-channel-health';
import { connectNats, NatsDocumentStore, NatsEventLog } from '@tollgate/messaging/nats';
import { natsRpcTransport } from '@tollgate/messaging/rpc';
import { openDatabase } from '@tollgate/persistence';
import { Closers, mailOf, type RunningService, type ServiceContext } from '@tollgate/service';
import { createLogger, createMetrics, HealthChecks, startTracing, type Logger } from '@tollgate/telemetry';
import { type ChannelHealthSettings, PORT_SETTING } from './config.js';

const NAME = 'channel-health';

interface Parts {
  readonly settings: ChannelHealthSettings;
  readonly logger: Logger;
  /** Run in reverse when the service stops. */
  readonly closers: Closers;
}

/** Channel-health as a service of its own, on Postgres and NATS. */
export async function startChannelHealth(
  context: ServiceContext,
  settings: ChannelHealthSettings,
): Promise<RunningService> {
  const logger = createLogger({ service: NAME, level: settings.logLevel });
  context.configure({ logger, shutdownTimeoutMs: settings.shutdownTimeoutMs });
  const parts: Parts = { settings, logger, closers: new Closers() };
  const stop = () => parts.closers.close();
  try {
    await startApi(parts, await startAdapters(parts));
    return { stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function startAdapters({ settings, logger, closers }: Parts) {
  const tracing = await startTracing({
    service: NAME,
    endpoint: settings.otlpEndpoint,
    sampleRatio: settings.traceSampleRatio,
  });
  closers.add(() => tracing.shutdown());
  const dataSource = await openDatabase(channelHealthDatabase({ url: settings.databaseUrl }));
  closers.add(() => dataSource.destroy());
  const connection = await connectNats({ url: settings.natsUrl, name: NAME, logger });
  closers.add(() => connection.close());
  const messaging = { connection, namespace: settings.natsNamespace, logger };
  const documents = new NatsDocumentStore(messaging);
  const eventLog = new NatsEventLog({ ...messaging, clock: systemClock });
  const rpcClient = natsRpcTransport({
    ...{ url: settings.natsUrl, name: NAME, namespace: settings.natsNamespace },
  }).client();
  closers.add(() => rpcClient.close());
  closers.add(() => Promise.all([documents.close(), eventLog.close()]));
  return { dataSource, documents, eventLog, rpcClient };
}

async function startApi(parts: Parts, adapters: Awaited<ReturnType<typeof startAdapters>>): Promise<void> {
  const { settings, logger, closers } = parts;
  const clock = systemClock;
  const health = new HealthChecks();
  health.register('database', async () => {
    await adapters.dataSource.query('select 1');
  });
  health.register('messaging', () => adapters.eventLog.ping());
  const metrics = createMetrics({ service: NAME });
  const { host, port, masterKey } = settings;
  const app = await createControlApplication({
    modules: [
      ChannelHealthModule.register({
        ...{ ...adapters, clock, logger, health, metrics, masterKey },
        mail: mailOf(settings),
        allowPrivateWebhooks: settings.upstreamPrivate === 'allow',
      }),
    ],
    ...{ logger, health, metrics, masterKey, clock, host, port, portSetting: PORT_SETTING },
    openApi: { title: 'Tollgate channel-health' },
  });
  closers.add(() => app.close());
  logger.info({ host, port }, 'Channel-health is listening.');
}
