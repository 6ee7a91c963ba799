import {
  GatewayError,
  newId,
  priceCardDocumentKey,
  type PriceCardDocument,
  type PriceCardId,
  type Clock,
  type PriceSheet,
} from '@tollgate/contracts';
import { decodeCursor, toPage, type Page } from '@tollgate/control-api';
import { LessThan, type DataSource, type EntityManager } from 'typeorm';
import { pageById, type PageRequest } from '../read-path/page-by-id.js';
import type { Actor } from '../write-path/actor.js';
import { definedOnly } from '../write-path/defined-only.js';
import type { Write, Writes } from '../write-path/writes.js';
import { ascendingVersions, byDateThenVersion } from './ascending-versions.js';
import { PriceCardVersionEntity } from './price-card-version.entity.js';
import { PriceCardEntity } from './price-card.entity.js';
import { canonicalSheet, isEmptySheet } from './price-sheet.js';

/** How long proxies keep a version that is no longer current: a request may have started under it. */
const PAST_VERSIONS_MS = 7 * 24 * 60 * 60 * 1000;

export interface PublishPriceInput {
  readonly model: string;
  readonly prices: PriceSheet;
  /** Absent: from now on. */
  readonly effectiveFrom?: Date | undefined;
}

/** A card and the version that applies now; `undefined` when all its versions lie ahead. */
export interface CurrentPriceCard {
  readonly card: PriceCardEntity;
  readonly current: PriceCardVersionEntity | undefined;
}

/** Prices of models: versions with effective dates, never changed once published. */
export class PriceCardService {
  constructor(
    private readonly dataSource: DataSource,
    private readonly writes: Writes,
    private readonly clock: Clock,
  ) {}

  async list(
    filter: { readonly model?: string | undefined },
    page: PageRequest,
  ): Promise<Page<CurrentPriceCard>> {
    const { manager } = this.dataSource;
    const cards = await pageById(manager, PriceCardEntity, definedOnly(filter), page);
    const current = await currentVersions(
      manager,
      cards.items.map(({ id }) => id),
      this.clock.now(),
    );
    return {
      items: cards.items.map((card) => ({ card, current: current.get(card.id) })),
      nextCursor: cards.nextCursor,
    };
  }

  /** @throws GatewayError `not_found` */
  async get(id: string): Promise<CurrentPriceCard> {
    const card = await this.card(id);
    const current = await currentVersions(this.dataSource.manager, [id], this.clock.now());
    return { card, current: current.get(id) };
  }

  /** The history, latest version first. @throws GatewayError `not_found` */
  async versions(id: string, { limit, cursor }: PageRequest): Promise<Page<PriceCardVersionEntity>> {
    await this.card(id);
    const [before] = decodeCursor(cursor, 1) ?? [];
    const rows = await this.dataSource.manager.find(PriceCardVersionEntity, {
      where: { priceCardId: id, ...(before === undefined ? {} : { version: LessThan(Number(before) || 0) }) },
      order: { version: 'DESC' },
      take: limit + 1,
    });
    return toPage(rows, limit, ({ version }) => [String(version)]);
  }

  /** @throws GatewayError `validation_failed` for a sheet without a price */
  publish(actor: Actor, input: PublishPriceInput): Promise<PriceCardVersionEntity> {
    return this.writes.run(actor, (write) => this.publishIn(write, input));
  }

  async publishIn(write: Write, input: PublishPriceInput): Promise<PriceCardVersionEntity> {
    const prices = canonicalSheet(input.prices);
    if (isEmptySheet(prices)) {
      throw new GatewayError('validation_failed', 'prices: name at least one price', { field: 'prices' });
    }
    const card = await lockedCard(write, input.model);
    const versions = await ascendingVersions(write.manager, card.id);
    const latest = Math.max(0, ...versions.map(({ version }) => version));
    const effectiveFrom = input.effectiveFrom ?? write.now;
    const before = versions.findLast((version) => version.effectiveFrom <= effectiveFrom);
    const version = write.manager.create(PriceCardVersionEntity, {
      priceCardId: card.id,
      version: latest + 1,
      effectiveFrom,
      prices,
      createdAt: write.now,
      createdBy: write.actor.name,
    });
    await write.manager.insert(PriceCardVersionEntity, version);
    write.audit({
      action: 'price-card.publish',
      subject: { kind: 'price-card', id: card.id, name: card.model },
      ...(before === undefined ? {} : { before: auditState(before) }),
      after: auditState(version),
    });
    const after = [...versions, version].sort(byDateThenVersion);
    write.document('config', priceCardDocumentKey(card.model), toPriceCardDocument(card, after, write.now));
    return version;
  }

  private async card(id: string): Promise<PriceCardEntity> {
    const card = await this.dataSource.manager.findOneBy(PriceCardEntity, { id });
    if (card === null) throw new GatewayError('not_found', 'There is no price card with this id.');
    return card;
  }
}

/** The model's card, made when there is none, locked so that versions are numbered one after the other. */
async function lockedCard(write: Write, model: string): Promise<PriceCardEntity> {
  await write.manager
    .createQueryBuilder()
    .insert()
    .into(PriceCardEntity)
    .values({ id: newId<PriceCardId>(), model, createdAt: write.now })
    .orIgnore()
    .execute();
  return write.manager.findOneOrFail(PriceCardEntity, {
    where: { model },
    lock: { mode: 'pessimistic_write' },
  });
}

async function currentVersions(
  manager: EntityManager,
  cardIds: readonly string[],
  now: number,
): Promise<ReadonlyMap<string, PriceCardVersionEntity>> {
  if (cardIds.length === 0) return new Map();
  const versions = await manager
    .createQueryBuilder(PriceCardVersionEntity, 'version')
    .distinctOn(['version.priceCardId'])
    .where('version.priceCardId in (:...cardIds) and version.effectiveFrom <= :now', {
      cardIds,
      now: new Date(now),
    })
    .orderBy('version.priceCardId')
    .addOrderBy('version.effectiveFrom', 'DESC')
    .addOrderBy('version.version', 'DESC')
    .getMany();
  return new Map(versions.map((version) => [version.priceCardId, version]));
}

export function toPriceCardDocument(
  card: PriceCardEntity,
  ascending: readonly PriceCardVersionEntity[],
  now: Date,
): PriceCardDocument {
  const horizon = now.getTime() - PAST_VERSIONS_MS;
  // A version applies until the next one begins: the one that began last before the horizon applied at it.
  const first = Math.max(
    0,
    ascending.findLastIndex(({ effectiveFrom }) => effectiveFrom.getTime() <= horizon),
  );
  return {
    model: card.model,
    versions: ascending.slice(first).map(({ version, effectiveFrom, prices }) => ({
      id: card.id as PriceCardId,
      version,
      effectiveFrom: effectiveFrom.getTime(),
      prices,
    })),
  };
}

function auditState({ version, effectiveFrom, prices }: PriceCardVersionEntity) {
  return { version, effectiveFrom: effectiveFrom.toISOString(), prices };
}
