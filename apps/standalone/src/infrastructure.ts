import { join } from 'node:path';
import {
  MemoryLimitStore,
  MemoryQuotaStore,
  SlicedLimitStore,
  type LimitStore,
  type QuotaStore,
  type ShareStore,
} from '@tollgate/admission';
import { RedisLimitStore, RedisQuotaStore } from '@tollgate/admission/redis';
import { systemClock } from '@tollgate/contracts';
import type { DocumentStore, EventLog } from '@tollgate/messaging';
import { connectNats, NatsDocumentStore, NatsEventLog } from '@tollgate/messaging/nats';
import {
  ensureMessagingSchema,
  PostgresConnection,
  PostgresDocumentStore,
  PostgresEventLog,
} from '@tollgate/messaging/postgres';
import { startEmbeddedPostgres } from '@tollgate/persistence/embedded';
import { Closers } from '@tollgate/service';
import type { Logger } from '@tollgate/telemetry';
import type { StandaloneSettings } from './config.js';

/** What the four features stand on; each part embedded, or the real thing where its address is set. */
export interface Infrastructure {
  readonly databaseUrl: string;
  readonly documents: DocumentStore;
  readonly eventLog: EventLog;
  readonly quotaStore: QuotaStore;
  readonly limitStore: LimitStore;
  /** Absent: no other process asks the same vendor accounts. */
  readonly shareStore?: ShareStore;
  /** In reverse order of start. */
  close(): Promise<void>;
}

/** Starts what is embedded and connects to what is not; what was started is stopped again when a later part fails. */
export async function startInfrastructure(
  settings: StandaloneSettings,
  logger: Logger,
): Promise<Infrastructure> {
  const closers = new Closers();
  const close = () => closers.close();
  try {
    const databaseUrl = settings.databaseUrl ?? (await embeddedDatabase(settings, logger, closers));
    const messaging =
      settings.natsUrl === undefined
        ? await postgresMessaging(databaseUrl, logger, closers)
        : await natsMessaging(settings.natsUrl, settings, { logger, closers });
    const quotaStore = quotaStoreOf(settings, logger);
    closers.add(() => quotaStore.close());
    const limits = limitStoresOf(settings, logger);
    closers.add(() => limits.limitStore.close());
    return { databaseUrl, ...messaging, quotaStore, ...limits, close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function embeddedDatabase(
  settings: StandaloneSettings,
  logger: Logger,
  closers: Closers,
): Promise<string> {
  const postgres = await startEmbeddedPostgres({
    dataDirectory: join(settings.dataDirectory, 'postgres'),
    logger,
  });
  closers.add(() => postgres.stop());
  return postgres.url;
}

async function postgresMessaging(databaseUrl: string, logger: Logger, closers: Closers) {
  const connection = new PostgresConnection({ databaseUrl, logger });
  closers.add(() => connection.close());
  await ensureMessagingSchema(connection.pool);
  const documents = new PostgresDocumentStore({ connection, logger });
  const eventLog = new PostgresEventLog({ connection, logger });
  closers.add(
    () => documents.close(),
    () => eventLog.close(),
  );
  return { documents, eventLog };
}

async function natsMessaging(
  url: string,
  settings: StandaloneSettings,
  { logger, closers }: { readonly logger: Logger; readonly closers: Closers },
) {
  const connection = await connectNats({ url, name: 'standalone', logger });
  closers.add(() => connection.close());
  const options = { connection, namespace: settings.natsNamespace, logger };
  const documents = new NatsDocumentStore(options);
  const eventLog = new NatsEventLog(options);
  closers.add(
    () => documents.close(),
    () => eventLog.close(),
  );
  return { documents, eventLog };
}

function quotaStoreOf(settings: StandaloneSettings, logger: Logger): QuotaStore {
  if (settings.redisUrl === undefined) return new MemoryQuotaStore({ clock: systemClock });
  return new RedisQuotaStore({ url: settings.redisUrl, prefix: settings.redisKeyPrefix, logger });
}

function limitStoresOf(
  settings: StandaloneSettings,
  logger: Logger,
): Pick<Infrastructure, 'limitStore' | 'shareStore'> {
  if (settings.redisUrl === undefined) return { limitStore: new MemoryLimitStore({ clock: systemClock }) };
  const shareStore = new RedisLimitStore({ url: settings.redisUrl, prefix: settings.redisKeyPrefix, logger });
  return { limitStore: new SlicedLimitStore(shareStore), shareStore };
}
