import { organizationAccount, type Admission, type Hold } from '@tollgate/admission';
import { GatewayError, type Clock, type RequestOutcome } from '@tollgate/contracts';
import type { PassThroughRequest, RequestEnvelope, RequestPatch } from '@tollgate/dialects';
import type { Journal } from '@tollgate/metering';
import type { Transport } from '@tollgate/providers';
import { ChannelPlan, type Random } from '@tollgate/routing';
import type { Logger } from '@tollgate/telemetry';
import type { Configuration } from '../configuration/configuration.js';
import type { RoutableChannel } from '../configuration/routable-channel.js';
import type { ModelPrice, Snapshot } from '../configuration/snapshot.js';
import type { ClientRequest } from '../http/client-request.js';
import type { Identities, Identity } from '../identity/identities.js';
import type { ChannelObserver } from '../observation/channel-observer.js';
import type { ProxyMetrics } from '../observation/proxy-metrics.js';
import type { RequestSpan, RequestTracing } from '../observation/request-tracing.js';
import { affordableOutputTokens, estimateHold } from './hold-estimate.js';
import { MeteredRequest, type Conclusion } from './metered-request.js';
import { Relay, type RelayResult } from './relay.js';

export interface ProxyRequestDependencies {
  readonly configuration: Configuration;
  readonly identities: Identities;
  readonly admission: Admission;
  readonly journal: Journal;
  readonly http: Transport;
  readonly observer: ChannelObserver;
  readonly metrics: ProxyMetrics;
  readonly tracing: RequestTracing;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly bodyBytesMax: number;
}

/** A request that was let in: who asks for what, at which price, on which channels. */
interface Authorized {
  readonly snapshot: Snapshot;
  readonly price: ModelPrice | null;
  readonly channels: readonly RoutableChannel[];
}

/** What is kept of a request's beginning until its end. */
interface Begun {
  /** The injected clock's monotonic time. */
  readonly startedAt: number;
  readonly span: RequestSpan | undefined;
}

/** An attempt's view of the request: what is sent, and what the balance limits it to. */
interface Outgoing {
  readonly request: PassThroughRequest;
  readonly outputTokensMax: number | undefined;
}

/**
 * The life of one request, top to bottom:
 *
 * authenticate → read envelope → authorise → admit → plan channels → attempt (encode → dispatch → relay) … next
 * channel … → settle → record.
 *
 * Everything up to the hold costs nobody anything and is refused without a record; from the journal's start on, exactly
 * one usage record follows.
 */
export class ProxyRequests {
  constructor(private readonly dependencies: ProxyRequestDependencies) {}

  /** Answers the client, whatever happens. Never rejects. */
  async handle(client: ClientRequest): Promise<void> {
    const begun: Begun = {
      startedAt: this.dependencies.clock.monotonic(),
      span: this.dependencies.tracing.begin(client),
    };
    try {
      const identity = await this.authenticate(client);
      const body = await client.readBody(this.dependencies.bodyBytesMax);
      const request = client.dialect.passThrough.readRequest(body, client.operation);
      const authorized = this.authorise(client, identity, request.envelope);
      const hold = await this.admit(identity, request.envelope, authorized);
      const metered = MeteredRequest.begin(
        {
          client,
          identity,
          envelope: request.envelope,
          bodyBytes: body.length,
          price: authorized.price,
          hold,
          occurredAt: this.dependencies.clock.now(),
          startedAt: begun.startedAt,
        },
        this.dependencies.journal,
      );
      const outgoing = { request, outputTokensMax: outputLimit(request.envelope, authorized, hold) };
      const conclusion = await this.serveOnTheBooks(client, metered, authorized, outgoing);
      metered.conclude(conclusion, this.dependencies.clock.monotonic());
      this.ended(client, conclusion, begun, { model: request.envelope.model, attempts: metered.attempts });
    } catch (error) {
      this.refuse(client, error, begun);
    }
  }

  private authenticate(client: ClientRequest): Identity | Promise<Identity> {
    return this.dependencies.identities.identify(client.secret(), this.dependencies.clock.now());
  }

  private authorise(client: ClientRequest, identity: Identity, { model }: RequestEnvelope): Authorized {
    const snapshot = this.dependencies.configuration.current();
    const { apiKey, organization } = identity;
    if (apiKey.models?.includes(model) === false) {
      throw new GatewayError('model_not_allowed', `This API key may not use the model "${model}".`, {
        field: 'model',
      });
    }
    const channels = snapshot.channelsFor(model, organization.group, client.operation);
    if (channels.length === 0) {
      throw new GatewayError('model_not_found', `The model "${model}" does not exist here.`, {
        field: 'model',
      });
    }
    const price = snapshot.priceOf(model, this.dependencies.clock.now()) ?? null;
    if (price === null && !snapshot.settings.pricing.allowUnpriced) {
      throw new GatewayError('model_not_priced', `The model "${model}" has no price yet and is not served.`, {
        field: 'model',
      });
    }
    return { snapshot, price, channels };
  }

  /** Sets money aside; `null` where the request can't cost anything. */
  private async admit(
    identity: Identity,
    envelope: RequestEnvelope,
    { snapshot, price }: Authorized,
  ): Promise<Hold | null> {
    if (price === null) return null;
    const modelLimit = snapshot.modelOf(envelope.model)?.outputTokensMax ?? null;
    const estimate = estimateHold(envelope, price.sheet, modelLimit);
    if (estimate.amountFull === 0n) return null;
    const account = organizationAccount(identity.organization.id);
    const answer = this.dependencies.admission.hold({ account, ...estimate });
    const hold = answer instanceof Promise ? await answer : answer;
    if (hold instanceof GatewayError) throw hold;
    return hold;
  }

  /** A fault of our own, too, ends in a record. */
  private async serveOnTheBooks(
    client: ClientRequest,
    metered: MeteredRequest,
    authorized: Authorized,
    outgoing: Outgoing,
  ): Promise<Conclusion> {
    try {
      return await this.serve(client, metered, authorized, outgoing);
    } catch (error) {
      const answer = this.publicError(client, error);
      client.refuse(answer, false);
      return { outcome: 'failed', httpStatus: this.statusOf(client, answer), errorCode: answer.code };
    }
  }

  /** Tries channels until one answers, the attempts are used up, or trying on makes no sense. */
  private async serve(
    client: ClientRequest,
    metered: MeteredRequest,
    authorized: Authorized,
    outgoing: Outgoing,
  ): Promise<Conclusion> {
    const { snapshot } = authorized;
    const plan = this.plan(authorized);
    let failure: GatewayError | undefined;
    while (metered.attempts < snapshot.settings.routing.attemptsMax) {
      // A vendor that is asked may charge us, and nobody would get the answer.
      if (client.closed) return CLIENT_CLOSED;
      const channel = plan.next();
      if (channel === undefined) break;
      const result = await this.attempt(client, metered, channel, { snapshot, outgoing });
      metered.measure(result);
      if (result.kind !== 'failed') return concluded(result);
      failure = result.error;
      if (failure.retry !== 'next-channel') break;
    }
    const error = failure ?? noChannel();
    client.refuse(error, false);
    return { outcome: outcomeOf(error), httpStatus: this.statusOf(client, error), errorCode: error.code };
  }

  private plan({ snapshot, channels }: Authorized): ChannelPlan<RoutableChannel> {
    const { clock, observer, random } = this.dependencies;
    const now = clock.now();
    return new ChannelPlan(
      channels,
      ({ id }) => ({ state: snapshot.stateOf(id, now), trialUnderWay: observer.isTrying(id) }),
      random,
    );
  }

  private async attempt(
    client: ClientRequest,
    metered: MeteredRequest,
    channel: RoutableChannel,
    { snapshot, outgoing }: { readonly snapshot: Snapshot; readonly outgoing: Outgoing },
  ): Promise<RelayResult> {
    const { clock, http, observer } = this.dependencies;
    const { request } = outgoing;
    const model = channel.models.get(request.envelope.model);
    if (model === undefined) throw new Error(`channel ${channel.id} was planned for a model that it lacks`);
    metered.attempt(channel, model);
    const trial = snapshot.stateOf(channel.id, clock.now()) === 'half-open';
    if (trial) observer.beginTrial(channel.id);
    const startedAt = clock.monotonic();
    let firstByteAt = startedAt;
    const result = await new Promise<RelayResult>((resolve) => {
      const relay = new Relay({
        client,
        dialect: channel.dialect,
        streamed: request.envelope.streamed,
        hideUsage: !request.envelope.wantsStreamUsage,
        onFirstByte: () => metered.firstByte((firstByteAt = clock.monotonic())),
        onResult: resolve,
      });
      const exchange = channel.transport(http).dispatch(
        {
          origin: channel.origin,
          path: channel.pathOf(client.operation),
          headers: channel.headers(),
          body: request.encode(patchFor(channel, model.upstream, outgoing)),
          timeouts: snapshot.settings.upstream,
        },
        relay,
      );
      relay.follow(exchange);
    });
    if (trial) observer.endTrial(channel.id);
    observer.observe(channel, result, {
      firstByteMs: firstByteAt - startedAt,
      durationMs: clock.monotonic() - startedAt,
    });
    return result;
  }

  private ended(
    client: ClientRequest,
    conclusion: Conclusion,
    { startedAt, span }: Begun,
    facts: { readonly model?: string; readonly attempts?: number },
  ): void {
    const { clock, metrics } = this.dependencies;
    metrics.ended(client.operation, conclusion, clock.monotonic() - startedAt);
    span?.end(conclusion, facts);
  }

  /** For what failed before anything was on the books. */
  private refuse(client: ClientRequest, error: unknown, begun: Begun): void {
    const answer = this.publicError(client, error);
    client.refuse(answer, false);
    const conclusion = {
      outcome: 'failed',
      httpStatus: this.statusOf(client, answer),
      errorCode: answer.code,
    } as const;
    this.ended(client, conclusion, begun, {});
  }

  /** What is no GatewayError is a fault of our own: logged whole, told in one general sentence. */
  private publicError(client: ClientRequest, error: unknown): GatewayError {
    if (error instanceof GatewayError) return error;
    this.dependencies.logger.error({ error, requestId: client.id }, 'a request failed inside the gateway');
    return new GatewayError('internal_error', 'The gateway failed.', { exposure: 'internal' });
  }

  private statusOf(client: ClientRequest, error: GatewayError): number {
    return client.dialect.inbound.encodeError(error, client.id).status;
  }
}

/** With nginx's status for a client that closed its connection; it never goes over the wire. */
const CLIENT_CLOSED: Conclusion = {
  outcome: 'client_closed',
  httpStatus: 499,
  errorCode: 'client_closed',
};

function concluded(result: Exclude<RelayResult, { kind: 'failed' }>): Conclusion {
  switch (result.kind) {
    case 'answered':
      return { outcome: 'succeeded', httpStatus: result.status, errorCode: null };
    case 'refused':
      return { outcome: 'failed', httpStatus: result.status, errorCode: result.error.code };
    case 'broken':
      return { outcome: outcomeOf(result.error), httpStatus: 200, errorCode: result.error.code };
    case 'abandoned':
      return CLIENT_CLOSED;
  }
}

function outcomeOf({ code }: GatewayError): RequestOutcome {
  if (code === 'upstream_timeout') return 'timed_out';
  return code === 'upstream_cut' ? 'upstream_cut' : 'failed';
}

function noChannel(): GatewayError {
  return new GatewayError('no_channel_available', 'No channel can serve this model at the moment.', {
    retryAfterSeconds: 5,
  });
}

/** A hold below the full estimate covers only so many output tokens: the vendor is asked to stop there. */
function outputLimit(
  envelope: RequestEnvelope,
  { price, snapshot }: Authorized,
  hold: Hold | null,
): number | undefined {
  if (hold === null || price === null || envelope.outputTokensMax !== null) return undefined;
  const modelLimit = snapshot.modelOf(envelope.model)?.outputTokensMax ?? null;
  if (hold.amount >= estimateHold(envelope, price.sheet, modelLimit).amountFull) return undefined;
  return affordableOutputTokens(hold.amount, envelope, price.sheet);
}

function patchFor(channel: RoutableChannel, upstreamModel: string, outgoing: Outgoing): RequestPatch {
  const { provider } = channel;
  const patch = { model: upstreamModel, streamUsage: provider.reportsStreamUsage };
  return outgoing.outputTokensMax === undefined
    ? patch
    : { ...patch, outputTokensMax: { field: provider.outputLimitField, tokens: outgoing.outputTokensMax } };
}
