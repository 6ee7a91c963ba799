/** Header names and values, one after the other: `['authorization', 'Bearer …']`. */
export type FlatHeaders = readonly string[];

/** What is to be signed. */
export interface UnsignedRequest {
  readonly method: string;
  readonly origin: string;
  readonly path: string;
  readonly headers: FlatHeaders;
  readonly body: Buffer;
}

/**
 * Proves one credential of a channel to the vendor. Nearly always the same headers for every request; some vendors want
 * a token that expires, or a signature of the request.
 */
export interface Authenticator {
  /**
   * Headers that carry the proof.
   *
   * @throws GatewayError `upstream_unauthorized` when the credential is none of this vendor's
   */
  headers(request: UnsignedRequest): FlatHeaders | Promise<FlatHeaders>;
}

/** The same headers for every request. */
export function fixedHeaders(headers: FlatHeaders): Authenticator {
  return { headers: () => headers };
}

export function bearer(credential: string | null): Authenticator {
  return fixedHeaders(credential === null ? [] : ['authorization', `Bearer ${credential}`]);
}

/** The credential as it is, in a header of the vendor's. */
export function headerKey(name: string): (credential: string | null) => Authenticator {
  return (credential) => fixedHeaders(credential === null ? [] : [name, credential]);
}
