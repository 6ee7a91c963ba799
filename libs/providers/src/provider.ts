import type { Operation, VendorDialectId } from '@tollgate/contracts';
import type { TargetProfile } from '@tollgate/dialects';
import type { Authenticator, FlatHeaders } from './authenticator.js';
import type { FailureRule } from './failure.js';
import type { EgressGuard } from './transport/egress-guard.js';
import type { StreamFraming } from './transport/stream-framing.js';
import type { Transport } from './transport/transport.js';

/** A vendor as data: what it speaks, where, and how it wants to be asked. */
export interface Provider {
  readonly id: string;
  readonly displayName: string;
  /** The vendor's own reference of its API. */
  readonly documentationUrl: string;
  /** `null`: a channel must name its own. May hold options: `https://bedrock-runtime.{region}.amazonaws.com`. */
  readonly defaultBaseUrl: string | null;
  readonly requiresCredential: boolean;
  /** What a credential looks like, for a person: `sk-…`, `a service account's JSON`. */
  readonly credentialHint: string;
  /** What a channel can set besides, named in `{…}` by URLs and paths. */
  readonly options?: Readonly<Record<string, ProviderOption>>;
  /** What the vendor speaks, preferred first; each with the paths of its operations below the base URL. */
  readonly dialects: readonly ProviderDialect[];
  /**
   * Made once for each credential of a channel; `null` where a channel has none. `guard`: where an authenticator may
   * connect to that fetches tokens; without it, public addresses only.
   */
  authenticate(credential: string | null, options: ChannelOptions, guard?: EgressGuard): Authenticator;
  /** Statuses and codes that mean something else here than elsewhere; the first that fits counts. */
  readonly failures?: readonly FailureRule[];
  /** Where the vendor lists its models. */
  readonly modelList?: ModelListApi;
  /** Where the vendor tells what is left of our money. */
  readonly balance?: BalanceApi;
  /** Answers in this process instead of over HTTP. */
  readonly inProcess?: Transport;
}

/** Members of a JSON answer, from the outside in; a number is a place in a list. */
export type JsonPath = readonly (string | number)[];

/** A list that `GET` answers with. */
export interface ModelListApi {
  /** Below the base URL, as endpoints are. */
  readonly path: string;
  readonly items: JsonPath;
  /** Within an item. */
  readonly name: JsonPath;
}

export interface BalanceApi {
  /** Below the base URL, as endpoints are. */
  readonly path: string;
  /** The balances of an account that has one a currency; `amount` and `currency` are within each. The greatest counts. */
  readonly list?: JsonPath;
  /** A number, or a number as text; `null` in an answer: there is no limit. */
  readonly amount: JsonPath;
  /** `path`: where the answer says it. */
  readonly currency: string | { readonly path: JsonPath } | CurrencyByHost;
}

/** A vendor with several sites, each of which has accounts of its own and takes another currency. */
export interface CurrencyByHost {
  readonly byHost: Readonly<Record<string, string>>;
  /** Of an address that is none of them, such as a mirror. */
  readonly otherwise: string;
}

/** Options of a channel by name, defaults filled in. */
export type ChannelOptions = Readonly<Record<string, string>>;

export interface ProviderOption {
  readonly description: string;
  /** Used where a channel sets none; absent: a channel must set it. */
  readonly default?: string;
  /** The default where it follows from options before this one; `default` is what a person is shown. */
  readonly defaultFrom?: (options: ChannelOptions) => string;
  readonly pattern: RegExp;
}

/** A path below the base URL. `{model}` stands for the vendor's name of the model, `{…}` for options. */
export type Endpoint = string | { readonly whole: string; readonly streamed: string };

export interface ProviderDialect {
  readonly id: VendorDialectId;
  /** Which of the vendor's models are spoken to in it; absent: all. The first dialect that fits a model is preferred. */
  readonly models?: RegExp;
  readonly endpoints: Readonly<Partial<Record<Operation, Endpoint>>>;
  /**
   * `false`: the vendor's answers are not quite of the dialect, and official SDKs stumble over them. They are read and
   * written anew, as a translation from the dialect to itself; what only the vendor knows is lost.
   */
  readonly passes?: false;
  /** Sent with each request: versions of the API. A client's own header of the same name wins, where it is passed on. */
  readonly headers?: FlatHeaders;
  /** Where the target differs from one that takes everything. */
  readonly profile?: Partial<TargetProfile>;
  /** Where some models differ from the rest; all that fit apply, in order. */
  readonly modelProfiles?: readonly ModelProfile[];
  /** Members of the body that the vendor does not take, and those that it wants besides. */
  readonly body?: BodyRules;
  /** How a stream is cut into events; default: server-sent events. */
  readonly framing?: StreamFraming;
  /** The vendor has `GET`, `DELETE` and `cancel` for answers that it stored, below this path (Responses). */
  readonly storedResponsesPath?: string;
}

export interface ModelProfile {
  /** Tested against the vendor's name of the model. */
  readonly models: RegExp;
  readonly profile: Partial<TargetProfile>;
}

export interface BodyRules {
  readonly remove?: readonly string[];
  readonly add?: Readonly<Record<string, unknown>>;
  /** A header of the client's dialect that this vendor wants as a member of the body, split at commas. */
  readonly headerMembers?: Readonly<Record<string, string>>;
}
