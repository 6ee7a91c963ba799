import { CapShares, type Admission, type RateLimiter, type ShareStore } from '@tollgate/admission';
import type { Clock } from '@tollgate/contracts';
import type { DocumentStore, EventLog } from '@tollgate/messaging';
import { TokenCounter, type Journal } from '@tollgate/metering';
import type { EgressGuard, MediaFetcher, Transport } from '@tollgate/providers';
import type { Random } from '@tollgate/routing';
import type { Keyring } from '@tollgate/security';
import type { Logger } from '@tollgate/telemetry';
import type { Registry } from 'prom-client';
import { Configuration } from './configuration/configuration.js';
import { DataPlane } from './http/data-plane.js';
import { Identities } from './identity/identities.js';
import { ChannelObserver } from './observation/channel-observer.js';
import { OverloadMetrics } from './observation/overload-metrics.js';
import { ProxyMetrics } from './observation/proxy-metrics.js';
import type { RequestTracing } from './observation/request-tracing.js';
import { OverloadWatch } from './overload/overload-watch.js';
import { ChannelProbes } from './probing/channel-probes.js';
import { VendorQueries } from './probing/vendor-queries.js';
import { LocalTokenCount } from './request/local-token-count.js';
import { ModelList } from './request/model-list.js';
import { AttemptPreparation } from './request/prepare-attempt.js';
import { ProxyRequests } from './request/proxy-request.js';
import { StoredResponseBook } from './request/stored-response-book.js';
import { StoredResponses } from './request/stored-responses.js';

export interface ProxyLimits {
  readonly bodyBytesMax: number;
  readonly inFlightMax: number;
  /** Bytes of all request bodies in memory. */
  readonly bodiesBytesMax: number;
  /** How late the event loop may be, in milliseconds, before requests are refused; 0: never because of it. */
  readonly delayMaxMs: number;
  /** API keys, and organisations, kept in memory. */
  readonly identitiesMax: number;
  /** Addresses and ranges of reverse proxies whose `x-forwarded-for` is believed. */
  readonly trustedProxies: readonly string[];
}

export interface ProxyDependencies {
  readonly documents: DocumentStore;
  readonly eventLog: EventLog;
  /** Made for this proxy; closed by it. */
  readonly journal: Journal;
  /** Made for this proxy; closed by it. `onStoreDown` asks the settings through `ProxyService.settings`. */
  readonly admission: Admission;
  /** Made for this proxy; closed by it. */
  readonly limiter: RateLimiter;
  /** Of all proxies that ask the same vendor accounts; absent: this is the only one. */
  readonly shareStore?: ShareStore | undefined;
  readonly http: Transport;
  /** Decides where channels may connect to. */
  readonly guard: EgressGuard;
  /** Made for this proxy; closed by it. */
  readonly media: MediaFetcher;
  readonly keyring: Keyring;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly metrics: Registry;
  readonly tracing: RequestTracing;
  readonly limits: ProxyLimits;
}

/** Everything of one proxy process, wired; its life cycle in the right order. */
export class ProxyService {
  readonly dataPlane: DataPlane;
  readonly probes: ChannelProbes;
  readonly vendorQueries: VendorQueries;
  private readonly configuration: Configuration;
  private readonly identities: Identities;
  private readonly observer: ChannelObserver;
  private readonly capShares: CapShares | undefined;
  private readonly tokens = new TokenCounter();
  private readonly overload: OverloadWatch;

  constructor(private readonly dependencies: ProxyDependencies) {
    const { documents, eventLog, journal, clock, logger, keyring, limits } = dependencies;
    const metrics = new ProxyMetrics(dependencies.metrics, () => this.dataPlane.inFlight);
    this.overload = new OverloadWatch({ ...limits, clock });
    const { shareStore, guard } = dependencies;
    if (shareStore !== undefined)
      this.capShares = new CapShares({ store: shareStore, holder: journal.id, clock, logger });
    const { capShares } = this;
    this.configuration = new Configuration({ documents, keyring, guard, logger, capShares });
    this.identities = new Identities({
      ...{ documents, keyring, logger },
      capacity: limits.identitiesMax,
      trustedProxies: limits.trustedProxies,
      wasPublished: () => this.configuration.wasPublished,
    });
    this.observer = new ChannelObserver({ eventLog, proxyId: journal.id, clock, logger, metrics });
    const { configuration, identities, observer } = this;
    const storedResponses = new StoredResponseBook(documents, logger);
    const preparation = new AttemptPreparation(dependencies.media, clock);
    this.probes = new ChannelProbes({ ...dependencies, configuration, preparation });
    this.vendorQueries = new VendorQueries({ ...dependencies, configuration });
    this.dataPlane = new DataPlane({
      requests: new ProxyRequests({
        ...dependencies,
        configuration,
        identities,
        observer,
        metrics,
        preparation,
        storedResponses,
        tokenCount: new LocalTokenCount(this.tokens),
        bodyBytesMax: limits.bodyBytesMax,
      }),
      models: new ModelList({ configuration, identities, clock, logger }),
      storedResponses: new StoredResponses({
        ...dependencies,
        configuration,
        identities,
        book: storedResponses,
      }),
      overload: this.overload,
      metrics: new OverloadMetrics(dependencies.metrics, this.overload.guard),
    });
  }

  get ready(): boolean {
    return this.configuration.ready;
  }

  /** What the operator chose for the time that the store of balances is away; `closed` until settings are known. */
  get onStoreDown(): 'open' | 'closed' {
    return this.configuration.ready ? this.configuration.current().settings.admission.onStoreDown : 'closed';
  }

  async start(): Promise<void> {
    await Promise.all([this.configuration.start(), this.identities.start()]);
    this.observer.start();
    this.overload.start();
  }

  /** Lets requests under way end within the bound, then tells everything that is left and lets go. */
  async stop(timeoutMs: number): Promise<void> {
    await this.dataPlane.drain(timeoutMs);
    // What is still under way is cut off before the journal closes: its record says what was produced.
    this.dependencies.http.close();
    await this.dataPlane.drain(CONCLUDE_MS);
    this.overload.stop();
    await this.observer.stop();
    await this.capShares?.stop();
    await this.dependencies.journal.close({ timeoutMs: JOURNAL_CLOSE_MS });
    await this.dependencies.admission.close();
    this.dependencies.limiter.close();
    await Promise.all([this.configuration.stop(), this.identities.stop()]);
    await Promise.all([this.dependencies.media.close(), this.tokens.close()]);
  }
}

/** Time for requests that were cut off to be put on the books. */
const CONCLUDE_MS = 2_000;

/** Time for the last usage events to reach the event log; what does not is replayed at the next start. */
const JOURNAL_CLOSE_MS = 5_000;
