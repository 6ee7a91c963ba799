import {
  apiKeyDocumentKey,
  channelDocumentKey,
  modelDocumentKey,
  organizationDocumentKey,
  priceCardDocumentKey,
  PUBLICATION_DOCUMENT_KEY,
  SETTINGS_DOCUMENT_KEY,
  type BucketName,
} from '@tollgate/contracts';
import type { DocumentStore } from '@tollgate/messaging';
import { insertOutbox, outboxHolds, type OutboxEntry } from '@tollgate/persistence';
import { MoreThan, type EntityManager, type EntityTarget, type FindOptionsWhere } from 'typeorm';
import { ApiKeyEntity } from '../api-keys/api-key.entity.js';
import { toApiKeyDocument } from '../api-keys/api-key.service.js';
import { ChannelEntity } from '../channels/channel.entity.js';
import { toChannelDocument } from '../channels/channel.service.js';
import { BudgetEntity } from '../budgets/budget.entity.js';
import { toBudgetEvent } from '../budgets/budget-event.js';
import { ModelEntity } from '../models/model.entity.js';
import { toModelDocument } from '../models/model.service.js';
import { OrganizationEntity } from '../organizations/organization.entity.js';
import { toOrganizationCreated, toOrganizationDocument } from '../organizations/organization.service.js';
import { ascendingVersionsByModel } from '../price-cards/ascending-versions.js';
import { PriceCardEntity } from '../price-cards/price-card.entity.js';
import { toPriceCardDocument } from '../price-cards/price-card.service.js';
import { readSettings } from '../settings/settings.service.js';
import { SYSTEM_ACTOR } from '../write-path/actor.js';
import type { Write, Writes } from '../write-path/writes.js';

const ROWS_PER_BATCH = 1_000;

/**
 * Documents are what proxies live on, Postgres is what they are made from. When the store has none (it is new, lost its
 * data, or the operator moved from the embedded one to NATS), all of them are made again; and the events that tell billing
 * of accounts and budgets, which may be lost with them, and say nothing new where they are not.
 */
export class DocumentPublication {
  constructor(private readonly writes: Writes) {}

  /**
   * @returns whether the documents were missing and are on their way now
   * @throws GatewayError `service_unavailable` when the store can't be asked
   */
  async ensure(documents: DocumentStore): Promise<boolean> {
    const marker = await documents.bucket('config').get(PUBLICATION_DOCUMENT_KEY);
    if (marker !== undefined) return false;
    return this.writes.runAlone(SYSTEM_ACTOR, publishUnlessUnderWay);
  }
}

/** With a million keys it takes a while until all have left the outbox. */
async function publishUnlessUnderWay(write: Write): Promise<boolean> {
  if (await outboxHolds(write.manager, { bucket: 'config', key: PUBLICATION_DOCUMENT_KEY })) return false;
  await publishAll(write);
  return true;
}

async function publishAll({ manager, now }: Write): Promise<void> {
  const settings = await readSettings(manager);
  await eachBatch(manager, ChannelEntity, (channels) =>
    channels.map((channel) => entry('config', channelDocumentKey(channel.id), toChannelDocument(channel))),
  );
  await eachBatch(manager, ModelEntity, (models) =>
    models.map((model) => entry('config', modelDocumentKey(model.name), toModelDocument(model))),
  );
  await eachBatch(manager, PriceCardEntity, async (cards) => {
    const versions = await ascendingVersionsByModel(
      manager,
      cards.map(({ model }) => model),
    );
    return cards.map((card) =>
      entry(
        'config',
        priceCardDocumentKey(card.model),
        toPriceCardDocument(card, versions.get(card.model) ?? [], now),
      ),
    );
  });
  await eachBatch(manager, OrganizationEntity, (organizations) =>
    organizations.flatMap((organization): OutboxEntry[] => [
      entry('identity', organizationDocumentKey(organization.id), toOrganizationDocument(organization)),
      { kind: 'event', topic: 'organizations', ...toOrganizationCreated(organization) },
    ]),
  );
  await eachBatch(manager, BudgetEntity, (budgets) =>
    budgets.map((budget): OutboxEntry => ({
      kind: 'event',
      topic: 'budgets',
      ...toBudgetEvent(budget, { occurredAt: budget.updatedAt, removed: false }),
    })),
  );
  await eachBatch(manager, ApiKeyEntity, (keys) =>
    keys.map((key) => entry('identity', apiKeyDocumentKey(key.hash), toApiKeyDocument(key))),
  );
  // The marker last, for it says that all are there.
  await insertOutbox(manager, [
    entry('config', SETTINGS_DOCUMENT_KEY, settings),
    entry('config', PUBLICATION_DOCUMENT_KEY, { publishedAt: now.getTime() }),
  ]);
}

function entry(bucket: BucketName, key: string, value: object): OutboxEntry {
  return { kind: 'document', bucket, key, value };
}

/** There may be a million keys: they pass through memory a batch at a time. */
async function eachBatch<Entity extends { id: string }>(
  manager: EntityManager,
  target: EntityTarget<Entity>,
  toEntries: (rows: Entity[]) => OutboxEntry[] | Promise<OutboxEntry[]>,
): Promise<void> {
  let after: string | undefined;
  do {
    const rows: Entity[] = await manager.find(target, {
      // TypeORM can't relate a generic entity's own `id` to its options.
      where: (after === undefined ? {} : { id: MoreThan(after) }) as FindOptionsWhere<Entity>,
      order: { id: 'ASC' } as never,
      take: ROWS_PER_BATCH,
    });
    if (rows.length > 0) await insertOutbox(manager, await toEntries(rows));
    after = rows.length === ROWS_PER_BATCH ? rows.at(-1)?.id : undefined;
  } while (after !== undefined);
}
