import {
  GatewayError,
  storedResponseKey,
  type Operation,
  type StoredResponseDocument,
} from '@tollgate/contracts';
import type { ReasoningRequest } from '@tollgate/dialects';
import { readReasoningSuffix } from '@tollgate/routing';
import type { Configuration } from '../configuration/configuration.js';
import { withoutChannels, type Itinerary, type NoItinerary } from '../configuration/model-routes.js';
import type { RoutableChannel } from '../configuration/routable-channel.js';
import type { ModelPrice, Snapshot } from '../configuration/snapshot.js';
import { hasTags, TaggedItineraries } from '../configuration/tagged-itineraries.js';
import type { ClientRequest } from '../http/client-request.js';
import type { Identity } from '../identity/identities.js';
import { mayCall } from '../identity/model-names.js';
import type { ModelRequest } from './model-request.js';
import type { StoredResponseBook } from './stored-response-book.js';

/** A request that was let in: who asks for what, at which price, on which channels. */
export interface Authorized {
  readonly snapshot: Snapshot;
  readonly identity: Identity;
  /** That serves it first: aliases are followed, and a suffix that says how much to think is gone. */
  readonly model: string;
  readonly reasoning: ReasoningRequest | undefined;
  /** Of the model that serves it first. */
  readonly price: ModelPrice | null;
  readonly itinerary: Itinerary;
  /** Which of the one channel's credentials made what the request goes on with. */
  readonly credential: number | undefined;
  /** A conversation that nobody named before: to be claimed once the request is admitted. */
  readonly claim?: StoredResponseDocument;
}

export interface AuthorizationDependencies {
  readonly configuration: Configuration;
  readonly storedResponses: StoredResponseBook;
}

/** Decides whether a key may ask for a model, at which price, and which channels can serve it. */
export class Authorization {
  private readonly tagged = new TaggedItineraries();

  constructor(private readonly dependencies: AuthorizationDependencies) {}

  /**
   * @param now milliseconds since the epoch: by what is valid then it is charged
   * @throws GatewayError `model_not_allowed`, `model_not_found`, `unsupported_operation`, `no_channel_for_key`,
   *   `model_not_priced`, `response_not_found`
   */
  authorize(
    client: ClientRequest,
    identity: Identity,
    request: ModelRequest,
    now: number,
  ): Authorized | Promise<Authorized> {
    const snapshot = this.dependencies.configuration.current();
    const asked = request.envelope.model;
    const { group } = identity.organization;
    const { operation } = request.path;
    const { routes, settings } = snapshot;
    let found = routes.itinerary(asked, group, client.dialect, operation);
    const suffixed =
      found !== 'unknown' || operation !== 'chat'
        ? undefined
        : readReasoningSuffix(asked, settings.models.reasoningSuffixes, (name) => routes.knows(name, group));
    const named = suffixed?.model ?? asked;
    if (suffixed !== undefined) found = routes.itinerary(named, group, client.dialect, operation);
    assertMayCall(identity, asked, named);
    const itinerary = this.openTo(identity, assertFound(found, named, operation), {
      model: named,
      operation,
    });
    const [{ model }] = itinerary.stages;
    const authorized: Authorized = {
      snapshot,
      identity,
      model,
      reasoning: suffixed?.reasoning,
      price: priceOf(snapshot, operation, model === itinerary.model ? [asked, named, model] : [model], now),
      itinerary,
      credential: undefined,
    };
    const { continues, conversation } = request.envelope;
    if (conversation === null) return continues === null ? authorized : this.goOn(authorized, continues);
    return this.join(authorized, conversation, continues);
  }

  /** Of the ways to serve a request those that the key may go. @throws GatewayError `no_channel_for_key` */
  private openTo(
    { apiKey: { requireTags } }: Identity,
    itinerary: Itinerary,
    { model, operation }: { readonly model: string; readonly operation: Operation },
  ): Itinerary {
    if (requireTags === undefined || requireTags === null) return itinerary;
    const open = this.tagged.of(itinerary, requireTags);
    if (open !== undefined) return open;
    // The gateway counts for whom no vendor does.
    if (operation === 'count-tokens') return withoutChannels(itinerary);
    throw noChannelForKey(`serves the model "${model}"`);
  }

  /** What a vendor stored is gone on with at the channel, and the account, that made it. */
  private async goOn(authorized: Authorized, responseId: string): Promise<Authorized> {
    const { identity, snapshot } = authorized;
    const stored = await this.dependencies.storedResponses.find(responseId, identity);
    const channel = snapshot.channel(stored.channelId);
    if (channel !== undefined) assertMayUse(identity, channel, `holds "${responseId}"`);
    const itinerary = narrowed(authorized.itinerary, ({ id }) => id === stored.channelId);
    if (channel === undefined || itinerary === undefined) throw channelGone(responseId);
    return { ...authorized, itinerary, credential: pinnedCredential(channel, stored) };
  }

  /**
   * A conversation was made at the vendor, past the gateway: it is taken to lie at the one channel that keeps any, and
   * belongs to the organisation that names it first.
   */
  private async join(asked: Authorized, conversation: string, continues: string | null): Promise<Authorized> {
    const { storedResponses } = this.dependencies;
    // What no key can stand for could be claimed by nobody, and used by everybody.
    if (storedResponseKey(conversation) === undefined) throw conversationUnknown(conversation);
    const authorized = continues === null ? asked : await this.goOn(asked, continues);
    if ((await storedResponses.holder(conversation)) === undefined) {
      const itinerary = narrowed(
        authorized.itinerary,
        ({ storedResponsesPath }) => storedResponsesPath !== undefined,
      );
      const [only, ...others] = itinerary?.stages[0].pool.channels ?? [];
      if (itinerary === undefined || only === undefined || others.length > 0)
        throw conversationUnknown(conversation);
      const claim = {
        id: conversation,
        channelId: only.id,
        ...only.pins.pin(ONLY_CREDENTIAL),
        organizationId: authorized.identity.organization.id,
        model: authorized.model,
      };
      return { ...authorized, itinerary, credential: ONLY_CREDENTIAL, claim };
    }
    return this.goOn(authorized, conversation);
  }
}

/** A vendor's account can only be told apart by its channel where that has one credential. */
const ONLY_CREDENTIAL = 0;

/**
 * @param model the same by its configured name, where the client's has a suffix
 * @throws GatewayError `model_not_allowed`
 */
export function assertMayCall({ apiKey }: Identity, asked: string, model = asked): void {
  if (mayCall(apiKey, asked) || mayCall(apiKey, model)) return;
  throw new GatewayError('model_not_allowed', `This API key may not use the model "${asked}".`, {
    field: 'model',
  });
}

/** @throws GatewayError `no_channel_for_key` */
export function assertMayUse({ apiKey }: Identity, channel: RoutableChannel, what: string): void {
  if (!hasTags(channel, apiKey.requireTags)) throw noChannelForKey(what);
}

/**
 * Where the credential that made something stored stands in its channel: another's account would not have it.
 *
 * @throws GatewayError `response_not_found`
 */
export function pinnedCredential({ pins }: RoutableChannel, stored: StoredResponseDocument): number {
  const position = pins.positionOf(stored);
  if (position !== undefined) return position;
  throw new GatewayError(
    'response_not_found',
    `The credential that holds "${stored.id}" is no longer configured.`,
    { field: 'previous_response_id' },
  );
}

function noChannelForKey(what: string): GatewayError {
  return new GatewayError(
    'no_channel_for_key',
    `No channel with all the tags that this API key requires ${what}.`,
    { field: 'model' },
  );
}

function assertFound(found: Itinerary | NoItinerary, model: string, operation: Operation): Itinerary {
  if (found === 'unknown') {
    throw new GatewayError('model_not_found', `The model "${model}" does not exist here.`, {
      field: 'model',
    });
  }
  if (found === 'unable') {
    const message = `The model "${model}" can't do this (${operation}).`;
    throw new GatewayError('unsupported_operation', message, { field: 'model' });
  }
  return found;
}

/** Only the channels that fit, for the model that serves first: what a vendor holds is of that model. */
function narrowed(
  { model, stages }: Itinerary,
  fits: (channel: RoutableChannel) => boolean,
): Itinerary | undefined {
  for (const stage of stages) {
    if (stage.model !== stages[0].model) continue;
    const pool = stage.pool.narrowed(fits);
    if (pool.size > 0) return { model, stages: [{ ...stage, pool }], refusals: undefined, chooses: false };
  }
  return undefined;
}

function conversationUnknown(conversation: string): GatewayError {
  return new GatewayError(
    'unsupported_feature',
    `Which vendor account holds the conversation "${conversation}" is not known here: use previous_response_id.`,
    { field: 'conversation' },
  );
}

function channelGone(responseId: string): GatewayError {
  return new GatewayError('response_not_found', `The channel that holds "${responseId}" is gone.`, {
    field: 'previous_response_id',
  });
}

/** By the name that the client used, else by what it stands for. Counting tokens is free. */
function priceOf(
  snapshot: Snapshot,
  operation: Operation,
  names: readonly string[],
  now: number,
): ModelPrice | null {
  if (operation === 'count-tokens') return null;
  for (const name of names) {
    const price = snapshot.priceOf(name, now);
    if (price !== undefined) return price;
  }
  if (snapshot.settings.pricing.allowUnpriced) return null;
  throw new GatewayError(
    'model_not_priced',
    `The model "${names[0] ?? ''}" has no price yet and is not served.`,
    { field: 'model' },
  );
}
