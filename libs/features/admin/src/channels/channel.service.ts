import {
  channelDocumentKey,
  GatewayError,
  newId,
  sealedTransport,
  type ChannelDocument,
  type ChannelId,
} from '@tollgate/contracts';
import { type Page } from '@tollgate/control-api';
import { credentialAssociation, openSecret, sealSecret, type MasterKey } from '@tollgate/security';
import type { DataSource, EntityManager } from 'typeorm';
import type { ProviderCatalogue } from '../providers/provider-catalogue.js';
import { pageById, type PageRequest } from '../read-path/page-by-id.js';
import type { Actor } from '../write-path/actor.js';
import { definedOnly } from '../write-path/defined-only.js';
import type { Write, Writes } from '../write-path/writes.js';
import { ChannelEntity, type StoredCredential } from './channel.entity.js';
import { CHANNEL_DEFAULTS, type ChannelValues } from './channel-values.js';
import { changedAddress, newAddress } from './channel-address.js';
import { checkChannel, vendorHost, type ChannelDraft } from './check-channel.js';
import { lastFour } from './mask-credential.js';
import { CHANNEL_ROUTING_DEFAULTS, givenChannelRouting } from '../routing/routing-values.js';
import { mappedModels } from './mapped-models.js';
import { allTransforms, givenTransforms, storedTransforms } from './transform-values.js';
import { openTransport, sealTransport, shownTransport, type TransportValues } from './transport-values.js';

type OptionalValues = { readonly [Field in keyof ChannelValues]?: ChannelValues[Field] | undefined };

export type CreateChannelInput = OptionalValues & Pick<ChannelValues, 'name' | 'provider' | 'models'>;
export type UpdateChannelInput = OptionalValues;

export interface ChannelFilter {
  readonly name?: string | undefined;
  readonly provider?: string | undefined;
  readonly enabled?: boolean | undefined;
}

export interface ChannelServiceDependencies {
  readonly dataSource: DataSource;
  readonly writes: Writes;
  readonly masterKey: MasterKey;
  readonly providers: ProviderCatalogue;
}

/** Credentials at vendors, and what is reached by them. Credentials are stored sealed and never shown. */
export class ChannelService {
  constructor(private readonly dependencies: ChannelServiceDependencies) {}

  list(filter: ChannelFilter, page: PageRequest): Promise<Page<ChannelEntity>> {
    return pageById(this.dependencies.dataSource.manager, ChannelEntity, definedOnly(filter), page);
  }

  async names(): Promise<ReadonlySet<string>> {
    const { manager } = this.dependencies.dataSource;
    const channels = await manager.find(ChannelEntity, { select: { name: true } });
    return new Set(channels.map(({ name }) => name));
  }

  /** @throws GatewayError `not_found` */
  async get(id: string): Promise<ChannelEntity> {
    return found(await this.dependencies.dataSource.manager.findOneBy(ChannelEntity, { id }));
  }

  /** @throws GatewayError `validation_failed` with the field, `already_exists` */
  create(actor: Actor, input: CreateChannelInput): Promise<ChannelEntity> {
    return this.dependencies.writes.run(actor, (write) => this.createIn(write, input));
  }

  /** @throws GatewayError `not_found`, `validation_failed` with the field, `already_exists` */
  update(actor: Actor, id: string, input: UpdateChannelInput): Promise<ChannelEntity> {
    return this.dependencies.writes.run(actor, (write) => this.updateIn(write, id, input));
  }

  /** @throws GatewayError `not_found` */
  remove(actor: Actor, id: string): Promise<void> {
    return this.dependencies.writes.run(actor, async (write) => {
      const channel = await locked(write.manager, id);
      await write.manager.delete(ChannelEntity, { id });
      write.audit({ action: 'channel.delete', subject: subjectOf(channel), before: auditState(channel) });
      write.document('config', channelDocumentKey(id), null);
    });
  }

  async createIn(write: Write, input: CreateChannelInput): Promise<ChannelEntity> {
    const id = newId<ChannelId>();
    const { name, provider, models } = input;
    const draft: ChannelDraft = {
      ...CHANNEL_DEFAULTS,
      credentials: [],
      ...definedOnly(input),
      ...{ name, provider, models },
      ...newAddress(this.dependencies.providers, input),
    };
    const values = this.checked(draft, false);
    const channel = write.manager.create(ChannelEntity, {
      ...toColumns(values),
      id,
      credentials: this.seal(id, values.baseUrl, values.credentials),
      transport: sealTransport(values, {}, this.sealer(id)),
      createdAt: write.now,
      updatedAt: write.now,
    });
    await write.manager.insert(ChannelEntity, channel);
    write.audit({ action: 'channel.create', subject: subjectOf(channel), after: auditState(channel) });
    write.document('config', channelDocumentKey(id), toChannelDocument(channel));
    return channel;
  }

  async updateIn(write: Write, id: string, input: UpdateChannelInput): Promise<ChannelEntity> {
    const channel = await locked(write.manager, id);
    const before = auditState(channel);
    const current = { ...toValues(channel), credentials: [] };
    const address = changedAddress(this.dependencies.providers, current, input);
    const values = this.checked(
      { ...current, ...definedOnly(input), ...address },
      input.credentials === undefined && channel.credentials.length > 0,
    );
    const changesHost = vendorHost(values.baseUrl) !== vendorHost(channel.baseUrl);
    if (changesHost && input.credentials === undefined && channel.credentials.length > 0) {
      throw new GatewayError(
        'validation_failed',
        'Another host needs the credentials again: give them together with what leads there.',
        { field: 'credentials' },
      );
    }
    const credentials =
      input.credentials === undefined
        ? channel.credentials
        : this.seal(id, values.baseUrl, input.credentials);
    const transport = sealTransport(input, channel.transport, this.sealer(id));
    Object.assign(channel, toColumns(values), { credentials, transport, updatedAt: write.now });
    await write.manager.save(channel);
    write.audit({
      action: 'channel.update',
      subject: subjectOf(channel),
      before,
      after: {
        ...auditState(channel),
        ...(input.credentials === undefined ? {} : { credentialsGiven: true }),
      },
    });
    write.document('config', channelDocumentKey(id), toChannelDocument(channel));
    return channel;
  }

  /**
   * The channel with its credentials in clear: to compare, never to show. One that does not open (another master key
   * sealed it) is empty, so that it differs from whatever the operator gives.
   */
  unsealed(channel: ChannelEntity): ChannelValues & { readonly id: string } {
    const association = credentialAssociation(channel.id, channel.baseUrl);
    return {
      ...toValues(channel),
      ...this.openedTransport(channel),
      id: channel.id,
      credentials: channel.credentials.map((credential) => this.open(credential, association)),
    };
  }

  private sealer(channelId: string) {
    return { masterKey: this.dependencies.masterKey, channelId };
  }

  private openedTransport({ id, transport }: ChannelEntity): TransportValues {
    try {
      return openTransport(transport, this.sealer(id));
    } catch (error) {
      if (error instanceof GatewayError) return { proxy: '', tls: {} };
      throw error;
    }
  }

  private open({ keyId, box }: StoredCredential, association: string): string {
    try {
      return openSecret(this.dependencies.masterKey, { keyId, box }, association);
    } catch (error) {
      if (error instanceof GatewayError) return '';
      throw error;
    }
  }

  private checked(draft: ChannelDraft, hasStoredCredentials: boolean): ChannelValues {
    const [problem] = checkChannel(draft, this.dependencies.providers, hasStoredCredentials);
    if (problem !== undefined) {
      throw new GatewayError('validation_failed', `${problem.field}: ${problem.message}`, {
        field: problem.field,
      });
    }
    return { ...draft, baseUrl: draft.baseUrl ?? '' };
  }

  private seal(id: string, baseUrl: string, credentials: readonly string[]): StoredCredential[] {
    const association = credentialAssociation(id, baseUrl);
    return credentials.map((credential) => ({
      ...sealSecret(this.dependencies.masterKey, credential, association),
      lastFour: lastFour(credential),
    }));
  }
}

async function locked(manager: EntityManager, id: string): Promise<ChannelEntity> {
  return found(await manager.findOne(ChannelEntity, { where: { id }, lock: { mode: 'pessimistic_write' } }));
}

function found(channel: ChannelEntity | null): ChannelEntity {
  if (channel === null) throw new GatewayError('not_found', 'There is no channel with this id.');
  return channel;
}

function toColumns(values: ChannelValues) {
  const { name, provider, baseUrl, dialect, thinkingToContent, priority, weight, enabled } = values;
  return {
    ...{ name, provider, baseUrl, dialect, thinkingToContent, priority, weight, enabled },
    models: [...values.models],
    groups: [...values.groups],
    options: { ...values.options },
    transforms: storedTransforms(values),
    routing: givenChannelRouting(values),
  };
}

function toValues(channel: ChannelEntity): Omit<ChannelValues, 'credentials'> {
  const { name, provider, baseUrl, models, groups, dialect, priority, weight, enabled } = channel;
  const { options, thinkingToContent } = channel;
  return {
    ...{ name, provider, baseUrl, models, groups, dialect, options, thinkingToContent },
    ...{ priority, weight, enabled },
    ...allTransforms(channel.transforms),
    // Sealed: what is not given stays.
    ...{ proxy: null, tls: null },
    ...{ ...CHANNEL_ROUTING_DEFAULTS, ...channel.routing },
  };
}

export function toChannelDocument(channel: ChannelEntity): ChannelDocument {
  const values = { ...toValues(channel), credentials: [] };
  const { transforms: _flat, routing: _flatToo, ...columns } = toColumns(values);
  return {
    ...columns,
    models: mappedModels(values.models),
    ...givenTransforms(values),
    ...sealedTransport.parse(channel.transport),
    ...givenChannelRouting(values),
    id: channel.id as ChannelId,
    credentials: channel.credentials.map(({ keyId, box }) => ({ keyId, box })),
  };
}

function subjectOf({ id, name }: ChannelEntity) {
  return { kind: 'channel', id, name };
}

function auditState(channel: ChannelEntity) {
  return {
    ...toValues(channel),
    ...shownTransport(channel.transport),
    credentials: channel.credentials.map((one) => `…${one.lastFour}`),
  };
}
