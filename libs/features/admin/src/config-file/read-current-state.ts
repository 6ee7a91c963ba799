import { Any, type EntityManager } from 'typeorm';
import { ApiKeyEntity } from '../api-keys/api-key.entity.js';
import { BudgetEntity } from '../budgets/budget.entity.js';
import { ChannelEntity } from '../channels/channel.entity.js';
import type { ChannelValues } from '../channels/channel-values.js';
import { ModelEntity } from '../models/model.entity.js';
import { OrganizationEntity } from '../organizations/organization.entity.js';
import { ascendingVersionsByModel } from '../price-cards/ascending-versions.js';
import { readSettings } from '../settings/settings.service.js';
import type { ParsedConfigFile } from './parse-config-file.js';
import type { CurrentBudget, CurrentKey, CurrentState } from './plan/current-state.js';
import type { BudgetOwner } from './plan/plan.js';

export interface ReadCurrentStateInput {
  readonly file: ParsedConfigFile;
  readonly keyHashes: readonly (string | null)[];
  readonly unseal: (channel: ChannelEntity) => ChannelValues & { readonly id: string };
}

/** Reads what is there of what the file names, and no more: there may be a million keys. */
export async function readCurrentState(
  manager: EntityManager,
  { file, keyHashes, unseal }: ReadCurrentStateInput,
): Promise<CurrentState> {
  const organizationNames = new Set([
    ...file.organizations.map(({ name }) => name),
    ...file.keys.map(({ organization }) => organization),
  ]);
  const organizations = await manager.findBy(OrganizationEntity, { name: Any([...organizationNames]) });
  const channels = await manager.findBy(ChannelEntity, { name: Any(file.channels.map(({ name }) => name)) });
  const models = await manager.findBy(ModelEntity, { name: Any(file.models.map(({ name }) => name)) });
  const prices = await ascendingVersionsByModel(
    manager,
    file.prices.map(({ model }) => model),
  );
  const keys = await readKeys(manager, file, keyHashes);
  return {
    organizations: byName(organizations),
    channels: byName(channels.map(unseal)),
    models: byName(models),
    prices: new Map(
      [...prices].map(([model, versions]) => [
        model,
        versions.map((version) => ({ ...version, effectiveFrom: version.effectiveFrom.getTime() })),
      ]),
    ),
    keys,
    budgets: await readBudgets(manager, organizations, keys),
    settings: await readSettings(manager),
  };
}

async function readKeys(
  manager: EntityManager,
  file: ParsedConfigFile,
  keyHashes: readonly (string | null)[],
): Promise<CurrentKey[]> {
  const keys = await manager.find(ApiKeyEntity, {
    where: [
      { hash: Any(keyHashes.filter((hash) => hash !== null)) },
      { name: Any(file.keys.map(({ name }) => name)) },
    ],
  });
  const owners = await manager.findBy(OrganizationEntity, {
    id: Any([...new Set(keys.map(({ organizationId }) => organizationId))]),
  });
  const nameOf = new Map(owners.map(({ id, name }) => [id, name]));
  return keys.map(({ organizationId, expiresAt, ...key }) => ({
    ...key,
    organization: nameOf.get(organizationId) ?? '',
    expiresAt: expiresAt?.getTime() ?? null,
  }));
}

async function readBudgets(
  manager: EntityManager,
  organizations: readonly OrganizationEntity[],
  keys: readonly CurrentKey[],
): Promise<CurrentBudget[]> {
  const owners = new Map<string, BudgetOwner>();
  for (const { id, name } of organizations) owners.set(id, { scope: 'organization', organization: name });
  for (const { id, name, organization, status } of keys) {
    if (status === 'active') owners.set(id, { scope: 'api-key', organization, key: name });
  }
  const budgets = await manager.findBy(BudgetEntity, { scopeId: Any([...owners.keys()]) });
  return budgets.flatMap(({ id, scopeId, period, soft, amount, thresholds }) => {
    const owner = owners.get(scopeId);
    return owner === undefined ? [] : [{ id, owner, period, soft, amount, thresholds }];
  });
}

function byName<Item extends { readonly name: string }>(items: readonly Item[]): ReadonlyMap<string, Item> {
  return new Map(items.map((item) => [item.name, item]));
}
