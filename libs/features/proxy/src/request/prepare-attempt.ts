import { GatewayError, type Clock, type GuardedMember } from '@tollgate/contracts';
import {
  guardedName,
  Warnings,
  withoutGuarded,
  type CanonicalRequest,
  type EncodedRequest,
  type ReasoningRequest,
} from '@tollgate/dialects';
import {
  type FlatHeaders,
  type MediaFetcher,
  type UpstreamRequest,
  type UpstreamTimeouts,
} from '@tollgate/providers';
import type { TransformedRequest } from '@tollgate/transforms';
import type { ChannelRoute } from '../configuration/channel-route.js';
import type { RoutableChannel } from '../configuration/routable-channel.js';
import type { ClientRequest } from '../http/client-request.js';
import { ConvertedPassage } from './converted-passage.js';
import { inlineMedia } from './inline-media.js';
import type { ModelRequest } from './model-request.js';
import type { Passage } from './passage.js';
import { PassingPassage } from './passing.js';
import { TranslatingPassage } from './translating.js';

/** What an attempt needs to know of whom it is for. */
export type AttemptClient = Pick<ClientRequest, 'id' | 'dialect' | 'header'>;

/** What is asked of a channel. */
export interface AttemptInput {
  readonly client: AttemptClient;
  readonly request: ModelRequest;
  /** A stream is written as one JSON array. */
  readonly jsonArray: boolean;
  /** The vendor's name of the model. */
  readonly upstreamModel: string;
  /** Set by the end of the model's name. */
  readonly reasoning: ReasoningRequest | undefined;
  /** Set when the balance covers no more than this many output tokens a choice. */
  readonly outputTokensMax: number | undefined;
  /** The model's own limit, for vendors that demand one. */
  readonly modelOutputTokensMax: number | null;
  /** Attempts before this one. */
  readonly retries: number;
  /** Position of the channel's credential. */
  readonly credential: number;
  readonly timeouts: UpstreamTimeouts;
}

export interface PreparedAttempt {
  readonly route: ChannelRoute;
  readonly passage: Passage;
  readonly request: UpstreamRequest;
  readonly credential: number;
}

/** Makes of a client's request what one channel is sent. */
export class AttemptPreparation {
  constructor(
    private readonly media: MediaFetcher,
    private readonly clock: Clock,
  ) {}

  /**
   * At once where bytes pass and the credential is a header; later where media are fetched or a request is signed.
   *
   * @throws GatewayError what the vendor's dialect can't say (`unsupported_feature`, to be tried on the next channel), a
   *   request that can't be read (`invalid_request`), media that can't be had (`media_unavailable`), what the channel's
   *   rules refuse (`refused_by_rule`)
   */
  prepare(channel: RoutableChannel, input: AttemptInput): PreparedAttempt | Promise<PreparedAttempt> {
    const { client, request, upstreamModel } = input;
    const route = channel.routeFor(client.dialect, request.path.operation, upstreamModel);
    if (route === undefined) throw new Error(`channel ${channel.id} was planned for what it can't serve`);
    const passage = this.passage(channel, route, input);
    return passage instanceof Promise
      ? passage.then((made) => this.address(channel, route, made, input))
      : this.address(channel, route, passage, input);
  }

  private passage(
    channel: RoutableChannel,
    route: ChannelRoute,
    input: AttemptInput,
  ): Passage | Promise<Passage> {
    const { client, request, reasoning } = input;
    const { operation } = request.path;
    const same = route.dialect.id === client.dialect.id && (route.spoken.passes ?? true);
    const changed = operation === 'chat' && (reasoning !== undefined || channel.thinkingToContent);
    // One vector is asked for at a path of its own, which vendors are not asked at.
    const single = request.path.variant === 'embedContent';
    if (same && !changed && !single && !request.foreignState) return passing(channel, route, input);
    if (operation === 'embeddings') return embeddings(route, input);
    if (operation === 'count-tokens') return tokenCount(route, input);
    return this.translating(channel, route, input);
  }

  private translating(
    channel: RoutableChannel,
    route: ChannelRoute,
    input: AttemptInput,
  ): Passage | Promise<Passage> {
    const { client, outputTokensMax } = input;
    const decoded = input.request.canonical(input.reasoning);
    const limited = outputTokensMax === undefined ? decoded : { ...decoded, outputTokensMax };
    const make = (canonical: CanonicalRequest): Passage => {
      return new TranslatingPassage({
        client: client.dialect,
        vendor: route.dialect,
        encoded: withoutGuarded(encodeFor(route, canonical, input), channel.withheld),
        context: {
          request: canonical,
          requestId: client.id,
          now: Math.floor(this.clock.now() / 1_000),
          warnings: new Warnings(),
          streamUsage: input.request.envelope.wantsStreamUsage,
        },
        jsonArray: input.jsonArray,
        thinkingToContent: channel.thinkingToContent,
      });
    };
    const inlined = inlineMedia(limited, route.profile, this.media);
    return inlined instanceof Promise ? inlined.then(make) : make(inlined);
  }

  private address(
    channel: RoutableChannel,
    route: ChannelRoute,
    passage: Passage,
    input: AttemptInput,
  ): PreparedAttempt | Promise<PreparedAttempt> {
    const { credential, timeouts } = input;
    const sent = transformed(route, { headers: headersFor(route, input), body: passage.body }, input);
    const unsigned = {
      method: 'POST',
      origin: channel.origin,
      path: route.path(input.request.envelope.streamed),
      headers: sent.headers,
      body: sent.body,
    } as const;
    const finish = (proof: FlatHeaders): PreparedAttempt => {
      const { method, origin, path, body } = unsigned;
      const headers = ruled(channel, route.withProof(unsigned.headers, proof, credential), credential);
      const { connection } = channel;
      const memo = route.memoOf(headers, credential);
      const request = { method, origin, path, headers, body, timeouts, connection, memo };
      return { route, passage, credential, request };
    };
    const proof = channel.credential(credential).headers(unsigned);
    return proof instanceof Promise ? proof.then(finish) : finish(proof);
  }
}

function passing(channel: RoutableChannel, route: ChannelRoute, input: AttemptInput): Passage {
  const { client, request, outputTokensMax } = input;
  const { profile, spoken } = route;
  const verbatim = channel.passThroughBody;
  const withhold = withheldOf(channel, request.guarded);
  return new PassingPassage({
    client: client.dialect,
    vendor: route.dialect,
    path: request.path,
    body: request.encode({
      model: profile.model,
      streamUsage: profile.streamUsage && !verbatim,
      verbatim,
      withhold,
      outputLimitField: profile.outputLimitField,
      outputTokensMax,
      remove: spoken.body?.remove,
      add: addedMembers(route, client),
    }),
    warnings: droppedLabels(withhold),
    choices: request.envelope.choices,
    hideUsage: !request.envelope.wantsStreamUsage,
    jsonArray: input.jsonArray,
  });
}

const NOTHING: readonly never[] = [];

function withheldOf(
  { withheld }: RoutableChannel,
  guarded: readonly GuardedMember[],
): readonly GuardedMember[] {
  return guarded.length === 0 ? guarded : guarded.filter((member) => withheld.includes(member));
}

function droppedLabels(members: readonly GuardedMember[]): readonly string[] {
  return members.length === 0 ? NOTHING : members.map((member) => `dropped:${guardedName(member)}`);
}

function addedMembers(
  route: ChannelRoute,
  client: AttemptClient,
): Readonly<Record<string, unknown>> | undefined {
  const { body } = route.spoken;
  if (body?.add === undefined && body?.headerMembers === undefined) return undefined;
  const fromHeaders = Object.entries(body.headerMembers ?? {}).flatMap(([header, member]) => {
    const value = route.dialect.id === client.dialect.id ? client.header(header) : undefined;
    return value === undefined ? [] : [[member, value.split(',').map((entry) => entry.trim())] as const];
  });
  return { ...body.add, ...Object.fromEntries(fromHeaders) };
}

function encodeFor(route: ChannelRoute, canonical: CanonicalRequest, input: AttemptInput): EncodedRequest {
  const { profile, spoken, dialect } = route;
  const outputTokensDefault = input.modelOutputTokensMax ?? profile.outputTokensDefault;
  return reshaped(dialect.outbound.encodeRequest(canonical, { ...profile, outputTokensDefault }), {
    remove: spoken.body?.remove ?? [],
    add: addedMembers(route, input.client) ?? {},
  });
}

function reshaped(
  encoded: EncodedRequest,
  { remove, add }: { remove: readonly string[]; add: Readonly<Record<string, unknown>> },
): EncodedRequest {
  const kept = Object.entries({ ...add, ...encoded.body }).filter(([name]) => !remove.includes(name));
  return { ...encoded, body: Object.fromEntries(kept) };
}

function embeddings(route: ChannelRoute, { client, request }: AttemptInput): Passage {
  const inbound = client.dialect.inbound.embeddings;
  const outbound = route.dialect.outbound.embeddings;
  if (inbound === undefined || outbound === undefined) throw cannotTranslate(client, route);
  const decoded = inbound.decodeRequest(request.parsed, request.path);
  return new ConvertedPassage({
    client: client.dialect,
    vendor: route.dialect,
    requestId: client.id,
    encoded: outbound.encodeRequest(decoded, route.profile),
    convert: (answer) => {
      const response = outbound.decodeResponse(answer);
      return { answer: inbound.encodeResponse(response, decoded), usage: response.usage };
    },
  });
}

function tokenCount(route: ChannelRoute, input: AttemptInput): Passage {
  const { client, request } = input;
  const { encodeTokenCount } = client.dialect.inbound;
  const { tokenCount: outbound } = route.dialect.outbound;
  if (encodeTokenCount === undefined || outbound === undefined) throw cannotTranslate(client, route);
  return new ConvertedPassage({
    client: client.dialect,
    vendor: route.dialect,
    requestId: client.id,
    encoded: outbound.encodeRequest(request.canonical(undefined), route.profile),
    convert: (answer) => ({ answer: encodeTokenCount(outbound.decodeResponse(answer)), usage: undefined }),
  });
}

function cannotTranslate(client: AttemptClient, route: ChannelRoute): GatewayError {
  return new GatewayError(
    'unsupported_feature',
    `This can't be translated from ${client.dialect.id} to ${route.dialect.id}.`,
    { retry: 'next-channel' },
  );
}

/** As the channel's own rules have it. */
function transformed(
  { transform }: ChannelRoute,
  plain: TransformedRequest,
  { client, request, upstreamModel, retries }: AttemptInput,
): TransformedRequest {
  if (transform === undefined) return plain;
  const { model, streamed } = request.envelope;
  return transform.apply(plain, { client, model, upstreamModel, retries, stream: streamed });
}

function ruled({ headers: rules }: RoutableChannel, headers: FlatHeaders, credential: number): FlatHeaders {
  return rules === undefined ? headers : rules.applied(headers, credential);
}

/** Built, never copied: but for versions and betas of a dialect that both sides speak. */
function headersFor(route: ChannelRoute, { client }: AttemptInput): FlatHeaders {
  if (route.forwarded.length === 0) return route.headers;
  const forwarded = route.forwarded.filter((name) => client.header(name) !== undefined);
  if (forwarded.length === 0) return route.headers;
  const headers: string[] = [];
  for (let at = 0; at < route.headers.length; at += 2) {
    const [name = '', value = ''] = route.headers.slice(at, at + 2);
    if (!forwarded.includes(name)) headers.push(name, value);
  }
  for (const name of forwarded) headers.push(name, client.header(name) ?? '');
  return headers;
}
