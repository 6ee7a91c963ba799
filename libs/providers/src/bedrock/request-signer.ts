import { SignatureV4 } from '@smithy/signature-v4';
import type { Authenticator, FlatHeaders, UnsignedRequest } from '../authenticator.js';
import type { AccessKey } from './credential.js';
import { NativeSha256 } from './native-sha256.js';

export interface SigningScope {
  readonly region: string;
  readonly service: string;
  /** The time that requests are signed with; default: now. */
  readonly now?: () => Date;
}

/** What the signature adds; host, and what the gateway sends anyway, are signed but not repeated. */
const ADDED = ['authorization', 'x-amz-date', 'x-amz-security-token'] as const;

/**
 * Signs requests with an access key, version 4. The path is signed encoded once more than it is sent, as every service
 * but S3 wants it. https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */
export class RequestSigner implements Authenticator {
  private readonly signature: SignatureV4;
  private readonly now: () => Date;

  constructor(key: AccessKey, { region, service, now = () => new Date() }: SigningScope) {
    this.signature = new SignatureV4({
      credentials: { ...key },
      region,
      service,
      sha256: NativeSha256,
      applyChecksum: false,
    });
    this.now = now;
  }

  async headers({ method, origin, path, headers, body }: UnsignedRequest): Promise<FlatHeaders> {
    const url = new URL(origin);
    const [pathname = '/', search] = path.split('?', 2);
    const signed = await this.signature.sign(
      {
        method,
        protocol: url.protocol,
        hostname: url.hostname,
        path: pathname,
        query: queryOf(search),
        headers: { host: url.host, ...namedHeaders(headers) },
        body,
      },
      { signingDate: this.now() },
    );
    return ADDED.flatMap((name) => {
      const value = signed.headers[name];
      return value === undefined ? [] : [name, value];
    });
  }
}

function queryOf(search: string | undefined): Record<string, string | string[]> {
  const query: Record<string, string | string[]> = {};
  const parameters = new URLSearchParams(search);
  for (const name of new Set(parameters.keys())) query[name] = parameters.getAll(name);
  return query;
}

function namedHeaders(flat: FlatHeaders): Record<string, string> {
  const named: Record<string, string> = {};
  for (let at = 0; at + 1 < flat.length; at += 2) named[(flat[at] ?? '').toLowerCase()] = flat[at + 1] ?? '';
  return named;
}
