import type { ClientDialect } from '../http/routes.js';
import type { FlatHeaders, HeadMemo, VendorRoute } from '@tollgate/providers';
import type { RequestTransform } from '@tollgate/transforms';

export interface ChannelRouteOptions {
  readonly chosen: VendorRoute;
  readonly client: ClientDialect;
  /** What the channel changes of such requests; `undefined`: nothing. */
  readonly transform: RequestTransform | undefined;
  /** Path and query behind the origin. */
  readonly paths: { readonly whole: string; readonly streamed: string };
}

interface Proven {
  readonly proof: FlatHeaders;
  readonly headers: FlatHeaders;
  readonly memo: HeadMemo;
}

const JSON_CONTENT = ['content-type', 'application/json'] as const;

/** How requests of one client dialect for one model of a channel reach its vendor; what they share is made once. */
export class ChannelRoute implements VendorRoute {
  readonly dialect: VendorRoute['dialect'];
  readonly spoken: VendorRoute['spoken'];
  readonly profile: VendorRoute['profile'];
  readonly transform: RequestTransform | undefined;
  /** Headers of all its requests; versions and betas of the client's may come besides. */
  readonly headers: FlatHeaders;
  /** Headers of the client's that go with a request of the same dialect: its versions and betas. */
  readonly forwarded: readonly string[];
  private readonly paths: ChannelRouteOptions['paths'];
  /** By the credential's position: its proof, and the headers with it. Most proofs are the same array each time. */
  private readonly proven: Proven[] = [];

  constructor({ chosen, client, transform, paths }: ChannelRouteOptions) {
    const { dialect, spoken, profile } = chosen;
    this.dialect = dialect;
    this.spoken = spoken;
    this.profile = profile;
    this.transform = transform;
    this.paths = paths;
    this.headers = [...JSON_CONTENT, ...(spoken.headers ?? [])];
    const forwardable = dialect.id === client.id ? (client.inbound.forwardedHeaders ?? []) : [];
    this.forwarded = forwardable.filter((name) => spoken.body?.headerMembers?.[name] === undefined);
  }

  path(streamed: boolean): string {
    return streamed ? this.paths.streamed : this.paths.whole;
  }

  /** `headers` with the proof of a credential; only the route's own are put together once. */
  withProof(headers: FlatHeaders, proof: FlatHeaders, credential: number): FlatHeaders {
    if (headers !== this.headers) return [...headers, ...proof];
    const known = this.proven[credential];
    if (known?.proof === proof) return known.headers;
    const joined = [...headers, ...proof];
    this.proven[credential] = { proof, headers: joined, memo: {} };
    return joined;
  }

  /** `undefined`: other headers than those put together once, of one request alone. */
  memoOf(headers: FlatHeaders, credential: number): HeadMemo | undefined {
    const known = this.proven[credential];
    return known?.headers === headers ? known.memo : undefined;
  }
}
