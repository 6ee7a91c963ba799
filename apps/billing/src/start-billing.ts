import { RedisQuotaStore } from '@tollgate/admission/redis';
import { systemClock } from '@tollgate/contracts';
import { createControlApplication } from '@tollgate/control-api';
import {
  BILLING_SCHEMA,
  billingDatabase,
  BillingModule,
  type BillingDependencies,
} from '@tollgate/feature-billing';
import { connectNats, NatsDocumentStore, NatsEventLog } from '@tollgate/messaging/nats';
import { natsRpcTransport } from '@tollgate/messaging/rpc';
import { openDatabase, OutboxRelay } from '@tollgate/persistence';
import { Closers, type RunningService, type ServiceContext } from '@tollgate/service';
import { createLogger, createMetrics, HealthChecks, startTracing, type Logger } from '@tollgate/telemetry';
import { PORT_SETTING, type BillingSettings } from './config.js';

const NAME = 'billing';

interface Parts {
  readonly settings: BillingSettings;
  readonly logger: Logger;
  /** Run in reverse when the service stops. */
  readonly closers: Closers;
}

/** Billing as a service of its own: on Postgres, NATS and Redis. */
export async function startBilling(
  context: ServiceContext,
  settings: BillingSettings,
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

async function startAdapters({ settings, logger, closers }: Parts): Promise<BillingDependencies> {
  const clock = systemClock;
  const tracing = await startTracing({
    service: NAME,
    endpoint: settings.otlpEndpoint,
    sampleRatio: settings.traceSampleRatio,
  });
  closers.add(() => tracing.shutdown());
  const dataSource = await openDatabase(billingDatabase({ url: settings.databaseUrl }));
  closers.add(() => dataSource.destroy());
  const connection = await connectNats({ url: settings.natsUrl, name: NAME, logger });
  closers.add(() => connection.close());
  const messaging = { connection, namespace: settings.natsNamespace, logger };
  const documents = new NatsDocumentStore(messaging);
  const eventLog = new NatsEventLog({ ...messaging, clock });
  closers.add(() => Promise.all([documents.close(), eventLog.close()]));
  const quotaStore = new RedisQuotaStore({ url: settings.redisUrl, prefix: settings.redisKeyPrefix, logger });
  closers.add(() => quotaStore.close());
  const relay = new OutboxRelay({ dataSource, schema: BILLING_SCHEMA, documents, eventLog, logger, clock });
  relay.start();
  closers.add(() => relay.stop());
  const health = new HealthChecks();
  health.register('postgres', async () => void (await dataSource.query('select 1')));
  health.register('nats', () => eventLog.ping());
  const metrics = createMetrics({ service: NAME });
  return { dataSource, eventLog, documents, quotaStore, clock, logger, metrics, health };
}

async function startApi({ settings, closers }: Parts, dependencies: BillingDependencies): Promise<void> {
  const { logger, health, metrics, clock } = dependencies;
  const rpc = natsRpcTransport({ url: settings.natsUrl, name: NAME, namespace: settings.natsNamespace });
  const app = await createControlApplication({
    modules: [BillingModule.register(dependencies)],
    ...{ logger, health, metrics, clock },
    masterKey: settings.masterKey,
    openApi: { title: 'Tollgate billing' },
    host: settings.host,
    port: settings.port,
    portSetting: PORT_SETTING,
    configure: (application) => {
      application.connectMicroservice(rpc.microservice());
    },
  });
  closers.add(() => app.close());
  await app.startAllMicroservices();
  logger.info({ url: await app.getUrl() }, 'Billing is listening.');
}
