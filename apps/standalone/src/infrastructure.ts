import { join } from 'node:path';
import { MemoryQuotaStore, type QuotaStore } from '@tollgate/admission';
import { RedisQuotaStore } from '@tollgate/admission/redis';
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
import type { Logger } from '@tollgate/telemetry';
import type { StandaloneSettings } from './config.js';

/** What the four features stand on; each part embedded, or the real thing where its address is set. */
export interface Infrastructure {
  readonly databaseUrl: string;
  readonly documents: DocumentStore;
  readonly eventLog: EventLog;
  readonly quotaStore: QuotaStore;
  /** In reverse order of start. */
  close(): Promise<void>;
}

type Closer = () => Promise<unknown>;

/** Starts what is embedded and connects to what is not; what was started is stopped again when a later part fails. */
export async function startInfrastructure(
  settings: StandaloneSettings,
  logger: Logger,
): Promise<Infrastructure> {
  const closers: Closer[] = [];
  const close = async (): Promise<void> => {
    for (const closer of closers.splice(0).reverse()) await closer();
  };
  try {
    const databaseUrl = settings.databaseUrl ?? (await embeddedDatabase(settings, logger, closers));
    const messaging =
      settings.natsUrl === undefined
        ? await postgresMessaging(databaseUrl, logger, closers)
        : await natsMessaging(settings.natsUrl, settings, { logger, closers });
    const quotaStore = quotaStoreOf(settings, logger);
    closers.push(() => quotaStore.close());
    return { databaseUrl, ...messaging, quotaStore, close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function embeddedDatabase(
  settings: StandaloneSettings,
  logger: Logger,
  closers: Closer[],
): Promise<string> {
  const postgres = await startEmbeddedPostgres({
    dataDirectory: join(settings.dataDirectory, 'postgres'),
    logger,
  });
  closers.push(() => postgres.stop());
  return postgres.url;
}

async function postgresMessaging(databaseUrl: string, logger: Logger, closers: Closer[]) {
  const connection = new PostgresConnection({ databaseUrl, logger });
  closers.push(() => connection.close());
  await ensureMessagingSchema(connection.pool);
  const documents = new PostgresDocumentStore({ connection, logger });
  const eventLog = new PostgresEventLog({ connection, logger });
  closers.push(
    () => documents.close(),
    () => eventLog.close(),
  );
  return { documents, eventLog };
}

async function natsMessaging(
  url: string,
  settings: StandaloneSettings,
  { logger, closers }: { readonly logger: Logger; readonly closers: Closer[] },
) {
  const connection = await connectNats({ url, name: 'standalone', logger });
  closers.push(() => connection.close());
  const options = { connection, namespace: settings.natsNamespace, logger };
  const documents = new NatsDocumentStore(options);
  const eventLog = new NatsEventLog(options);
  closers.push(
    () => documents.close(),
    () => eventLog.close(),
  );
  return { documents, eventLog };
}

function quotaStoreOf(settings: StandaloneSettings, logger: Logger): QuotaStore {
  if (settings.redisUrl === undefined) return new MemoryQuotaStore({ clock: systemClock });
  return new RedisQuotaStore({ url: settings.redisUrl, prefix: settings.redisKeyPrefix, logger });
}
