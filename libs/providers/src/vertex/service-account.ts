import { GatewayError } from '@tollgate/contracts';
import { gaxios, JWT } from 'google-auth-library';
import type { Authenticator, FlatHeaders } from '../authenticator.js';
import type { EgressGuard } from '../transport/egress-guard.js';
import { GuardedPoster } from '../transport/guarded-post.js';

const SCOPE = 'https://www.googleapis.com/auth/cloud-platform';
const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]']);

const TOKEN_URI = 'https://oauth2.googleapis.com/token';

/** What counts of the file. https://cloud.google.com/iam/docs/keys-create-delete#creating */
export interface ServiceAccount {
  readonly email: string;
  readonly privateKey: string;
  readonly tokenUri: string;
}

/** `undefined` when the text is no service account's JSON. */
export function parseServiceAccount(credential: string): ServiceAccount | undefined {
  const { client_email: email, private_key: privateKey, token_uri: tokenUri = TOKEN_URI } = parse(credential);
  if (typeof email !== 'string' || typeof privateKey !== 'string' || typeof tokenUri !== 'string')
    return undefined;
  return URL.canParse(tokenUri) ? { email, privateKey, tokenUri } : undefined;
}

function parse(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
  } catch {
    // Told as a credential that is refused; what is wrong with it must not be repeated.
    return {};
  }
}

/** Tokens are asked for over TLS; on loopback, where the operator allows it, also without. */
export function mayAskForTokens({ tokenUri }: ServiceAccount, guard: EgressGuard): boolean {
  const { protocol, hostname } = new URL(tokenUri);
  if (protocol === 'https:') return true;
  return protocol === 'http:' && LOOPBACK.has(hostname) && guard.allows('127.0.0.1');
}

/**
 * Access tokens of a service account: fetched with a signed assertion, kept until shortly before they expire, fetched
 * once however many requests wait. https://developers.google.com/identity/protocols/oauth2/service-account
 */
export class ServiceAccountTokens implements Authenticator {
  private readonly client: JWT;

  constructor(account: ServiceAccount, guard: EgressGuard) {
    const tokenUrl = new URL(account.tokenUri);
    const poster = new GuardedPoster(guard);
    this.client = new JWT({
      email: account.email,
      key: account.privateKey,
      scopes: SCOPE,
      // The library knows one address only, and takes it for the audience, too.
      additionalClaims: { aud: account.tokenUri },
      transporter: new gaxios.Gaxios({
        fetchImplementation: (_url, init) => poster.post({ url: tokenUrl, ...formOf(init?.body) }),
      }),
    });
  }

  async headers(): Promise<FlatHeaders> {
    return ['authorization', `Bearer ${await this.token()}`];
  }

  private async token(): Promise<string> {
    try {
      const { token } = await this.client.getAccessToken();
      if (typeof token !== 'string' || token === '') throw refused('it got no token');
      return token;
    } catch (error) {
      const kept = this.client.credentials;
      // Tokens are renewed ahead of time: one that can't be is good for some minutes more.
      if (typeof kept.access_token === 'string' && (kept.expiry_date ?? 0) > Date.now())
        return kept.access_token;
      throw translate(error);
    }
  }
}

function formOf(body: unknown): { headers: readonly string[]; body: string } {
  const form = body instanceof URLSearchParams || typeof body === 'string' ? String(body) : '';
  return {
    headers: ['content-type', 'application/x-www-form-urlencoded', 'accept', 'application/json'],
    body: form,
  };
}

/** Google's words may hold parts of the credential: they stay inside. */
function translate(cause: unknown): GatewayError {
  if (cause instanceof GatewayError) return cause;
  const status = cause instanceof gaxios.GaxiosError ? cause.response?.status : undefined;
  if (cause instanceof gaxios.GaxiosError && (status === undefined || status >= 500)) {
    return new GatewayError('upstream_unreachable', "The vendor's token service could not be reached.", {
      retry: 'next-channel',
    });
  }
  return refused('no token was given for it');
}

export function refused(why: string): GatewayError {
  return new GatewayError(
    'upstream_unauthorized',
    `The channel's credential can't be used (${why}): tell the operator of this gateway.`,
    { retry: 'next-channel' },
  );
}
