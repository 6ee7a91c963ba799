import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import {
  journalWatermarkKey,
  newId,
  priceCardDocumentKey,
  systemClock,
  type JournalId,
  type OrganizationId,
  type PriceCardId,
  type UsageRecordedV1,
} from '@tollgate/contracts';
import { createControlApplication } from '@tollgate/control-api';
import { ensureMessagingSchema, PostgresEventLog } from '@tollgate/messaging/postgres';
import { openDatabase } from '@tollgate/persistence';
import { generateMasterKey, parseMasterKey, signAccessToken } from '@tollgate/security';
import { createMetrics, HealthChecks, noopLogger } from '@tollgate/telemetry';
import {
  createTestDatabase,
  eventually,
  FakeDocumentStore,
  usageEvent,
  type TestDatabase,
  type UsageEventOverrides,
} from '@tollgate/testing';
import pg from 'pg';
import type { DataSource } from 'typeorm';
import { billingDatabase, BillingModule } from '../src/index.js';
import { RecordingQuotaStore } from './recording-quota-store.js';

const CARD = 'card-1' as PriceCardId;
const PRICED = { priceCard: { id: CARD, version: 1 }, charge: '4500000', vendorCost: '3000000' };

type Injected = Awaited<ReturnType<NestFastifyApplication['inject']>>;

/** Usage of one organisation at a known price: a charge of 0.0045 USD. */
export function usageOf(
  organizationId: OrganizationId,
  overrides: UsageEventOverrides = {},
): UsageRecordedV1 {
  return usageEvent({
    ...PRICED,
    organization: { id: organizationId, name: organizationId },
    ...overrides,
  });
}

interface Stores {
  readonly dataSource: DataSource;
  readonly eventLog: PostgresEventLog;
  readonly documents: FakeDocumentStore;
  readonly quotaStore: RecordingQuotaStore;
}

export interface BillingService extends Stores {
  readonly app: NestFastifyApplication;
  readonly metrics: ReturnType<typeof createMetrics>;
  /** Of an administrator. */
  readonly headers: Readonly<Record<string, string>>;
  get(path: string): Promise<Injected>;
  credit(
    organizationId: string,
    payload: object,
    headers?: Readonly<Record<string, string>>,
  ): Promise<Injected>;
  /** As a proxy does: a journal's events, numbered from 1. */
  publishUsage(journalId: JournalId, events: readonly UsageRecordedV1[]): Promise<void>;
  /** Tells of an organisation that was created. */
  announce(organizationId: string, openingBalance: string, messageId?: string): Promise<void>;
  /** An organisation that the quota store knows already. */
  newOrganization(openingBalance: string): Promise<OrganizationId>;
  /** Waits until the journal is committed through this sequence. */
  watermark(journalId: JournalId, through: number): Promise<unknown>;
  stop(): Promise<void>;
}

/** Billing with everything real but the documents and the quota store, over a database of its own; one price is known. */
export async function startBillingService(): Promise<BillingService> {
  const database = await createTestDatabase();
  const stores = await openStores(database);
  const metrics = createMetrics({ service: 'billing' });
  const health = new HealthChecks();
  const masterKey = parseMasterKey(generateMasterKey());
  const shared = { metrics, health, logger: noopLogger };
  const app = await createControlApplication({
    ...{ ...shared, masterKey, openApi: { title: 'billing' } },
    modules: [BillingModule.register({ ...stores, ...shared, clock: systemClock })],
  });
  const claims = { subject: 'u1', role: 'administrator', ttlSeconds: 600 };
  const headers = { authorization: `Bearer ${await signAccessToken(masterKey, claims, systemClock)}` };
  return {
    ...{ ...stores, app, metrics, headers },
    ...callsOf(app, headers),
    ...messagesOf(stores),
    async stop() {
      await app.close();
      await stores.eventLog.close();
      await stores.dataSource.destroy();
      await database.drop();
    },
  };
}

async function openStores({ url }: TestDatabase): Promise<Stores> {
  const pool = new pg.Pool({ connectionString: url });
  await ensureMessagingSchema(pool);
  await pool.end();
  const documents = new FakeDocumentStore();
  await documents.bucket('config').put(priceCardDocumentKey('gpt-4o'), {
    model: 'gpt-4o',
    versions: [{ id: CARD, version: 1, effectiveFrom: 0, prices: { input: '2.50', output: '10.00' } }],
  });
  return {
    dataSource: await openDatabase(billingDatabase({ url })),
    eventLog: new PostgresEventLog({ databaseUrl: url, logger: noopLogger }),
    documents,
    quotaStore: new RecordingQuotaStore(),
  };
}

function callsOf(
  app: NestFastifyApplication,
  headers: BillingService['headers'],
): Pick<BillingService, 'get' | 'credit'> {
  return {
    get: (path) => app.inject({ url: `/api/v1/billing${path}`, headers }),
    credit: (organizationId, payload, more = {}) =>
      app.inject({
        method: 'POST',
        url: `/api/v1/billing/organizations/${organizationId}/credits`,
        headers: { ...headers, ...more },
        payload,
      }),
  };
}

function messagesOf(
  stores: Stores,
): Pick<BillingService, 'publishUsage' | 'announce' | 'newOrganization' | 'watermark'> {
  const { eventLog, documents, quotaStore } = stores;
  const announce: BillingService['announce'] = (organizationId, openingBalance, id = organizationId) =>
    eventLog.publish('organizations', {
      id,
      body: {
        ...{ type: 'organization.created', version: 1, organizationId, name: organizationId, openingBalance },
        occurredAt: Date.parse('2026-01-01T00:00:00Z'),
      },
    });
  return {
    announce,
    async publishUsage(journalId, events) {
      const numbered = events.map((event, index) => ({ ...event, sequence: index + 1 }));
      const id = `${journalId}:1-${events.length}`;
      await eventLog.publish('usage', { id, body: { journalId, events: numbered, closed: false } });
    },
    async newOrganization(openingBalance) {
      const id = `acme-${newId().slice(-12)}` as OrganizationId;
      await announce(id, openingBalance);
      await eventually(() => quotaStore.accounts.has(`org:${id}`), 'the account to reach the quota store');
      return id;
    },
    watermark: (journalId, through) =>
      eventually(async () => {
        const document = await documents.bucket('billing').get(journalWatermarkKey(journalId));
        return (document?.value as { committedThrough?: number } | undefined)?.committedThrough === through;
      }, `the watermark ${through} of ${journalId}`),
  };
}
