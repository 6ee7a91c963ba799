import {
  GatewayError,
  type Clock,
  type ClientDialectId,
  type ModelDocument,
  type Operation,
  type SettingsDocument,
} from '@tollgate/contracts';
import { CLIENT_DIALECTS } from '@tollgate/dialects';
import { affinityHash, coversModel, modelLegs, resolveAlias } from '@tollgate/routing';
import type { DataSource } from 'typeorm';
import type { ChannelHealthReader } from '../channels/channel-health-reader.js';
import { ApiKeyEntity } from '../api-keys/api-key.entity.js';
import { ChannelEntity } from '../channels/channel.entity.js';
import { toChannelDocument } from '../channels/channel.service.js';
import { ModelEntity } from '../models/model.entity.js';
import { toModelDocument } from '../models/model.service.js';
import { OrganizationEntity } from '../organizations/organization.entity.js';
import { DEFAULT_GROUP } from '../organizations/organization.service.js';
import { readSettings } from '../settings/settings.service.js';
import { meaningsOf, readAskedModel } from './asked-model.js';
import { explainRoute, type RequestNeed, type RouteExplanation } from './explain-route.js';

/** A request that somebody might send. */
export interface ExplainInput {
  readonly model: string;
  /** Default: the organisation's, else `default`. */
  readonly group?: string | undefined;
  /** Id or name. */
  readonly organization?: string | undefined;
  /** Id, or the name within the organisation. */
  readonly apiKey?: string | undefined;
  /** Default `chat`. */
  readonly operation?: Operation | undefined;
  /** Default `openai-chat`. */
  readonly dialect?: ClientDialectId | undefined;
  readonly tags?: readonly string[] | undefined;
  readonly needs?: readonly RequestNeed[] | undefined;
  /** What the first rule of affinity for the model finds in the request; of an organisation. */
  readonly affinityKey?: string | undefined;
}

export interface RouteExplainerDependencies {
  readonly dataSource: DataSource;
  readonly channelHealth: ChannelHealthReader;
  readonly clock: Clock;
}

const UUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i;

/** Tells where a request would go now, and why nowhere else, without sending it. Writes nothing. */
export class RouteExplainer {
  constructor(private readonly dependencies: RouteExplainerDependencies) {}

  /**
   * @throws GatewayError `not_found` when there is no such model, organisation or key; `validation_failed` with the field
   *   when members contradict each other
   */
  async explain(input: ExplainInput): Promise<RouteExplanation> {
    const { manager } = this.dependencies.dataSource;
    const { model, operation = 'chat', dialect = 'openai-chat', tags = [], needs = [] } = input;
    assertConsistent(input);
    const apiKey = await this.apiKey(input);
    const organization = await this.organization(apiKey?.organizationId ?? input.organization);
    const settings = await readSettings(manager);
    const entries = await manager.find(ModelEntity);
    const models = new Map(entries.map((entry) => [entry.name, toModelDocument(entry)]));
    const meanings = meaningsOf(model, operation, settings);
    const channels = (await this.channelsOf(meanings, models)).map(toChannelDocument);
    const group = input.group ?? organization?.group ?? DEFAULT_GROUP;
    const asked = readAskedModel({ model, group, operation }, { channels, models, settings });
    if (asked === undefined)
      throw new GatewayError('not_found', `There is no model "${model}": no channel and no entry has it.`);
    const statuses = await this.dependencies.channelHealth.read(channels.map(({ id }) => id));
    return explainRoute(
      {
        ...{ model, asked, group, operation, tags, needs, dialect: CLIENT_DIALECTS[dialect] },
        keyTags: apiKey?.requireTags ?? [],
        affinity: affinityOf(input, organization, settings),
      },
      { channels, models, settings, statuses, now: this.dependencies.clock.now() },
    );
  }

  /** One that works: there may be revoked ones of its name. */
  private async apiKey({
    apiKey: named,
    organization: owner,
  }: ExplainInput): Promise<ApiKeyEntity | undefined> {
    if (named === undefined) return undefined;
    const { id: organizationId } = (await this.organization(owner)) ?? {};
    if (organizationId === undefined && !UUID.test(named))
      throw new GatewayError(
        'validation_failed',
        'Names of API keys are unique within an organization: name it.',
        {
          field: 'organization',
        },
      );
    const apiKey = await this.dependencies.dataSource.manager.findOneBy(ApiKeyEntity, {
      ...(UUID.test(named) ? { id: named } : { name: named }),
      ...(organizationId === undefined ? {} : { organizationId }),
      status: 'active',
    });
    if (apiKey === null) throw new GatewayError('not_found', `There is no active API key "${named}".`);
    return apiKey;
  }

  private async organization(named: string | undefined): Promise<OrganizationEntity | undefined> {
    if (named === undefined) return undefined;
    const { manager } = this.dependencies.dataSource;
    const organization = await manager.findOneBy(
      OrganizationEntity,
      UUID.test(named) ? { id: named } : { name: named },
    );
    if (organization === null) throw new GatewayError('not_found', `There is no organization "${named}".`);
    return organization;
  }

  /** Those that have one of the models or one of those that take over. */
  private channelsOf(
    meanings: readonly string[],
    models: ReadonlyMap<string, ModelDocument>,
  ): Promise<readonly ChannelEntity[]> {
    const names = meanings.flatMap((model) => [
      resolveAlias(model, models) ?? model,
      ...modelLegs(model, models).map((leg) => leg.model),
    ]);
    return this.dependencies.dataSource.manager
      .createQueryBuilder(ChannelEntity, 'channel')
      .where(
        `exists (select 1 from jsonb_array_elements(channel.models) as served
                 where served ->> 'name' = any(:names))`,
        { names },
      )
      .orderBy('channel.id')
      .getMany();
  }
}

function assertConsistent({ group, organization, apiKey, affinityKey }: ExplainInput): void {
  const owner = organization ?? apiKey;
  if (group !== undefined && owner !== undefined)
    throw new GatewayError('validation_failed', 'Give a group, or an organization or its key, not both.', {
      field: 'group',
    });
  if (affinityKey !== undefined && owner === undefined)
    throw new GatewayError('validation_failed', 'A key binds requests of one organization: name it.', {
      field: 'organization',
    });
}

/** `undefined` when there is no key, or no rule that would look for one. */
function affinityOf(
  { model, affinityKey }: ExplainInput,
  organization: OrganizationEntity | undefined,
  { routing }: SettingsDocument,
): number | undefined {
  const rule = routing.affinity.find((each) => coversModel(each, model));
  if (affinityKey === undefined || organization === undefined || rule === undefined) return undefined;
  return affinityHash(organization.id, model, rule.name, affinityKey);
}
