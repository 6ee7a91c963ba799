import { GatewayError, type Clock } from '@tollgate/contracts';
import type { ListedModel } from '@tollgate/dialects';
import type { Logger } from '@tollgate/telemetry';
import type { Configuration } from '../configuration/configuration.js';
import type { Snapshot } from '../configuration/snapshot.js';
import { hasTags } from '../configuration/tagged-itineraries.js';
import type { ClientRequest } from '../http/client-request.js';
import type { Identities, Identity } from '../identity/identities.js';
import { mayCall } from '../identity/model-names.js';

export interface ModelListDependencies {
  readonly configuration: Configuration;
  readonly identities: Identities;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** The models that a key may call now: `GET /v1/models`, `GET /v1beta/models`, and one of them. */
export class ModelList {
  constructor(private readonly dependencies: ModelListDependencies) {}

  /** Answers the client, whatever happens. `name`: only this one. Never rejects. */
  async answer(client: ClientRequest, name: string | undefined): Promise<void> {
    const { clock, configuration, identities, logger } = this.dependencies;
    try {
      const identity = await identities.identify(client, clock.now());
      const models = list(configuration.current(), identity, clock.now());
      const { inbound } = client.dialect;
      const answer =
        name === undefined ? inbound.encodeModels(models) : inbound.encodeModel(one(models, name));
      const body = JSON.stringify(answer);
      client.begin(200, 'application/json; charset=utf-8', [
        'content-length',
        String(Buffer.byteLength(body)),
      ]);
      client.end(body);
    } catch (error) {
      if (!(error instanceof GatewayError)) logger.error({ error }, 'models could not be listed');
      const known = error instanceof GatewayError;
      client.refuse(known ? error : new GatewayError('internal_error', 'The gateway failed.'));
    }
  }
}

function list(snapshot: Snapshot, { apiKey, organization }: Identity, now: number): ListedModel[] {
  const { allowUnpriced } = snapshot.settings.pricing;
  const { requireTags } = apiKey;
  return snapshot.routes
    .modelsOf(organization.group, requireTags ? (channel) => hasTags(channel, requireTags) : undefined)
    .filter((name) => mayCall(apiKey, name))
    .filter((name) => allowUnpriced || isPriced(snapshot, name, now))
    .map((name) => {
      const model = snapshot.modelOf(name);
      return {
        name,
        displayName: model?.displayName ?? null,
        description: model?.description ?? null,
        ownedBy: model?.ownedBy ?? null,
        createdAt: model?.createdAt ?? 0,
        contextTokensMax: model?.contextTokensMax ?? null,
        outputTokensMax: model?.outputTokensMax ?? null,
      };
    });
}

/** An alias without a price of its own has that of its model. */
function isPriced(snapshot: Snapshot, name: string, now: number): boolean {
  if (snapshot.priceOf(name, now) !== undefined) return true;
  const model = snapshot.routes.resolve(name);
  return model !== undefined && snapshot.priceOf(model, now) !== undefined;
}

function one(models: readonly ListedModel[], name: string): ListedModel {
  const model = models.find((listed) => listed.name === name);
  if (model === undefined) {
    throw new GatewayError('model_not_found', `The model "${name}" does not exist here.`, { field: 'model' });
  }
  return model;
}
