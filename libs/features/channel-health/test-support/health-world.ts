import {
  type ChannelDocument,
  channelDocumentKey,
  type ChannelId,
  type ChannelStatusDocument,
  channelStatusKey,
  latencyBucket,
  type LatencyCounts,
  newId,
  organizationDocumentKey,
  SETTINGS_DOCUMENT_KEY,
  type SettingsInput,
  type Topic,
} from '@tollgate/contracts';
import { createControlApplication } from '@tollgate/control-api';
import { openDatabase } from '@tollgate/persistence';
import { generateMasterKey, parseMasterKey, signAccessToken } from '@tollgate/security';
import { createMetrics, HealthChecks, noopLogger } from '@tollgate/telemetry';
import {
  createTestDatabase,
  FakeDocumentStore,
  FakeEventLog,
  ManualClock,
  type TestDatabase,
} from '@tollgate/testing';
import { type DataSource } from 'typeorm';
import { type ChannelHealthDependencies, ChannelHealthModule } from '../src/channel-health.module.js';
import { channelHealthDatabase } from '../src/database/channel-health-database.js';
import { ChannelJudge } from '../src/judging/channel-judge.js';

export const SECOND = 1_000;

/** A model and a credential as a channel's document has them. */
export const model = (name: string, upstream = name) => ({ name, upstream, cost: null });
export const key = (box: string) => ({ keyId: 'k', box });

/** One replica of the service with everything real but the messaging. */
export interface Replica {
  readonly app: Awaited<ReturnType<typeof createControlApplication>>;
  readonly judge: ChannelJudge;
  readonly health: HealthChecks;
  readonly metrics: ReturnType<typeof createMetrics>;
  readonly dataSource: DataSource;
  stop(): Promise<void>;
}

export interface Observation {
  readonly succeeded?: number;
  readonly failed?: Record<string, number>;
  readonly credential?: number;
  readonly model?: string;
  /** Whose attempts failed. */
  readonly failedOrganizations?: readonly string[];
  /** Of each success; default 20. */
  readonly firstByteMs?: number;
}

/** A database of its own, and replicas of the service on it that share a clock and what they hear. */
export class HealthWorld {
  readonly masterKey = parseMasterKey(generateMasterKey());
  clock = new ManualClock();
  documents = new FakeDocumentStore();
  eventLog = new FakeEventLog();
  readonly #replicas: Replica[] = [];

  private constructor(readonly database: TestDatabase) {}

  static async create(): Promise<HealthWorld> {
    return new HealthWorld(await createTestDatabase());
  }

  async drop(): Promise<void> {
    await this.database.drop();
  }

  /** Stops every replica, empties the database and begins anew. */
  async reset(): Promise<void> {
    for (const replica of this.#replicas.splice(0)) {
      await replica.stop();
    }
    const dataSource = await this.open();
    const tables = await dataSource.query<{ tablename: string }[]>(
      "select tablename from pg_tables where schemaname = 'channel_health' and tablename <> 'migrations'",
    );
    await dataSource.query(`truncate ${tables.map(({ tablename }) => `channel_health.${tablename}`).join()}`);
    await dataSource.destroy();
    this.clock = new ManualClock();
    this.documents = new FakeDocumentStore();
    this.eventLog = new FakeEventLog();
  }

  open(): Promise<DataSource> {
    return openDatabase(channelHealthDatabase({ url: this.database.url }));
  }

  async start(more: Partial<ChannelHealthDependencies> = {}): Promise<Replica> {
    const dataSource = await this.open();
    const health = new HealthChecks();
    const metrics = createMetrics({ service: 'channel-health' });
    const { eventLog, documents, clock, masterKey } = this;
    const shared = { logger: noopLogger, health, metrics };
    const random = () => 0.5;
    const app = await createControlApplication({
      modules: [
        ChannelHealthModule.register({
          ...{ ...shared, dataSource, eventLog, documents, clock, random, masterKey },
          ...more,
        }),
      ],
      ...shared,
      masterKey,
      openApi: { title: 'Channel health' },
    });
    let stopped = false;
    const replica: Replica = {
      ...{ app, health, metrics, dataSource },
      judge: app.get(ChannelJudge, { strict: false }),
      stop: async () => {
        if (!stopped) {
          stopped = true;
          await app.close();
          await dataSource.destroy();
        }
      },
    };
    this.#replicas.push(replica);
    await replica.judge.judgeNow();
    return replica;
  }

  async configure(name: string, changes: Partial<ChannelDocument> = {}): Promise<ChannelId> {
    const id = changes.id ?? newId<ChannelId>();
    const channel: ChannelDocument = {
      ...{ id, name, provider: 'openai', baseUrl: 'http://127.0.0.1:9/v1', credentials: [], models: [] },
      ...{ groups: ['default'], dialect: null, options: {}, thinkingToContent: false },
      ...{ priority: 0, weight: 1, enabled: true },
      ...changes,
    };
    await this.documents.bucket('config').put(channelDocumentKey(id), channel);
    return id;
  }

  /** What operators want of health; the rest as it is by default. */
  async set(health: NonNullable<SettingsInput['health']>): Promise<void> {
    await this.documents.bucket('config').put(SETTINGS_DOCUMENT_KEY, { health });
  }

  /** As admin publishes it when it is made or renamed. */
  async organization(id: string, name: string): Promise<void> {
    const organization = { id, name, status: 'active', group: 'default' };
    await this.documents.bucket('identity').put(organizationDocumentKey(id), organization);
  }

  /** Publishes what one proxy saw in the second before now, and judges it. */
  async observe(replica: Replica, channelId: string, ...seen: readonly Observation[]): Promise<void> {
    this.clock.advance(SECOND);
    const observations = seen.map(({ succeeded = 0, failed = {}, firstByteMs = 20, ...part }) => ({
      ...{ channelId, ...part, windowStart: this.clock.now() - SECOND, windowMs: SECOND, succeeded, failed },
      ...{ firstByteMsSum: succeeded * firstByteMs, durationMsSum: succeeded * 300 },
      firstByteMsCounts: countsOf(firstByteMs, succeeded),
      durationMsCounts: countsOf(300, succeeded),
    }));
    const body = { type: 'channel.observed', version: 1, proxyId: 'proxy-1', observations };
    await this.hear(replica, 'channel-observations', body);
  }

  /** One message of the event log, and what follows from it; each time under another id, as after a resend. */
  async hear(replica: Replica, topic: Topic, body: object): Promise<void> {
    await this.eventLog.publish(topic, { id: newId(), body });
    // The log delivers on the next turn of the event loop.
    await new Promise((resolve) => setImmediate(resolve));
    await replica.judge.judgeNow();
  }

  /** Time passes, and what follows from it is judged. */
  async pass(replica: Replica, ms: number): Promise<void> {
    this.clock.advance(ms);
    await replica.judge.judgeNow();
  }

  async published(channelId: string): Promise<ChannelStatusDocument | undefined> {
    const document = await this.documents.bucket('health').get(channelStatusKey(channelId));
    return document?.value as ChannelStatusDocument | undefined;
  }

  async get(replica: Replica, path: string) {
    return replica.app.inject({ url: `/api/v1/channel-health${path}`, headers: await this.#headers() });
  }

  async post(replica: Replica, path: string, payload: object) {
    const url = `/api/v1/channel-health${path}`;
    return replica.app.inject({ method: 'POST', url, headers: await this.#headers(), payload });
  }

  async #headers(): Promise<Record<string, string>> {
    const claims = { subject: 'u1', role: 'administrator', ttlSeconds: 60 };
    return { authorization: `Bearer ${await signAccessToken(this.masterKey, claims)}` };
  }
}

const countsOf = (ms: number, count: number): LatencyCounts =>
  count === 0 ? [] : [[latencyBucket(ms), count]];
