import { Any, type EntityManager } from 'typeorm';
import { PriceCardVersionEntity } from './price-card-version.entity.js';
import { PriceCardEntity } from './price-card.entity.js';

/** All versions of a card, by date; of two with the same date the later published one counts, and comes last. */
export async function ascendingVersions(
  manager: EntityManager,
  priceCardId: string,
): Promise<PriceCardVersionEntity[]> {
  const versions = await manager.findBy(PriceCardVersionEntity, { priceCardId });
  return versions.sort(byDateThenVersion);
}

/** All versions of the models' cards; a model without a card is absent. */
export async function ascendingVersionsByModel(
  manager: EntityManager,
  models: readonly string[],
): Promise<ReadonlyMap<string, readonly PriceCardVersionEntity[]>> {
  const cards = await manager.findBy(PriceCardEntity, { model: Any([...models]) });
  const versions = await manager.findBy(PriceCardVersionEntity, {
    priceCardId: Any(cards.map(({ id }) => id)),
  });
  const byCard = new Map<string, PriceCardVersionEntity[]>(cards.map(({ id }) => [id, []]));
  for (const version of versions.sort(byDateThenVersion)) byCard.get(version.priceCardId)?.push(version);
  return new Map(cards.map(({ id, model }) => [model, byCard.get(id) ?? []]));
}

export function byDateThenVersion(left: PriceCardVersionEntity, right: PriceCardVersionEntity): number {
  return left.effectiveFrom.getTime() - right.effectiveFrom.getTime() || left.version - right.version;
}
