import { GatewayError, type Clock } from '@tollgate/contracts';
import type { Logger } from '@tollgate/telemetry';
import type { Configuration } from '../configuration/configuration.js';
import type { Snapshot } from '../configuration/snapshot.js';
import type { ClientRequest } from '../http/client-request.js';
import type { Identities, Identity } from '../identity/identities.js';

export interface ModelListDependencies {
  readonly configuration: Configuration;
  readonly identities: Identities;
  readonly clock: Clock;
  readonly logger: Logger;
}

interface WireModel {
  readonly id: string;
  readonly object: 'model';
  /** Seconds since the epoch. */
  readonly created: number;
  readonly owned_by: string;
}

/** The models that a key may call now: `GET /v1/models` and `GET /v1/models/{id}`. */
export class ModelList {
  constructor(private readonly dependencies: ModelListDependencies) {}

  /** Answers the client, whatever happens. `name`: only this one. Never rejects. */
  async answer(client: ClientRequest, name: string | undefined): Promise<void> {
    const { clock, configuration, identities, logger } = this.dependencies;
    try {
      const identity = await identities.identify(client.secret(), clock.now());
      const models = list(configuration.current(), identity, clock.now());
      const body = JSON.stringify(name === undefined ? { object: 'list', data: models } : one(models, name));
      client.begin(200, 'application/json; charset=utf-8', [
        'content-length',
        String(Buffer.byteLength(body)),
      ]);
      client.end(body);
    } catch (error) {
      if (!(error instanceof GatewayError)) logger.error({ error }, 'models could not be listed');
      const known = error instanceof GatewayError;
      client.refuse(known ? error : new GatewayError('internal_error', 'The gateway failed.'), false);
    }
  }
}

function list(snapshot: Snapshot, { apiKey, organization }: Identity, now: number): WireModel[] {
  const { allowUnpriced } = snapshot.settings.pricing;
  return snapshot
    .modelsOf(organization.group)
    .filter((name) => apiKey.models?.includes(name) !== false)
    .filter((name) => allowUnpriced || snapshot.priceOf(name, now) !== undefined)
    .map((name) => {
      const model = snapshot.modelOf(name);
      return {
        id: name,
        object: 'model',
        created: Math.floor((model?.createdAt ?? 0) / 1_000),
        owned_by: model?.ownedBy ?? 'tollgate',
      };
    });
}

function one(models: readonly WireModel[], name: string): WireModel {
  const model = models.find(({ id }) => id === name);
  if (model === undefined) {
    throw new GatewayError('model_not_found', `The model "${name}" does not exist here.`, { field: 'model' });
  }
  return model;
}
