import { GatewayError, type Clock, type ConfigApplyReply, type GeneratedKey } from '@tollgate/contracts';
import { hashApiKey, type MasterKey } from '@tollgate/security';
import type { DataSource, EntityManager } from 'typeorm';
import type { ApiKeyService } from '../api-keys/api-key.service.js';
import type { BudgetService } from '../budgets/budget.service.js';
import type { ChannelService } from '../channels/channel.service.js';
import type { ModelService } from '../models/model.service.js';
import { OrganizationEntity } from '../organizations/organization.entity.js';
import type { OrganizationService } from '../organizations/organization.service.js';
import type { PriceCardService } from '../price-cards/price-card.service.js';
import type { ProviderCatalogue } from '../providers/provider-catalogue.js';
import type { SettingsService } from '../settings/settings.service.js';
import type { Actor } from '../write-path/actor.js';
import type { Write, Writes } from '../write-path/writes.js';
import { carryOutBudget } from './carry-out-budget.js';
import { ConfigFileError } from './config-problems.js';
import { parseConfigFile, type ParsedConfigFile } from './parse-config-file.js';
import { planConfig, type Plan } from './plan/plan-config.js';
import type { NewKeyValues, Operation, PlannedChange } from './plan/plan.js';
import { readCurrentState } from './read-current-state.js';
import { resolveCredentials, type Environment, type ResolvedSecrets } from './resolve-credentials.js';

export interface ApplyOptions {
  readonly actor: Actor;
  /** Where `{ env: NAME }` is looked up. */
  readonly environment: Environment;
  /** Only say what would change. Default `false`. */
  readonly dryRun?: boolean | undefined;
  /** `false` where nobody could be shown a generated key: a new key without a secret is refused. Default `true`. */
  readonly mayGenerateKeys?: boolean | undefined;
}

export interface ConfigFileDependencies {
  readonly dataSource: DataSource;
  readonly writes: Writes;
  readonly clock: Clock;
  readonly masterKey: MasterKey;
  readonly providers: ProviderCatalogue;
  readonly organizations: OrganizationService;
  readonly apiKeys: ApiKeyService;
  readonly budgets: BudgetService;
  readonly channels: ChannelService;
  readonly models: ModelService;
  readonly priceCards: PriceCardService;
  readonly settings: SettingsService;
}

/** Makes everything be as the declarative file says: all of it, or nothing. */
export class ConfigFileService {
  constructor(private readonly dependencies: ConfigFileDependencies) {}

  /**
   * @param source YAML or JSON text, or a parsed value
   * @throws ConfigFileError with the path of everything that is wrong; nothing is changed then
   */
  async apply(source: unknown, options: ApplyOptions): Promise<ConfigApplyReply> {
    const { actor, environment, dryRun = false, mayGenerateKeys = true } = options;
    const file = parseConfigFile(source);
    const { byChannel: secrets, problems } = resolveCredentials(file, environment);
    if (problems.length > 0) throw new ConfigFileError(problems);
    const { dataSource, clock, writes } = this.dependencies;
    if (dryRun) {
      const { changes, notes } = await dataSource.transaction('REPEATABLE READ', (manager) =>
        this.plan(manager, { file, secrets, now: clock.now() }),
      );
      return { dryRun, changes: changes.map(({ change }) => change), notes, generatedKeys: [] };
    }
    return writes.runAlone(actor, async (write) => {
      const { changes, notes } = await this.plan(write.manager, {
        file,
        secrets,
        now: write.now.getTime(),
      });
      if (!mayGenerateKeys) refuseGeneratedKeys(file, changes);
      const generatedKeys: GeneratedKey[] = [];
      for (const { operation } of changes) generatedKeys.push(...(await this.carryOut(write, operation)));
      return { dryRun, changes: changes.map(({ change }) => change), notes, generatedKeys };
    });
  }

  private async plan(
    manager: EntityManager,
    input: {
      readonly file: ParsedConfigFile;
      readonly secrets: readonly ResolvedSecrets[];
      readonly now: number;
    },
  ): Promise<Plan> {
    const { masterKey, channels, providers } = this.dependencies;
    const keyHashes = input.file.keys.map(({ secret }) =>
      secret === undefined ? null : hashApiKey(masterKey, secret),
    );
    const current = await readCurrentState(manager, {
      file: input.file,
      keyHashes,
      unseal: (channel) => channels.unsealed(channel),
    });
    return planConfig({ ...input, keyHashes, current, providers });
  }

  private async carryOut(write: Write, operation: Operation): Promise<GeneratedKey[]> {
    const { organizations, channels, models, priceCards, apiKeys, settings } = this.dependencies;
    switch (operation.kind) {
      case 'organization':
        if (operation.id === undefined) await organizations.createIn(write, operation.values);
        else {
          const { group, limits, allowedAddresses } = operation.values;
          await organizations.updateIn(write, operation.id, { group, limits, allowedAddresses });
        }
        return [];
      case 'channel':
        if (operation.id === undefined) await channels.createIn(write, operation.values);
        else await channels.updateIn(write, operation.id, operation.values);
        return [];
      case 'model':
        if (operation.id === undefined) await models.createIn(write, operation.values);
        else await models.updateIn(write, operation.id, operation.values);
        return [];
      case 'price': {
        const effectiveFrom =
          operation.effectiveFrom === null ? write.now : new Date(operation.effectiveFrom);
        await priceCards.publishIn(write, { ...operation, effectiveFrom });
        return [];
      }
      case 'key':
        if (operation.id === undefined) return this.createKey(write, operation.values);
        await apiKeys.updateIn(write, operation.id, {
          ...operation.values,
          expiresAt: dateOf(operation.values),
        });
        return [];
      case 'budget':
        await carryOutBudget(write, this.dependencies.budgets, operation);
        return [];
      case 'settings':
        await settings.putIn(write, operation.value);
        return [];
    }
  }

  private async createKey(write: Write, values: NewKeyValues): Promise<GeneratedKey[]> {
    const { organization, name, models, secret, limits, allowedAddresses, requireTags } = values;
    const owner = await write.manager.findOneBy(OrganizationEntity, { name: organization });
    if (owner === null) throw new GatewayError('not_found', `There is no organization "${organization}".`);
    const created = await this.dependencies.apiKeys.createIn(write, {
      ...{ organizationId: owner.id, name, models, secret, limits, allowedAddresses, requireTags },
      expiresAt: dateOf(values),
    });
    return secret === undefined ? [{ id: created.key.id, organization, name, secret: created.secret }] : [];
  }
}

function refuseGeneratedKeys(file: ParsedConfigFile, changes: readonly PlannedChange[]): void {
  const problems = changes.flatMap(({ operation }) => {
    if (operation.kind !== 'key' || operation.id !== undefined) return [];
    const { name, organization, secret } = operation.values;
    if (secret !== undefined) return [];
    const index = file.keys.findIndex((key) => key.name === name && key.organization === organization);
    const message = 'is missing: a key generated here could be shown to nobody';
    return [{ path: `keys[${index}].secret`, message }];
  });
  if (problems.length > 0) throw new ConfigFileError(problems);
}

function dateOf({ expiresAt }: { readonly expiresAt?: number }): Date | undefined {
  return expiresAt === undefined ? undefined : new Date(expiresAt);
}
