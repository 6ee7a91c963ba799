import { join } from 'node:path';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { systemClock } from '@tollgate/contracts';
import { createControlApplication } from '@tollgate/control-api';
import { ADMIN_SCHEMA, adminDatabase, AdminModule, AdminService } from '@tollgate/feature-admin';
import { BILLING_SCHEMA, billingDatabase, BillingModule } from '@tollgate/feature-billing';
import { channelHealthDatabase, ChannelHealthModule } from '@tollgate/feature-channel-health';
import { createProxyApplication } from '@tollgate/feature-proxy';
import { inProcessRpcTransport, type RpcTransport } from '@tollgate/messaging/rpc';
import { openDatabase, OutboxRelay } from '@tollgate/persistence';
import { providerCatalogue } from '@tollgate/providers';
import type { MasterKey } from '@tollgate/security';
import { Closers, listenFailure, mailOf, type RunningService, type ServiceContext } from '@tollgate/service';
import { createLogger, createMetrics, HealthChecks, startTracing, type Logger } from '@tollgate/telemetry';
import type { DataSource } from 'typeorm';
import { announce } from './announcement.js';
import { bootstrap } from './bootstrap.js';
import { PROXY_PORT_SETTING, readEnvironment, type StandaloneSettings } from './config.js';
import { startInfrastructure, type Infrastructure } from './infrastructure.js';
import { loadMasterKey } from './secret-files.js';

/** Less than the whole shutdown, so that usage events and leases still leave after the last stream. */
const DRAIN_SHARE = 0.7;

interface Databases {
  readonly admin: DataSource;
  readonly billing: DataSource;
  readonly channelHealth: DataSource;
}

interface Parts {
  readonly settings: StandaloneSettings;
  readonly logger: Logger;
  readonly masterKey: MasterKey;
  readonly infrastructure: Infrastructure;
  readonly databases: Databases;
  /** How the features of this process call each other. */
  readonly rpc: RpcTransport;
}

/** The whole gateway in this process: the four features of the four services, on embedded or real infrastructure. */
export async function startStandalone(
  context: ServiceContext,
  settings: StandaloneSettings,
): Promise<RunningService> {
  const logger = createLogger({ service: 'standalone', level: settings.logLevel });
  context.configure({ logger, shutdownTimeoutMs: settings.shutdownTimeoutMs });
  const closers = new Closers();
  const stop = () => closers.close();
  try {
    const masterKey = settings.masterKey ?? (await loadMasterKey(settings.dataDirectory));
    const tracing = await startTracing({
      service: 'standalone',
      endpoint: settings.otlpEndpoint,
      sampleRatio: settings.traceSampleRatio,
    });
    closers.add(() => tracing.shutdown());
    const infrastructure = await startInfrastructure(settings, logger);
    closers.add(() => infrastructure.close());
    const databases = await openDatabases(infrastructure.databaseUrl);
    closers.add(() =>
      Promise.all(Object.values(databases).map((dataSource: DataSource) => dataSource.destroy())),
    );
    const rpc = inProcessRpcTransport();
    const parts: Parts = { settings, logger, masterKey, infrastructure, databases, rpc };
    const control = await startControl(parts);
    closers.add(() => control.close());
    const relay = startRelay(parts, databases.admin, ADMIN_SCHEMA);
    closers.add(() => relay.stop());
    const billingRelay = startRelay(parts, databases.billing, BILLING_SCHEMA);
    closers.add(() => billingRelay.stop());
    const welcome = await bootstrap(control, settings, infrastructure.documents);
    await relay.drain();
    const admin = control.get(AdminService, { strict: false });
    closers.add(admin.keepDocuments(infrastructure.documents, logger));
    const proxy = await startProxy(parts);
    closers.add(() => proxy.close());
    announce(settings, welcome);
    return { stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function openDatabases(url: string): Promise<Databases> {
  const [admin, billing, channelHealth] = await Promise.all([
    openDatabase(adminDatabase({ url })),
    openDatabase(billingDatabase({ url })),
    openDatabase(channelHealthDatabase({ url })),
  ]);
  return { admin, billing, channelHealth };
}

/** The APIs of admin, billing and channel-health at one address. */
async function startControl(parts: Parts): Promise<NestFastifyApplication> {
  const { settings, logger, masterKey, databases, rpc } = parts;
  const { documents, eventLog, quotaStore } = parts.infrastructure;
  const clock = systemClock;
  const health = new HealthChecks();
  const metrics = createMetrics({ service: 'standalone' });
  const control = await createControlApplication({
    modules: [
      AdminModule.register({
        dataSource: databases.admin,
        documents,
        rpcClient: rpc.client(),
        masterKey,
        clock,
        logger,
        providers: providerCatalogue,
        environment: readEnvironment(),
      }),
      BillingModule.register({
        dataSource: databases.billing,
        ...{ eventLog, documents, quotaStore, clock, logger, metrics, health },
        // Leases in memory died with the process that held them: nobody will re-attach any.
        ...(settings.redisUrl === undefined && { quotaRecoverMs: 0 }),
      }),
      ChannelHealthModule.register({
        dataSource: databases.channelHealth,
        ...{ eventLog, documents, clock, logger, metrics, health, masterKey },
        rpcClient: rpc.client(),
        mail: mailOf(settings),
        allowPrivateWebhooks: settings.upstreamPrivate === 'allow',
      }),
    ],
    ...{ logger, health, metrics, masterKey, clock },
    openApi: { title: 'Tollgate' },
    host: settings.host,
    port: settings.adminPort,
    configure: (app) => {
      app.connectMicroservice(rpc.microservice());
    },
  });
  await control.startAllMicroservices();
  return control;
}

/** Of one service: each has an outbox of its own. */
function startRelay({ infrastructure, logger }: Parts, dataSource: DataSource, schema: string): OutboxRelay {
  const relay = new OutboxRelay({
    ...{ dataSource, schema },
    documents: infrastructure.documents,
    eventLog: infrastructure.eventLog,
    logger,
    clock: systemClock,
  });
  relay.start();
  return relay;
}

async function startProxy({
  settings,
  logger,
  masterKey,
  infrastructure,
  rpc,
}: Parts): Promise<NestFastifyApplication> {
  const { documents, eventLog, quotaStore, limitStore, shareStore } = infrastructure;
  const metrics = createMetrics({ service: 'proxy' });
  const { app } = await createProxyApplication({
    ...{ documents, eventLog, quotaStore, limitStore, shareStore, logger, metrics, rpc },
    keyring: { current: masterKey, previous: [] },
    clock: systemClock,
    health: new HealthChecks(),
    metricsSource: metrics,
    traced: settings.otlpEndpoint !== undefined,
    journalDirectory: join(settings.dataDirectory, 'journal'),
    journal: { bytesMax: settings.journalBytesMax, whenFull: settings.journalWhenFull },
    allowPrivateUpstream: settings.upstreamPrivate === 'allow',
    limits: settings,
    drainTimeoutMs: settings.shutdownTimeoutMs * DRAIN_SHARE,
  });
  const { host, port } = settings;
  try {
    await app.listen(port, host);
    return app;
  } catch (error) {
    await app.close();
    throw listenFailure(error, { host, port, portSetting: PROXY_PORT_SETTING });
  }
}
