import {
  organizationAccount,
  type Admission,
  type Hold,
  type LimitReservation,
  type RateLimiter,
} from '@tollgate/admission';
import { GatewayError, type Clock, type Operation, type RequestOutcome } from '@tollgate/contracts';
import type { Journal } from '@tollgate/metering';
import type { Transport } from '@tollgate/providers';
import { blameOf, type Random } from '@tollgate/routing';
import type { Logger } from '@tollgate/telemetry';
import type { Configuration } from '../configuration/configuration.js';
import type { RoutableChannel } from '../configuration/routable-channel.js';
import type { ClientRequest } from '../http/client-request.js';
import type { RouteTarget } from '../http/routes.js';
import { BudgetAccounts } from '../identity/budget-accounts.js';
import type { Identities, Identity } from '../identity/identities.js';
import type { ChannelObserver } from '../observation/channel-observer.js';
import type { ProxyMetrics } from '../observation/proxy-metrics.js';
import type { RequestFacts, RequestSpan, RequestTracing } from '../observation/request-tracing.js';
import { AffinityKeys } from './affinity-keys.js';
import { Attempts, type Attempt, type Outgoing } from './attempts.js';
import { Authorization, type Authorized } from './authorization.js';
import { dearestHold, outputLimit, type HoldEstimate } from './hold-estimate.js';
import { hedgeOf, Hedges } from './hedges.js';
import { ItineraryWalk } from './itinerary-walk.js';
import { LimitStage } from './limit-stage.js';
import { MeteredRequest, type Conclusion } from './metered-request.js';
import { ModelRequest } from './model-request.js';
import type { AttemptPreparation, PreparedAttempt } from './prepare-attempt.js';
import type { RelayResult } from './relay-result.js';
import type { StoredResponseBook } from './stored-response-book.js';
import type { LocalTokenCount } from './local-token-count.js';
import { UsualUsages } from './usual-usage.js';

export interface ProxyRequestDependencies {
  readonly configuration: Configuration;
  readonly identities: Identities;
  readonly admission: Admission;
  readonly limiter: RateLimiter;
  readonly journal: Journal;
  readonly http: Transport;
  readonly preparation: AttemptPreparation;
  readonly storedResponses: StoredResponseBook;
  readonly tokenCount: LocalTokenCount;
  readonly observer: ChannelObserver;
  readonly metrics: ProxyMetrics;
  readonly tracing: RequestTracing;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly bodyBytesMax: number;
}

type ModelTarget = Extract<RouteTarget, { kind: 'model-request' }>;

/** What is kept of a request's beginning until its end. */
interface Begun {
  readonly operation: Operation;
  /** The injected clock's monotonic time. */
  readonly startedAt: number;
  readonly span: RequestSpan | undefined;
}

/**
 * The life of one request, top to bottom:
 *
 * authenticate → read envelope → authorise → admit (limits, hold) → plan channels → attempt (encode → dispatch → relay)
 * … next channel … → settle → record.
 *
 * Everything up to the hold costs nobody anything and is refused without a record; from the journal's start on, exactly
 * one usage record follows.
 */
export class ProxyRequests {
  private readonly authorization: Authorization;
  private readonly attempts: Attempts;
  private readonly hedges: Hedges;
  private readonly affinities = new AffinityKeys();
  private readonly usual = new UsualUsages();
  private readonly budgetAccounts = new BudgetAccounts();
  private readonly limits: LimitStage;

  constructor(private readonly dependencies: ProxyRequestDependencies) {
    this.authorization = new Authorization(dependencies);
    this.attempts = new Attempts(dependencies);
    this.hedges = new Hedges({ ...dependencies, attempts: this.attempts });
    this.limits = new LimitStage(dependencies.limiter, dependencies.clock);
  }

  /** Answers the client, whatever happens. Never rejects. */
  async handle(client: ClientRequest, { path, jsonArray }: ModelTarget): Promise<void> {
    const { clock, journal, bodyBytesMax, tracing } = this.dependencies;
    const { operation } = path;
    const begun: Begun = {
      operation,
      startedAt: clock.monotonic(),
      span: tracing.begin(client, operation),
    };
    let reservation: LimitReservation | null = null;
    let metered: MeteredRequest | undefined;
    try {
      const identifying = this.authenticate(client);
      const identity = identifying instanceof Promise ? await identifying : identifying;
      const body = await client.readBody(bodyBytesMax);
      const request = new ModelRequest(body, path, client.dialect);
      // One moment decides: what is looked up for it, it is charged by.
      const now = clock.now();
      const authorising = this.authorization.authorize(client, identity, request, now);
      const authorized = authorising instanceof Promise ? await authorising : authorising;
      const limiting = this.limits.reserve(client, request, authorized);
      reservation = limiting instanceof Promise ? await limiting : limiting;
      const { envelope } = request;
      const estimate = dearestHold(envelope, authorized, now);
      const admitting = this.admit(estimate, authorized, now);
      const hold = admitting instanceof Promise ? await admitting : admitting;
      if (authorized.claim !== undefined) await this.claim(authorized, hold);
      metered = new MeteredRequest(
        {
          client,
          operation,
          identity,
          envelope,
          bodyBytes: body.length,
          usual: this.usual.of(envelope.model),
          price: authorized.price,
          hold,
          reservation,
          chargesCutStreams: authorized.snapshot.settings.metering.chargeCutStreams,
          occurredAt: now,
          startedAt: begun.startedAt,
        },
        journal,
      );
      metered.begun(await journal.start(metered.startEntry()));
      const short = hold !== null && estimate !== null && hold.amount < estimate.amountFull;
      const { span } = begun;
      const outgoing = { request, jsonArray, metered, shortHold: short ? hold : null, span };
      this.conclude(client, metered, await this.serve(client, metered, authorized, outgoing), begun);
    } catch (error) {
      if (metered?.open === true) {
        // A fault of our own, too, ends in a record.
        this.conclude(client, metered, this.failed(client, error), begun);
        return;
      }
      // It came to nothing, unless it was settled already.
      reservation?.giveBack();
      metered?.refused();
      this.ended(this.failed(client, error), begun, {}, clock.monotonic());
    }
  }

  private conclude(
    client: ClientRequest,
    metered: MeteredRequest,
    conclusion: Conclusion,
    begun: Begun,
  ): void {
    const endedAt = this.dependencies.clock.monotonic();
    metered.conclude(conclusion, endedAt);
    if (metered.warnings.length > 0) this.logWarnings(client, metered);
    this.ended(conclusion, begun, metered, endedAt);
  }

  private authenticate(client: ClientRequest): Identity | Promise<Identity> {
    return this.dependencies.identities.identify(client, this.dependencies.clock.now());
  }

  /** Sets money aside; `null` where the request can't cost anything. */
  private admit(
    estimate: HoldEstimate | null,
    { identity }: Authorized,
    now: number,
  ): Hold | null | Promise<Hold> {
    if (estimate === null || estimate.amountFull === 0n) return null;
    const account = organizationAccount(identity.organization.id);
    const { amountFull, amountMin } = estimate;
    const budgets = this.budgetAccounts.of(identity, now);
    const answer = this.dependencies.admission.hold({ account, amountFull, amountMin, budgets });
    return answer instanceof Promise ? answer.then(granted) : granted(answer);
  }

  /** Not before the hold: who can't pay for a request must not keep others from its conversation. */
  private async claim({ claim, identity }: Authorized, hold: Hold | null): Promise<void> {
    try {
      if (claim !== undefined) await this.dependencies.storedResponses.claim(claim, identity);
    } catch (error) {
      hold?.settle(0n);
      throw error;
    }
  }

  /** Tries channels until one answers, the attempts are used up, or trying on makes no sense. */
  private async serve(
    client: ClientRequest,
    metered: MeteredRequest,
    authorized: Authorized,
    outgoing: Outgoing,
  ): Promise<Conclusion> {
    const { itinerary, snapshot } = authorized;
    if (itinerary.stages[0].pool.size === 0)
      return this.dependencies.tokenCount.answer(client, outgoing.request);
    const { clock } = this.dependencies;
    const { attemptsMax, totalTimeMaxMs } = snapshot.settings.routing;
    const now = clock.monotonic();
    const latestStart = now + totalTimeMaxMs;
    const walk = this.walk(client, authorized, outgoing, now);
    walk.passOverSmall(clock.now());
    let failure: GatewayError | undefined;
    while (metered.attempts < attemptsMax) {
      // A vendor that is asked may charge us, and nobody would get the answer.
      if (client.closed) return CLIENT_CLOSED;
      const channel = this.nextChannel(walk, latestStart);
      if (channel === undefined) break;
      let attempt = this.attempt(channel, walk, authorized, outgoing);
      const preparing = this.attempts.prepare(client, walk.credential, attempt);
      let prepared =
        preparing instanceof Promise ? this.attempts.withRoom(channel, await preparing) : preparing;
      if (prepared instanceof GatewayError) {
        // What this channel can't be told, another may; no vendor was asked.
        failure ??= prepared;
        if (prepared.retry !== 'next-channel') break;
        walk.ruleOut('channel');
        continue;
      }
      metered.chargeBy(walk.price);
      let result: RelayResult;
      const hedge = hedgeOf(walk, attempt);
      if (hedge === undefined) result = await this.attempts.run(client, metered, attempt, prepared);
      else
        ({ attempt, prepared, result } = await this.hedges.run({
          ...{ client, metered, walk, hedge, latestStart, first: { attempt, prepared } },
          attemptAt: (other) => this.attempt(other, walk, authorized, outgoing),
        }));
      const measuring = this.attempts.measure(metered, result, attempt, prepared);
      if (measuring !== undefined) await measuring;
      if (result.kind !== 'failed') {
        this.remember(walk, attempt.channel, prepared, result);
        return this.concluded(result, attempt, prepared);
      }
      failure = result.error;
      if (!this.mayGoOn(walk, result)) break;
    }
    const error = failure ?? noChannel(walk.wakesInMs);
    client.refuse(error);
    return { outcome: outcomeOf(error), httpStatus: this.statusOf(client, error), errorCode: error.code };
  }

  private nextChannel(walk: ItineraryWalk, latestStart: number): RoutableChannel | undefined {
    const { clock } = this.dependencies;
    const now = clock.monotonic();
    return now <= latestStart ? walk.next(clock.now(), now)?.channel : undefined;
  }

  /** Rules out what failed; `false` where trying on makes no sense. */
  private mayGoOn(
    walk: ItineraryWalk,
    { error, refusal }: Extract<RelayResult, { kind: 'failed' }>,
  ): boolean {
    if (refusal !== undefined) return walk.takeOver(refusal, this.dependencies.clock.now());
    if (error.retry !== 'next-channel' || walk.affinity?.rule.skipRetryOnFailure === true) return false;
    walk.ruleOut(blameOf(error.code));
    return true;
  }

  private walk(
    client: ClientRequest,
    authorized: Authorized,
    { request }: Outgoing,
    now: number,
  ): ItineraryWalk {
    const { random } = this.dependencies;
    const { affinities } = this;
    return new ItineraryWalk({ client, request, authorized, affinities, random }, now);
  }

  private attempt(
    channel: RoutableChannel,
    { stage: { model }, price, trial, refusals }: ItineraryWalk,
    authorized: Authorized,
    outgoing: Outgoing,
  ): Attempt {
    const { request, shortHold } = outgoing;
    const outputTokensMax =
      shortHold === null
        ? undefined
        : outputLimit(request.envelope, shortHold, { price, model: authorized.snapshot.modelOf(model) });
    return { channel, model, trial, refusals, outputTokensMax, authorized, outgoing };
  }

  /** The next request with the same key is served where this one was. */
  private remember(
    walk: ItineraryWalk,
    { id, pins }: RoutableChannel,
    { credential }: PreparedAttempt,
    { kind }: RelayResult,
  ): void {
    if (walk.affinity === undefined || kind !== 'answered') return;
    const target = { channel: id, pin: pins.pin(credential) };
    this.affinities.remember(walk.affinity, target, this.dependencies.clock.monotonic());
  }

  private concluded(
    result: Exclude<RelayResult, { kind: 'failed' }>,
    { channel, model, authorized, outgoing }: Attempt,
    { credential }: PreparedAttempt,
  ): Conclusion {
    switch (result.kind) {
      case 'answered':
        if (result.responseId !== null && outgoing.request.envelope.stored) {
          this.dependencies.storedResponses.remember({
            id: result.responseId,
            channelId: channel.id,
            ...channel.pins.pin(credential),
            organizationId: authorized.identity.organization.id,
            model,
          });
        }
        return { outcome: 'succeeded', httpStatus: result.status, errorCode: null };
      case 'refused':
        return { outcome: 'failed', httpStatus: result.status, errorCode: result.error.code };
      case 'broken':
        return { outcome: outcomeOf(result.error), httpStatus: 200, errorCode: result.error.code };
      case 'abandoned':
        return CLIENT_CLOSED;
    }
  }

  private logWarnings(client: ClientRequest, { warnings }: MeteredRequest): void {
    const facts = { requestId: client.id, warnings };
    this.dependencies.logger.debug(facts, 'a translation could not say everything as it was written');
  }

  private ended(
    conclusion: Conclusion,
    { operation, startedAt, span }: Begun,
    facts: RequestFacts,
    endedAt: number,
  ): void {
    this.dependencies.metrics.ended(operation, conclusion, endedAt - startedAt);
    span?.end(conclusion, facts);
  }

  private failed(client: ClientRequest, error: unknown): Conclusion {
    const answer = this.publicError(client, error);
    client.refuse(answer);
    return { outcome: 'failed', httpStatus: this.statusOf(client, answer), errorCode: answer.code };
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

function granted(answer: Hold | GatewayError): Hold {
  if (answer instanceof GatewayError) throw answer;
  return answer;
}

function outcomeOf({ code }: GatewayError): RequestOutcome {
  if (code === 'upstream_timeout') return 'timed_out';
  if (code === 'shutting_down') return 'interrupted';
  return code === 'upstream_cut' ? 'upstream_cut' : 'failed';
}

/** @param wakesInMs when a channel that rests may be asked again */
function noChannel(wakesInMs: number | undefined): GatewayError {
  return new GatewayError('no_channel_available', 'No channel can serve this model at the moment.', {
    retryAfterSeconds: wakesInMs === undefined ? 5 : Math.ceil(wakesInMs / 1_000),
  });
}
