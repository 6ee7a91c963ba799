import {
  LeasedAdmission,
  RateLimiter,
  type LimitStore,
  type QuotaStore,
  type ShareStore,
} from '@tollgate/admission';
import type { Clock } from '@tollgate/contracts';
import type { DocumentStore, EventLog } from '@tollgate/messaging';
import type { RpcTransport } from '@tollgate/messaging/rpc';
import { FileJournal, type WhenFull } from '@tollgate/metering';
import { EgressGuard, HttpTransport, MediaFetcher } from '@tollgate/providers';
import type { Keyring } from '@tollgate/security';
import { ObservabilityModule, type HealthChecks, type Logger, type MetricsSource } from '@tollgate/telemetry';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { Registry } from 'prom-client';
import { registerJournalMetrics } from './observation/journal-metrics.js';
import { NO_TRACING, OpenTelemetryTracing } from './observation/request-tracing.js';
import { proxyHttpAdapter, ProxyModule } from './proxy.module.js';
import { ProxyService, type ProxyLimits } from './proxy-service.js';

export interface ProxyApplicationOptions {
  readonly documents: DocumentStore;
  readonly eventLog: EventLog;
  readonly quotaStore: QuotaStore;
  /** Of rate and concurrency limits. */
  readonly limitStore: LimitStore;
  /** Divides the caps of vendor accounts among all proxies; absent: this is the only one. */
  readonly shareStore?: ShareStore | undefined;
  readonly keyring: Keyring;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly health: HealthChecks;
  readonly metrics: Registry;
  /** Over which other services ask this proxy to try channels; absent: nobody can. */
  readonly rpc?: RpcTransport;
  /** What `GET /metrics` answers with; in a worker, the sum over all workers. */
  readonly metricsSource: MetricsSource;
  /** A collector is configured, and `startTracing` has run. */
  readonly traced: boolean;
  /** Parent of the request journals of all proxy processes of this machine. */
  readonly journalDirectory: string;
  /** Bytes of all journal files of this process, and what becomes of new requests when they are reached. */
  readonly journal: { readonly bytesMax: number; readonly whenFull: WhenFull };
  /** Channels may have loopback or private addresses. */
  readonly allowPrivateUpstream: boolean;
  readonly limits: ProxyLimits;
  /** Time for requests under way to end when the process is asked to stop. */
  readonly drainTimeoutMs: number;
}

export interface ProxyApplication {
  /** Initialised and not listening yet. Closing it stops the proxy in order. */
  readonly app: NestFastifyApplication;
  readonly journal: FileJournal;
}

/** One proxy over the given infrastructure. Its adapters stay the caller's to close, after the application. */
export async function createProxyApplication(options: ProxyApplicationOptions): Promise<ProxyApplication> {
  const { clock, documents, eventLog, logger, quotaStore } = options;
  const journal = await FileJournal.open({
    directory: options.journalDirectory,
    eventLog,
    documents,
    clock,
    logger,
    limits: { bytesMax: options.journal.bytesMax },
    whenFull: options.journal.whenFull,
  });
  registerJournalMetrics(options.metrics, () => journal.status);
  const admission = new LeasedAdmission({
    store: quotaStore,
    holder: journal.id,
    clock,
    logger,
    onStoreDown: () => service.onStoreDown,
  });
  const guard = new EgressGuard({ allowPrivate: options.allowPrivateUpstream });
  const service: ProxyService = new ProxyService({
    ...options,
    journal,
    admission,
    limiter: new RateLimiter({
      ...{ store: options.limitStore, clock, logger },
      onStoreDown: () => service.onStoreDown,
    }),
    guard,
    http: new HttpTransport({ guard, clock }),
    media: new MediaFetcher(),
    random: Math.random,
    tracing: options.traced ? new OpenTelemetryTracing() : NO_TRACING,
  });
  const app = await NestFactory.create<NestFastifyApplication>(
    {
      module: ProxyRootModule,
      imports: [
        ObservabilityModule.register({ health: options.health, metrics: options.metricsSource }),
        ProxyModule.register({ service, health: options.health, drainTimeoutMs: options.drainTimeoutMs }),
      ],
    },
    proxyHttpAdapter(service),
    { logger: false, abortOnError: false },
  );
  if (options.rpc !== undefined) app.connectMicroservice(options.rpc.microservice());
  await app.init();
  await app.getHttpAdapter().getInstance().ready();
  await app.startAllMicroservices();
  return { app, journal };
}

class ProxyRootModule {}
