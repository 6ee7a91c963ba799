import type { Operation } from '@tollgate/contracts';
import {
  DIALECTS,
  FULL_TARGET,
  type ClientDialect,
  type TargetProfile,
  type VendorDialect,
} from '@tollgate/dialects';
import { endpointPath } from './endpoints.js';
import type { Provider, ProviderDialect } from './provider.js';

/** How requests of one client dialect for one model of the vendor's reach it. */
export interface VendorRoute {
  readonly dialect: VendorDialect;
  readonly spoken: ProviderDialect;
  readonly profile: TargetProfile;
}

/**
 * Chooses what to speak to a vendor: the client's own dialect where the vendor speaks it, so that bytes pass; else the
 * first, which the vendor prefers, that can carry the operation.
 *
 * @param forced the operator's choice for the channel, or `null`
 * @returns `undefined` when the vendor can't serve the operation for this model
 */
export function chooseRoute(
  provider: Provider,
  forced: string | null,
  { client, operation, model }: { client: ClientDialect; operation: Operation; model: string },
): VendorRoute | undefined {
  const candidates = provider.dialects.filter(
    (spoken) =>
      (forced === null || spoken.id === forced) &&
      spoken.models?.test(model) !== false &&
      canCarry(client, vendorDialect(spoken), operation, spoken),
  );
  const spoken = candidates.find(({ id }) => id === client.id) ?? candidates[0];
  if (spoken === undefined) return undefined;
  return { dialect: vendorDialect(spoken), spoken, profile: profileFor(spoken, model) };
}

/**
 * Below it the vendor has the answers that it stored; `undefined`: it stores none.
 *
 * @param forced the operator's choice for the channel, or `null`
 */
export function storedResponsesPath({ dialects }: Provider, forced: string | null): string | undefined {
  if (forced !== null && forced !== 'openai-responses') return undefined;
  return dialects.find(({ id }) => id === 'openai-responses')?.storedResponsesPath;
}

function vendorDialect({ id }: ProviderDialect): VendorDialect {
  return DIALECTS[id];
}

function canCarry(
  client: ClientDialect,
  vendor: VendorDialect,
  operation: Operation,
  { endpoints }: ProviderDialect,
): boolean {
  if (endpoints[operation] === undefined) return false;
  if (client.id === vendor.id) return true;
  switch (operation) {
    case 'chat':
      return true;
    case 'embeddings':
      return client.inbound.embeddings !== undefined && vendor.outbound.embeddings !== undefined;
    case 'count-tokens':
      return client.inbound.encodeTokenCount !== undefined && vendor.outbound.tokenCount !== undefined;
    case 'compact':
      return false;
  }
}

function profileFor({ profile, modelProfiles = [] }: ProviderDialect, model: string): TargetProfile {
  return modelProfiles.reduce<TargetProfile>(
    (target, { models, profile: more }) => (models.test(model) ? { ...target, ...more } : target),
    { ...FULL_TARGET, ...profile, model },
  );
}

/** Path and query below the channel's base. @throws when the route does not serve the operation: `chooseRoute` asked */
export function routePath({ spoken, profile }: VendorRoute, operation: Operation, streamed: boolean): string {
  const endpoint = spoken.endpoints[operation];
  if (endpoint === undefined) throw new Error(`${spoken.id} has no endpoint for ${operation}`);
  return endpointPath(endpoint, profile.model, streamed);
}
