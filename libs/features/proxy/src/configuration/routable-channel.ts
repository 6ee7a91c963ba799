import {
  GatewayError,
  GUARDED_MEMBERS,
  type Capability,
  type ChannelDocument,
  type ChannelId,
  type ChannelTimeouts,
  type CredentialChoice,
  type GuardedMember,
  type Operation,
} from '@tollgate/contracts';
import { compileSheet, typicalCost, type CompiledSheet } from '@tollgate/pricing';
import {
  chooseRoute,
  fillOptions,
  PROVIDERS,
  routePath,
  storedResponsesPath,
  type Authenticator,
  type ChannelOptions,
  type EgressGuard,
  type Provider,
  type Transport,
  type UpstreamConnection,
  type UpstreamProxy,
  type UpstreamTimeouts,
  upstreamConnection,
} from '@tollgate/providers';
import { ChannelCaps, ChannelLoad, type Candidate } from '@tollgate/routing';
import {
  clientKeyAssociation,
  credentialAssociation,
  credentialsFingerprint,
  openSecret,
  proxyAssociation,
  type Keyring,
} from '@tollgate/security';
import { ChannelRules, HeaderRules, RuleError } from '@tollgate/transforms';
import type { ClientDialect } from '../http/routes.js';
import { ChannelRoute } from './channel-route.js';
import { CredentialPins } from './credential-pins.js';

export interface ChannelModel {
  /** The vendor's name of the model. */
  readonly upstream: string;
  readonly cost: CompiledSheet | null;
  /** What the vendor charges for a typical request, to compare channels by; `Infinity` when unknown. */
  readonly typicalCost: number;
}

/** What is made of credentials in clear, which are not kept. */
interface Opened {
  readonly credentials: readonly Authenticator[];
  readonly pins: CredentialPins;
  readonly headers: HeaderRules | undefined;
  readonly connection: UpstreamConnection | undefined;
  readonly caps: ChannelCaps | undefined;
}

/** Client dialect → operation → vendor's model; `null`: there is none. */
type Routes = Map<ClientDialect, Map<Operation, Map<string, ChannelRoute | null>>>;

/** What channels have in common is one thing: a proxy may hold ten thousand of them. */
const NOTHING: readonly never[] = [];
const NO_OPTIONS: ChannelOptions = {};

/** A channel ready to be asked: credentials opened and routes found once for all its requests. */
export class RoutableChannel implements Candidate {
  readonly id: ChannelId;
  readonly name: string;
  readonly priority: number;
  readonly weight: number;
  readonly groups: readonly string[];
  readonly credentialChoice: CredentialChoice;
  readonly tags: readonly string[];
  readonly lacks: readonly Capability[];
  readonly load: ChannelLoad;
  readonly models: ReadonlyMap<string, ChannelModel>;
  /** Tells whether what is said of positions of credentials is about those that it has. */
  readonly credentialsFingerprint: string;
  /** Thoughts are written into the answer's text. */
  readonly thinkingToContent: boolean;
  /** Bodies that need no translation pass with nothing changed but the model. */
  readonly passThroughBody: boolean;
  /** Headers that the channel sets and removes; `undefined`: none. */
  readonly headers: HeaderRules | undefined;
  /** A vendor's error status → the one that it is taken for; `undefined`: all are what they are. */
  readonly statusMap: ReadonlyMap<number, number> | undefined;
  /** Guarded members that the vendor does not get. */
  readonly withheld: readonly GuardedMember[];
  /** By which what one of its credentials made is gone on with. */
  readonly pins: CredentialPins;
  readonly origin: string;
  /** The channel's own time limits; `undefined`: those of the settings. */
  private readonly ownTimeouts: ChannelTimeouts | undefined;
  /** How connections to the vendor are made; `undefined`: the plain way. */
  readonly connection: UpstreamConnection | undefined;
  private readonly basePath: string;
  private readonly dialect: string | null;
  /** Bounded by what is configured; `undefined` until somebody asks. */
  private routes: Routes | undefined;
  private readonly rules: ChannelRules;
  private readonly credentials: readonly Authenticator[];

  private constructor(
    document: ChannelDocument,
    readonly provider: Provider,
    private readonly options: ChannelOptions,
    { credentials, pins, headers, connection, caps }: Opened,
  ) {
    this.id = document.id;
    this.name = document.name;
    this.priority = document.priority;
    this.weight = document.weight;
    this.groups = document.groups;
    this.tags = document.tags ?? NOTHING;
    this.lacks = document.lacks ?? NOTHING;
    this.credentialChoice = document.credentialChoice ?? 'round-robin';
    this.load = new ChannelLoad(credentials.length, caps);
    this.dialect = document.dialect;
    this.thinkingToContent = document.thinkingToContent;
    this.rules = rulesOf(document);
    this.passThroughBody = document.passThroughBody ?? false;
    this.credentials = credentials;
    this.credentialsFingerprint = credentialsFingerprint(document.credentials);
    this.pins = pins;
    this.headers = headers;
    this.connection = connection;
    this.statusMap = statusMapOf(document);
    this.ownTimeouts = document.timeouts ?? undefined;
    const { allow } = document;
    this.withheld = allow ? GUARDED_MEMBERS.filter((member) => !allow.includes(member)) : GUARDED_MEMBERS;
    this.models = new Map(
      document.models.map(({ name, upstream, cost }) => [
        name,
        priced(upstream === name ? name : upstream, cost === null ? null : compileSheet(cost)),
      ]),
    );
    const url = new URL(document.baseUrl);
    this.origin = url.origin;
    this.basePath = url.pathname === '/' ? ownPath(provider) : url.pathname.replace(/\/+$/, '');
  }

  /**
   * @param caps what was counted already against the account of the vendor
   * @throws GatewayError `internal_error` when this version of the gateway can't serve the channel: unknown provider or
   *   dialect, a credential that does not open, a wrong address, option or rule
   */
  static from(
    document: ChannelDocument,
    { keyring, guard }: { readonly keyring: Keyring; readonly guard: EgressGuard },
    caps?: ChannelCaps,
  ): RoutableChannel {
    const provider = PROVIDERS.get(document.provider);
    if (provider === undefined) throw unusable(document, `its provider "${document.provider}" is unknown`);
    const { dialect } = document;
    if (dialect !== null && !provider.dialects.some(({ id }) => id === dialect)) {
      throw unusable(document, `its provider does not speak "${dialect}"`);
    }
    const options = optionsOf(document, provider);
    const association = credentialAssociation(document.id, document.baseUrl);
    const credentials = document.credentials.map((sealed) => openSecret(keyring, sealed, association));
    if (credentials.length === 0 && provider.requiresCredential)
      throw unusable(document, 'it has no credential');
    const secrets = credentials.length === 0 ? [null] : credentials;
    return new RoutableChannel(document, provider, options, {
      credentials: secrets.map((secret) => provider.authenticate(secret, options, guard)),
      pins: CredentialPins.of(document.id, secrets, keyring),
      headers: HeaderRules.of(document.headers, secrets),
      connection: connectionOf(document, keyring),
      caps: capsOf(document, caps),
    });
  }

  serves(client: ClientDialect, operation: Operation, model: string): boolean {
    const known = this.models.get(model);
    return known !== undefined && this.routeFor(client, operation, known.upstream) !== undefined;
  }

  /** How to speak to the vendor; `undefined` when it can't serve this. `upstream`: the vendor's name of the model. */
  routeFor(client: ClientDialect, operation: Operation, upstream: string): ChannelRoute | undefined {
    const known = this.routes?.get(client)?.get(operation)?.get(upstream);
    return (known === undefined ? this.addRoute(client, operation, upstream) : known) ?? undefined;
  }

  private addRoute(client: ClientDialect, operation: Operation, upstream: string): ChannelRoute | null {
    this.routes ??= new Map();
    const operations = this.routes.get(client) ?? new Map<Operation, Map<string, ChannelRoute | null>>();
    const models = operations.get(operation) ?? new Map<string, ChannelRoute | null>();
    const route = this.makeRoute(client, operation, upstream);
    this.routes.set(client, operations.set(operation, models.set(upstream, route)));
    return route;
  }

  private makeRoute(client: ClientDialect, operation: Operation, upstream: string): ChannelRoute | null {
    const chosen = chooseRoute(this.provider, this.dialect, { client, operation, model: upstream });
    if (chosen === undefined) return null;
    const transform = this.rules.transformFor({ dialect: chosen.dialect.id, operation });
    const paths = {
      whole: this.pathBelowBase(routePath(chosen, operation, false)),
      streamed: this.pathBelowBase(routePath(chosen, operation, true)),
    };
    return new ChannelRoute({ chosen, client, transform, paths });
  }

  /** Below it the vendor has the answers that it stored; `undefined`: it stores none. */
  get storedResponsesPath(): string | undefined {
    return storedResponsesPath(this.provider, this.dialect);
  }

  /** A path of the vendor's as it stands behind the origin. */
  pathBelowBase(path: string): string {
    return fillOptions(joined(this.basePath, path), this.options);
  }

  /** At least 1: a channel without credentials has one proof, which is empty. */
  get credentialCount(): number {
    return this.credentials.length;
  }

  /** A credential by its position; positions wrap, should the channel have fewer by now. */
  credential(position: number): Authenticator {
    const credential = this.credentials[position % this.credentials.length];
    if (credential === undefined) throw new Error(`channel ${this.id} has no credentials`);
    return credential;
  }

  /** @param upstream those of the settings */
  timeouts(upstream: UpstreamTimeouts): UpstreamTimeouts {
    if (this.ownTimeouts === undefined) return upstream;
    const {
      firstByteTimeoutMs = upstream.firstByteTimeoutMs,
      idleTimeoutMs = upstream.idleTimeoutMs,
      totalTimeoutMs = upstream.totalTimeoutMs,
    } = this.ownTimeouts;
    return { connectTimeoutMs: upstream.connectTimeoutMs, firstByteTimeoutMs, idleTimeoutMs, totalTimeoutMs };
  }

  transport(http: Transport): Transport {
    return this.provider.inProcess ?? http;
  }
}

function priced(upstream: string, cost: CompiledSheet | null): ChannelModel {
  return { upstream, cost, typicalCost: typicalCost(cost) };
}

/** People write base URLs with the version and without: one that ends with the version of the path has it once. */
function joined(base: string, path: string): string {
  const [version] = /^\/v\d\w*(?=\/)/.exec(path) ?? [];
  return version !== undefined && base.endsWith(version) ? base + path.slice(version.length) : base + path;
}

/** A base URL that is a mere host means the vendor's own path there: `http://127.0.0.1:9000` for `…/v1`. */
function ownPath({ defaultBaseUrl }: Provider): string {
  return defaultBaseUrl === null ? '' : defaultBaseUrl.replace(/^https?:\/\/[^/]*/, '');
}

function optionsOf(document: ChannelDocument, provider: Provider): ChannelOptions {
  if (provider.options === undefined) return NO_OPTIONS;
  const options: Record<string, string> = {};
  for (const [name, option] of Object.entries(provider.options)) {
    const value = document.options[name] ?? option.defaultFrom?.(options) ?? option.default;
    if (value === undefined) throw unusable(document, `its option "${name}" is missing`);
    if (!option.pattern.test(value)) throw unusable(document, `its option "${name}" is wrong`);
    options[name] = value;
  }
  return options;
}

function capsOf(document: ChannelDocument, known: ChannelCaps | undefined): ChannelCaps | undefined {
  const limits = {
    inFlightMax: document.inFlightMax ?? undefined,
    requestsPerMinuteMax: document.requestsPerMinuteMax ?? undefined,
    tokensPerMinuteMax: document.tokensPerMinuteMax ?? undefined,
  };
  if (Object.values(limits).every((limit) => limit === undefined)) return undefined;
  const caps = known ?? new ChannelCaps();
  caps.limit(limits);
  return caps;
}

function connectionOf({ id, proxy, tls }: ChannelDocument, keyring: Keyring): UpstreamConnection | undefined {
  return upstreamConnection(
    proxy ? { url: proxy.url, ...proxyProof(id, proxy, keyring) } : undefined,
    tls
      ? { ...tls, clientKey: tls.clientKey && openSecret(keyring, tls.clientKey, clientKeyAssociation(id)) }
      : undefined,
  );
}

function proxyProof(
  id: ChannelId,
  { url, credentials }: NonNullable<ChannelDocument['proxy']>,
  keyring: Keyring,
): Pick<UpstreamProxy, 'username' | 'password'> {
  if (credentials === null) return {};
  const [username, password] = JSON.parse(
    openSecret(keyring, credentials, proxyAssociation(id, url)),
  ) as string[];
  return { username, password };
}

function statusMapOf({ statusMap }: ChannelDocument): ReadonlyMap<number, number> | undefined {
  const entries = Object.entries(statusMap ?? {});
  if (entries.length === 0) return undefined;
  return new Map(entries.map(([status, taken]) => [Number(status), taken]));
}

function rulesOf(document: ChannelDocument): ChannelRules {
  try {
    return ChannelRules.of(document);
  } catch (error) {
    if (error instanceof RuleError) throw unusable(document, `${error.path}: ${error.message}`);
    throw error;
  }
}

function unusable(document: ChannelDocument, why: string): GatewayError {
  return new GatewayError('internal_error', `The channel "${document.name}" can't be used: ${why}.`, {
    exposure: 'internal',
  });
}
