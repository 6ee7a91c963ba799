import {
  apiKeyDocumentKey,
  channelDocumentKey,
  modelDocumentKey,
  organizationDocumentKey,
  priceCardDocumentKey,
  SETTINGS_DOCUMENT_KEY,
  type BucketName,
} from '@tollgate/contracts';
import type { DocumentStore } from '@tollgate/messaging';
import { insertOutbox, type OutboxEntry } from '@tollgate/persistence';
import { MoreThan, type EntityManager, type EntityTarget, type FindOptionsWhere } from 'typeorm';
import { ApiKeyEntity } from '../api-keys/api-key.entity.js';
import { toApiKeyDocument } from '../api-keys/api-key.service.js';
import { ChannelEntity } from '../channels/channel.entity.js';
import { toChannelDocument } from '../channels/channel.service.js';
import { ModelEntity } from '../models/model.entity.js';
import { toModelDocument } from '../models/model.service.js';
import { OrganizationEntity } from '../organizations/organization.entity.js';
import { toOrganizationDocument } from '../organizations/organization.service.js';
import { ascendingVersionsByModel } from '../price-cards/ascending-versions.js';
import { PriceCardEntity } from '../price-cards/price-card.entity.js';
import { toPriceCardDocument } from '../price-cards/price-card.service.js';
import { readSettings } from '../settings/settings.service.js';
import { SYSTEM_ACTOR } from '../write-path/actor.js';
import type { Write, Writes } from '../write-path/writes.js';

const ROWS_PER_BATCH = 1_000;

/**
 * Documents are what proxies live on, Postgres is what they are made from. When the store has none (it is new, was
 * emptied, or the operator moved from the embedded one to NATS), all of them are made again.
 */
export class DocumentPublication {
  constructor(private readonly writes: Writes) {}

  /**
   * @returns whether the documents were missing and are on their way now
   * @throws GatewayError `service_unavailable` when the store can't be asked
   */
  async ensure(documents: DocumentStore): Promise<boolean> {
    // The settings document is always there once anything was published.
    const settings = await documents.bucket('config').get(SETTINGS_DOCUMENT_KEY);
    if (settings !== undefined) return false;
    await this.writes.runAlone(SYSTEM_ACTOR, publishAll);
    return true;
  }
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
    organizations.map((organization) =>
      entry('identity', organizationDocumentKey(organization.id), toOrganizationDocument(organization)),
    ),
  );
  await eachBatch(manager, ApiKeyEntity, (keys) =>
    keys.map((key) => entry('identity', apiKeyDocumentKey(key.hash), toApiKeyDocument(key))),
  );
  // Last, for it says that all are there.
  await insertOutbox(manager, [entry('config', SETTINGS_DOCUMENT_KEY, settings)]);
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
