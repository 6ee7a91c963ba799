import { GatewayError, type ChannelDocument, type ChannelId, type Operation } from '@tollgate/contracts';
import { DIALECTS, type Dialect } from '@tollgate/dialects';
import { compileSheet, type CompiledSheet } from '@tollgate/pricing';
import { PROVIDERS, type FlatHeaders, type Provider, type Transport } from '@tollgate/providers';
import type { Candidate } from '@tollgate/routing';
import { credentialAssociation, openSecret, type Keyring } from '@tollgate/security';

export interface ChannelModel {
  /** The vendor's name of the model. */
  readonly upstream: string;
  readonly cost: CompiledSheet | null;
}

/** A channel ready to be asked: credentials opened, addresses and headers built, once for all its requests. */
export class RoutableChannel implements Candidate {
  readonly id: ChannelId;
  readonly name: string;
  readonly priority: number;
  readonly weight: number;
  readonly groups: readonly string[];
  readonly models: ReadonlyMap<string, ChannelModel>;
  readonly origin: string;
  private readonly paths: Readonly<Partial<Record<Operation, string>>>;
  private nextCredential = 0;

  private constructor(
    document: ChannelDocument,
    readonly provider: Provider,
    readonly dialect: Dialect,
    private readonly credentials: readonly FlatHeaders[],
  ) {
    this.id = document.id;
    this.name = document.name;
    this.priority = document.priority;
    this.weight = document.weight;
    this.groups = document.groups;
    this.models = new Map(
      document.models.map(({ name, upstream, cost }) => [
        name,
        { upstream, cost: cost === null ? null : compileSheet(cost) },
      ]),
    );
    const url = new URL(document.baseUrl);
    this.origin = url.origin;
    this.paths = pathsBelow(url.pathname.replace(/\/+$/, ''), provider, dialect);
  }

  /**
   * @throws GatewayError `internal_error` when this version of the gateway can't serve the channel: unknown provider or
   *   dialect, a credential that does not open, a wrong address
   */
  static from(document: ChannelDocument, keyring: Keyring): RoutableChannel {
    const provider = PROVIDERS.get(document.provider);
    if (provider === undefined) throw unusable(document, `its provider "${document.provider}" is unknown`);
    const dialect = chooseDialect(document, provider);
    const association = credentialAssociation(document.id, document.baseUrl);
    const credentials = document.credentials.map((sealed) => openSecret(keyring, sealed, association));
    if (credentials.length === 0 && provider.requiresCredential)
      throw unusable(document, 'it has no credential');
    const secrets = credentials.length === 0 ? [null] : credentials;
    return new RoutableChannel(
      document,
      provider,
      dialect,
      secrets.map((secret) => ['content-type', 'application/json', ...provider.authenticate(secret)]),
    );
  }

  serves(operation: Operation): boolean {
    return this.paths[operation] !== undefined;
  }

  /** @throws when the channel does not serve the operation: ask `serves` first */
  pathOf(operation: Operation): string {
    const path = this.paths[operation];
    if (path === undefined) throw new Error(`channel ${this.id} does not serve ${operation}`);
    return path;
  }

  /** Headers with the next credential, round robin. */
  headers(): FlatHeaders {
    const headers = this.credentials[this.nextCredential % this.credentials.length] ?? [];
    this.nextCredential += 1;
    return headers;
  }

  transport(http: Transport): Transport {
    return this.provider.inProcess ?? http;
  }
}

function chooseDialect(document: ChannelDocument, provider: Provider): Dialect {
  const id = document.dialect ?? provider.dialects[0]?.id;
  const spoken = provider.dialects.some((dialect) => dialect.id === id);
  const dialect =
    id !== undefined && spoken && id in DIALECTS ? DIALECTS[id as keyof typeof DIALECTS] : undefined;
  if (dialect === undefined) throw unusable(document, `its provider does not speak "${id ?? 'any dialect'}"`);
  return dialect;
}

function pathsBelow(base: string, provider: Provider, dialect: Dialect): Partial<Record<Operation, string>> {
  const paths = provider.dialects.find(({ id }) => id === dialect.id)?.paths ?? {};
  return Object.fromEntries(Object.entries(paths).map(([operation, path]) => [operation, base + path]));
}

function unusable(document: ChannelDocument, why: string): GatewayError {
  return new GatewayError('internal_error', `The channel "${document.name}" can't be used: ${why}.`, {
    exposure: 'internal',
  });
}
