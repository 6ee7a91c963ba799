import { type ChannelId, channelObservationsV1, type Clock, GatewayError } from '@tollgate/contracts';
import { type Consumption, type Delivery, type DocumentStore, type EventLog } from '@tollgate/messaging';
import { type HealthChecks, type Logger } from '@tollgate/telemetry';
import { type DataSource, type EntityManager } from 'typeorm';
import { type ChannelHealthMetrics } from '../channel-health-metrics.js';
import { ConfigurationWatch } from '../configuration/configuration-watch.js';
import { type OrganizationNames } from '../configuration/organization-names.js';
import { ChannelStore, type ChannelUpdate } from '../database/channel-store.js';
import { THRESHOLDS } from '../judgement/thresholds.js';
import { IncidentStore } from '../database/incident-store.js';
import { type NotificationStore } from '../database/notification-store.js';
import { type ProbeStore } from '../database/probe-store.js';
import { TrafficStore } from '../database/traffic-store.js';
import { type VendorCheckStore } from '../database/vendor-check-store.js';
import { IncidentNotices } from '../notifications/incident-notices.js';
import { PROBER_ID } from '../probing/prober.js';
import { ChannelBoard } from './channel-board.js';
import { type LeaderWork } from './leader-work.js';
import { LatencyBaselines } from './latency-baselines.js';
import { Leadership } from './leadership.js';
import { Repeating } from './repeating.js';
import { StatusPublisher } from './status-publisher.js';
import { TrafficTally } from './traffic-tally.js';

export interface ChannelJudgeDependencies {
  readonly dataSource: DataSource;
  readonly eventLog: EventLog;
  readonly documents: DocumentStore;
  readonly clock: Clock;
  /** From 0 (included) to 1 (excluded). */
  readonly random: () => number;
  readonly logger: Logger;
  readonly organizations: OrganizationNames;
  readonly notifications: NotificationStore;
  readonly probes: ProbeStore;
  readonly vendorChecks: VendorCheckStore;
  readonly work: LeaderWork;
  readonly health?: HealthChecks | undefined;
  readonly metrics?: ChannelHealthMetrics | undefined;
}

const TICK_MS = 1_000;
const HOUSEKEEPING_MS = 3_600_000;
const TRAFFIC_MS = 60_000;
/** A judge that has not finished a round for so long waits for something that does not answer. */
const STUCK_MS = 30_000;

/**
 * Judges channels by what proxies observed. Of several replicas one judges and the others stand by; the judgement is
 * stored first and published after, so that it outlives whoever judged.
 */
export class ChannelJudge {
  readonly #leadership: Leadership;
  readonly #store = new ChannelStore();
  readonly #incidents = new IncidentStore();
  readonly #incidentNotices: IncidentNotices;
  readonly #trafficStore = new TrafficStore();
  readonly #traffic = new TrafficTally();
  readonly #baselines = new LatencyBaselines();
  readonly #board: ChannelBoard;
  readonly configuration: ConfigurationWatch;
  readonly #publisher: StatusPublisher;
  readonly #ticks: Repeating;
  #consumption: Consumption | undefined;
  #housekeptAt = Number.NEGATIVE_INFINITY;
  #trafficWrittenAt = Number.NEGATIVE_INFINITY;
  #lastFailure: string | undefined;
  #tickedAt: number;

  constructor(private readonly dependencies: ChannelJudgeDependencies) {
    const { dataSource, documents, logger, health } = dependencies;
    this.#tickedAt = dependencies.clock.monotonic();
    this.#board = new ChannelBoard({
      ...{ thresholds: THRESHOLDS, random: dependencies.random },
      usual: (channelId, model) => this.#baselines.usual(channelId, model),
    });
    this.#incidentNotices = new IncidentNotices(this.#incidents, dependencies.organizations);
    this.#ticks = new Repeating(() => this.#tick(), TICK_MS);
    this.#leadership = new Leadership(dataSource, () => void this.#ticks.run());
    this.#publisher = new StatusPublisher(documents);
    this.configuration = new ConfigurationWatch({
      ...{ documents, logger },
      onChange: () => void this.#ticks.run(),
      onResynchronized: () => this.#publisher.forget(),
    });
    health?.register('channel-judge', () => this.#assertWorking());
  }

  start(): void {
    this.#ticks.start();
  }

  /** Judges now and not with the next second. Never rejects: what failed is logged and tried again. */
  async judgeNow(): Promise<void> {
    await this.#ticks.run();
  }

  async stop(): Promise<void> {
    await this.#ticks.stop();
    await this.configuration.stop();
    await this.dependencies.organizations.stop();
    await this.#standDown();
  }

  async #tick(): Promise<void> {
    try {
      await this.configuration.start();
      await this.dependencies.organizations.start();
      if ((this.#leadership.isHeld || (await this.#takeOver())) && this.configuration.isComplete) {
        await this.#lead();
      }
      this.#succeeded();
    } catch (error) {
      this.#failed(error);
    }
    this.#tickedAt = this.dependencies.clock.monotonic();
  }

  async #lead(): Promise<void> {
    await this.#judge();
    await this.#publisher.publish(this.#board.statuses(), () => this.#leadership.confirm());
    await this.#consume();
    await this.#keepHouse();
    await this.#leadership.confirm();
    this.dependencies.work.begin({
      subjects: this.#board.subjects(),
      channels: this.configuration.channels.values(),
      settings: this.configuration.settings,
      isLeading: () => this.#leadership.isCertain,
    });
  }

  async #takeOver(): Promise<boolean> {
    // What is left of a right that was lost.
    await this.#standDown();
    if (!(await this.#leadership.tryAcquire())) {
      return false;
    }
    const { stored, baselines } = await this.#inSession(async (manager) => ({
      stored: await this.#store.loadAll(manager),
      baselines: await this.#trafficStore.baselines(manager),
    }));
    this.#baselines.load(baselines);
    this.#board.load(stored, this.dependencies.clock.now());
    this.#publisher.forget();
    this.dependencies.logger.info('This replica judges channels now.');
    return true;
  }

  async #judge(): Promise<void> {
    const { channels, settings } = this.configuration;
    const configured = new Map(channels);
    const now = this.dependencies.clock.now();
    const updates = this.#board.proposals(configured.values(), settings, now);
    const gone = this.#board.ids.filter((id) => this.configuration.isGone(id));
    // Also when there is nothing to write: it shows that the session still holds the right to judge.
    await this.#inSession(async (manager) => {
      await this.#store.save(manager, updates, now);
      await this.#saveIncidents(manager, updates, gone);
      await this.#store.remove(manager, gone);
      await this.#trafficStore.remove(manager, gone);
      await this.dependencies.vendorChecks.remove(manager, gone);
    });
    this.#board.commit(updates, configured, now);
    this.#board.remove(gone);
    this.#baselines.remove(gone);
    this.dependencies.work.forget(gone);
    this.#tell(updates);
  }

  /** Who can't load or write what it judges by leads no more. */
  async #inSession<Result>(work: (manager: EntityManager) => Promise<Result>): Promise<Result> {
    try {
      return await this.#leadership.transaction(work);
    } catch (error) {
      await this.#standDown();
      throw error;
    }
  }

  /** With what operators are told of them. */
  async #saveIncidents(
    manager: EntityManager,
    updates: readonly ChannelUpdate[],
    gone: readonly ChannelId[],
  ): Promise<void> {
    const now = this.dependencies.clock.now();
    const { closed, ...changes } = await this.#incidents.save(manager, updates, now);
    const ended = await this.#incidents.closeAll(manager, gone, now);
    const rules = this.configuration.settings.notifications;
    const all = { ...changes, closed: [...closed, ...ended] };
    const notices = await this.#incidentNotices.of(manager, { changes: all, rules });
    await this.dependencies.notifications.enqueue(manager, { notices, rules, now });
  }

  #tell(updates: readonly ChannelUpdate[]): void {
    const { logger, metrics } = this.dependencies;
    for (const { id, name, transitions } of updates) {
      for (const { part, from, to } of transitions) {
        const { state, reason } = to;
        const facts = { channelId: id, channel: name, ...(part === null ? {} : { [part.kind]: part.key }) };
        logger.info(
          { ...facts, from, to: state, reason },
          part === null ? 'A channel changed its state.' : 'A part of a channel changed its state.',
        );
        if (part === null) {
          metrics?.changed(name, state);
        }
      }
    }
    metrics?.show(this.#board.statesByName());
  }

  async #consume(): Promise<void> {
    this.#consumption ??= await this.dependencies.eventLog.consume(
      'channel-observations',
      'channel-health',
      (deliveries) => this.#observe(deliveries),
    );
  }

  async #observe(deliveries: readonly Delivery[]): Promise<void> {
    // Else they are left for the replica that leads.
    await this.#leadership.confirm();
    const now = this.dependencies.clock.now();
    for (const delivery of deliveries) {
      const message = channelObservationsV1.safeParse(delivery.body);
      if (!message.success) {
        await delivery.reject(
          `It is no channel observation: ${message.error.issues[0]?.message ?? 'unreadable'}.`,
        );
        continue;
      }
      const isProbe = message.data.proxyId === PROBER_ID;
      for (const observation of message.data.observations) {
        this.#board.observe(observation, now, { isProbe });
        if (!isProbe) {
          this.#traffic.observe(observation);
        }
      }
      await delivery.ack();
    }
  }

  async #keepHouse(): Promise<void> {
    const { clock } = this.dependencies;
    const now = clock.now();
    if (clock.monotonic() - this.#trafficWrittenAt >= TRAFFIC_MS) {
      const traffic = this.#traffic.take();
      const baselines = this.#baselines.fold(traffic);
      await this.#inSession((manager) => this.#trafficStore.save(manager, { traffic, baselines, now }));
      this.#trafficWrittenAt = clock.monotonic();
      // A replica that led and hung may have had a status in hand, and written it late over a newer one.
      this.#publisher.forget();
    }
    if (clock.monotonic() - this.#housekeptAt >= HOUSEKEEPING_MS) {
      await this.#inSession(async (manager) => {
        await this.#store.forgetOldHistory(manager, now);
        await this.#incidents.forgetOld(manager, now);
        await this.#trafficStore.forgetOld(manager, now);
        await this.dependencies.notifications.forgetOld(manager, now);
      });
      await this.dependencies.probes.forgetOld(now);
      this.#housekeptAt = clock.monotonic();
    }
  }

  /** Lets another replica judge; the windows of this one are worth nothing after that. */
  async #standDown(): Promise<void> {
    const consumption = this.#consumption;
    this.#consumption = undefined;
    try {
      await Promise.all([consumption?.stop(), this.dependencies.work.end()]);
      if (await this.#leadership.release()) {
        this.dependencies.logger.info('This replica judges channels no more.');
      }
    } catch (error) {
      this.dependencies.logger.debug({ error }, 'The right to judge ended with its session.');
    }
  }

  #succeeded(): void {
    if (this.#lastFailure !== undefined) {
      this.dependencies.logger.info('Channels are judged again.');
    }
    this.#lastFailure = undefined;
  }

  /** Logged once, not every second. */
  #failed(error: unknown): void {
    const failure = error instanceof Error ? error.message : String(error);
    if (this.#lastFailure !== failure) {
      this.dependencies.logger.error({ error }, 'Channels can not be judged now: trying again every second.');
    }
    this.#lastFailure = failure;
  }

  #assertWorking(): void {
    const isStuck = this.dependencies.clock.monotonic() - this.#tickedAt > STUCK_MS;
    if (isStuck || this.#lastFailure !== undefined) {
      throw new GatewayError('service_unavailable', 'Channels can not be judged now: the log says why.');
    }
  }
}
