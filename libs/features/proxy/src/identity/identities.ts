import {
  apiKeyDocument,
  apiKeyDocumentKey,
  GatewayError,
  organizationDocument,
  organizationDocumentKey,
  PUBLICATION_DOCUMENT_KEY,
  type ApiKeyDocument,
  type OrganizationDocument,
} from '@tollgate/contracts';
import type { DocumentStore, Watch } from '@tollgate/messaging';
import { hashApiKey, type Keyring } from '@tollgate/security';
import type { Logger } from '@tollgate/telemetry';
import type { LRUCache } from 'lru-cache';
import { AddressRules } from './address-rules.js';
import { DocumentCache } from './document-cache.js';
import { recent } from './recent.js';
import { TrustedProxies, type Arrival } from './trusted-proxies.js';

/** Who asks: a key that may be used now, and the organisation that pays. */
export interface Identity {
  readonly apiKey: ApiKeyDocument;
  readonly organization: OrganizationDocument;
}

/** Who asks, as far as a request tells. */
export interface Caller extends Arrival {
  /** The API key that it shows. */
  secret(): string | undefined;
}

export interface IdentitiesOptions {
  readonly documents: DocumentStore;
  readonly keyring: Keyring;
  readonly logger: Logger;
  /** API keys and organisations kept in memory, each. */
  readonly capacity: number;
  /** Addresses and ranges of reverse proxies that are believed where requests come from. */
  readonly trustedProxies: readonly string[];
  /** Whether all documents were in the store once. */
  readonly wasPublished: () => boolean;
}

const SECRET_LENGTH_MAX = 512;

interface KnownKey {
  readonly apiKey: ApiKeyDocument;
  /** Of its organisation's document. */
  readonly organizationKey: string;
}

/**
 * Turns API key secrets into identities. Documents are fetched on first use, kept within a bound, and dropped when
 * they change; a key that is known goes on working while the store is away or has lost its documents, an unknown one gets
 * 503 then, never 401.
 */
export class Identities {
  private readonly apiKeys: DocumentCache<KnownKey>;
  private readonly organizations: DocumentCache<OrganizationDocument>;
  /** Secret → key of its document: a repeated secret costs no hash. In this process's memory only, and bounded. */
  private readonly documentKeys: LRUCache<string, string>;
  private readonly addresses: AddressRules;
  private watch: Watch | undefined;

  constructor(private readonly options: IdentitiesOptions) {
    const bucket = options.documents.bucket('identity');
    const { capacity } = options;
    this.addresses = new AddressRules(new TrustedProxies(options.trustedProxies));
    const shared = { bucket, capacity, confirmAbsence: () => this.confirmAbsence() };
    this.documentKeys = recent(capacity);
    this.apiKeys = new DocumentCache({ ...shared, parse: knownKey });
    this.organizations = new DocumentCache({
      ...shared,
      parse: (value) => organizationDocument.parse(value),
    });
  }

  async start(): Promise<void> {
    this.watch = await this.options.documents.bucket('identity').watch({
      from: 'updates',
      handler: {
        change: ({ key }) => {
          this.apiKeys.changed(key);
          this.organizations.changed(key);
        },
        ready: () => undefined,
        resynchronized: () => {
          this.apiKeys.doubtAll();
          this.organizations.doubtAll();
        },
      },
    });
  }

  async stop(): Promise<void> {
    await this.watch?.stop();
  }

  /**
   * Answers at once when both documents are in memory, else with a promise.
   *
   * @param now milliseconds since the epoch
   * @throws GatewayError `missing_api_key`, `invalid_api_key`, `api_key_revoked`, `api_key_expired`,
   *   `organization_suspended`, `ip_not_allowed`, `keys_unavailable`
   */
  identify(caller: Caller, now: number): Identity | Promise<Identity> {
    const secret = caller.secret();
    if (secret === undefined || secret === '') {
      throw new GatewayError(
        'missing_api_key',
        'No API key was sent: put it into the header "Authorization: Bearer <key>".',
      );
    }
    if (secret.length > SECRET_LENGTH_MAX) throw invalidKey();
    const key = this.apiKeys.peek(this.documentKey(secret));
    if (key === undefined) return this.fetch(secret, caller, now);
    if (key === null) throw invalidKey();
    const organization = this.organizations.peek(key.organizationKey);
    if (organization === undefined) return this.fetch(secret, caller, now);
    return this.admitted(checked(key, organization, now), caller);
  }

  /** A store that lost what it had must not make keys invalid: they count as not to be asked for. */
  private async confirmAbsence(): Promise<void> {
    const { documents, wasPublished } = this.options;
    if (!wasPublished()) return;
    const marker = await documents.bucket('config').get(PUBLICATION_DOCUMENT_KEY);
    if (marker === undefined) throw new Error('The document store has lost its documents.');
  }

  private admitted(identity: Identity, caller: Caller): Identity {
    this.addresses.check(identity, caller);
    return identity;
  }

  private async fetch(secret: string, caller: Caller, now: number): Promise<Identity> {
    try {
      const key = await this.apiKeys.get(this.documentKey(secret));
      if (key === null) throw invalidKey();
      const organization = await this.organizations.get(key.organizationKey);
      return this.admitted(checked(key, organization, now), caller);
    } catch (error) {
      if (error instanceof GatewayError && error.kind !== 'unavailable') throw error;
      this.options.logger.warn({ error }, 'an API key could not be looked up');
      throw new GatewayError('keys_unavailable', 'API keys can’t be checked at the moment.', {
        retryAfterSeconds: 1,
        cause: error,
      });
    }
  }

  private documentKey(secret: string): string {
    const known = this.documentKeys.get(secret);
    if (known !== undefined) return known;
    const documentKey = apiKeyDocumentKey(hashApiKey(this.options.keyring.current, secret));
    this.documentKeys.set(secret, documentKey);
    return documentKey;
  }
}

function knownKey(value: unknown): KnownKey {
  const apiKey = apiKeyDocument.parse(value);
  return { apiKey, organizationKey: organizationDocumentKey(apiKey.organizationId) };
}

function checked({ apiKey }: KnownKey, organization: OrganizationDocument | null, now: number): Identity {
  if (apiKey.status === 'revoked') throw new GatewayError('api_key_revoked', 'The API key has been revoked.');
  if (apiKey.expiresAt !== null && apiKey.expiresAt <= now) {
    throw new GatewayError(
      'api_key_expired',
      `The API key expired on ${new Date(apiKey.expiresAt).toISOString()}.`,
    );
  }
  if (organization === null) throw invalidKey();
  if (organization.status === 'suspended') {
    throw new GatewayError('organization_suspended', `The organisation "${organization.name}" is suspended.`);
  }
  return { apiKey, organization };
}

function invalidKey(): GatewayError {
  return new GatewayError('invalid_api_key', 'The API key is not valid.');
}
