import { GatewayError, systemClock } from '@tollgate/contracts';
import { createControlApplication } from '@tollgate/control-api';
import {
  ADMIN_SCHEMA,
  adminDatabase,
  AdminModule,
  createAdminServices,
  type AdminDependencies,
  type AdminService,
  type Environment,
} from '@tollgate/feature-admin';
import { connectNats, NatsDocumentStore, NatsEventLog } from '@tollgate/messaging/nats';
import { natsRpcTransport } from '@tollgate/messaging/rpc';
import { openDatabase, OutboxRelay } from '@tollgate/persistence';
import { providerCatalogue } from '@tollgate/providers';
import { Closers, type RunningService, type ServiceContext } from '@tollgate/service';
import { createLogger, createMetrics, HealthChecks, startTracing, type Logger } from '@tollgate/telemetry';
import { PORT_SETTING, type AdminSettings } from './config.js';

const NAME = 'admin';

interface Parts {
  readonly settings: AdminSettings;
  readonly environment: Environment;
  readonly logger: Logger;
  /** Run in reverse when the service stops. */
  readonly closers: Closers;
}

/** Admin as a service of its own: on Postgres and NATS, with billing at the other end of the RPC. */
export async function startAdmin(
  context: ServiceContext,
  settings: AdminSettings,
  environment: Environment,
): Promise<RunningService> {
  const logger = createLogger({ service: NAME, level: settings.logLevel });
  context.configure({ logger, shutdownTimeoutMs: settings.shutdownTimeoutMs });
  const parts: Parts = { settings, environment, logger, closers: new Closers() };
  const stop = () => parts.closers.close();
  try {
    const dependencies = await startAdapters(parts);
    const { admin } = createAdminServices(dependencies);
    await ensureAdministrator(admin, settings);
    await applyConfigFile(admin, parts);
    if (await admin.ensureDocuments(dependencies.documents)) {
      logger.info('The document store held no configuration: all of it is published.');
    }
    parts.closers.add(admin.keepDocuments(dependencies.documents, logger));
    await startApi(parts, dependencies);
    return { stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function startAdapters({ settings, environment, logger, closers }: Parts) {
  const clock = systemClock;
  const tracing = await startTracing({
    service: NAME,
    endpoint: settings.otlpEndpoint,
    sampleRatio: settings.traceSampleRatio,
  });
  closers.add(() => tracing.shutdown());
  const dataSource = await openDatabase(adminDatabase({ url: settings.databaseUrl }));
  closers.add(() => dataSource.destroy());
  const nats = { url: settings.natsUrl, name: NAME };
  const connection = await connectNats({ ...nats, logger });
  closers.add(() => connection.close());
  const messaging = { connection, namespace: settings.natsNamespace, logger };
  const documents = new NatsDocumentStore(messaging);
  const eventLog = new NatsEventLog({ ...messaging, clock });
  closers.add(() => Promise.all([documents.close(), eventLog.close()]));
  const rpcClient = natsRpcTransport({ ...nats, namespace: settings.natsNamespace }).client();
  closers.add(() => rpcClient.close());
  const relay = new OutboxRelay({ dataSource, schema: ADMIN_SCHEMA, documents, eventLog, logger, clock });
  relay.start();
  closers.add(() => relay.stop());
  return {
    ...{ dataSource, documents, rpcClient, clock, logger, environment },
    masterKey: settings.masterKey,
    providers: providerCatalogue,
  } satisfies AdminDependencies;
}

/** A password made here could be read in the logs only, where no secret belongs. */
async function ensureAdministrator(admin: AdminService, { adminPassword }: AdminSettings): Promise<void> {
  if (adminPassword === undefined && !(await admin.hasAdministrator())) {
    throw new GatewayError(
      'validation_failed',
      'TOLLGATE_ADMIN_PASSWORD is not set: at the first start it must hold the password of the administrator.',
    );
  }
  await admin.ensureAdministrator(adminPassword);
}

async function applyConfigFile(admin: AdminService, parts: Parts): Promise<void> {
  const { settings, environment, logger } = parts;
  if (settings.configFile === undefined) return;
  const { changes, notes } = await admin.applyConfigFile(settings.configFile, environment, {
    mayGenerateKeys: false,
  });
  for (const note of notes) logger.warn(note);
  logger.info({ file: settings.configFile, changes: changes.length }, 'The declarative file is applied.');
}

async function startApi(parts: Parts, dependencies: AdminDependencies): Promise<void> {
  const { settings, logger, closers } = parts;
  const { dataSource, clock } = dependencies;
  const health = new HealthChecks();
  // NATS is not asked for: what is written while it is away waits in the outbox.
  health.register('database', async () => {
    await dataSource.query('select 1');
  });
  const { host, port, masterKey } = settings;
  const app = await createControlApplication({
    modules: [AdminModule.register(dependencies)],
    ...{ logger, health, masterKey, clock, host, port, portSetting: PORT_SETTING },
    metrics: createMetrics({ service: NAME }),
    openApi: { title: 'Tollgate admin' },
  });
  closers.add(() => app.close());
  logger.info({ url: await app.getUrl() }, 'Admin is listening.');
}
