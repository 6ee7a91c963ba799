import type { Hold } from '@tollgate/admission';
import { GatewayError, type Clock, type FallbackCondition } from '@tollgate/contracts';
import { usageTotals } from '@tollgate/dialects';
import { reframed, type Transport } from '@tollgate/providers';
import type { ChannelModel, RoutableChannel } from '../configuration/routable-channel.js';
import type { ClientRequest } from '../http/client-request.js';
import type { ChannelObserver } from '../observation/channel-observer.js';
import type { RequestSpan } from '../observation/request-tracing.js';
import type { Authorized } from './authorization.js';
import { Drains } from './drains.js';
import { learnFromAttempt } from './learn-from-attempt.js';
import type { LocalTokenCount } from './local-token-count.js';
import { mappedStatus } from './mapped-status.js';
import type { MeteredRequest } from './metered-request.js';
import type { ModelRequest } from './model-request.js';
import type { AttemptPreparation, PreparedAttempt } from './prepare-attempt.js';
import { endOf, type RelayResult } from './relay-result.js';
import { Relay, type RelayClient, type RelayListener, type RelayOptions } from './relay.js';

export interface AttemptsDependencies {
  readonly http: Transport;
  readonly preparation: AttemptPreparation;
  readonly tokenCount: LocalTokenCount;
  readonly observer: ChannelObserver;
  readonly clock: Clock;
}

/** An attempt's view of the request: what is sent, and what the balance limits it to. */
export interface Outgoing {
  readonly request: ModelRequest;
  readonly jsonArray: boolean;
  /** What was set aside for the request, where that is less than an answer may cost; else `null`. */
  readonly shortHold: Hold | null;
  /** Counts the attempts. */
  readonly metered: { readonly attempts: number };
  /** Where each attempt is told. */
  readonly span: RequestSpan | undefined;
}

/** One channel that is asked. */
export interface Attempt {
  readonly channel: RoutableChannel;
  /** The gateway's name of the model that is asked: not always the one that the client named. */
  readonly model: string;
  /** Set when the balance covers no more than this many output tokens a choice. */
  readonly outputTokensMax: number | undefined;
  /** Refusals of the request that another model takes over on: the client does not see them. */
  readonly refusals: readonly FallbackCondition[] | undefined;
  /** It is the trial of a half-open channel. */
  readonly trial: boolean;
  readonly authorized: Authorized;
  readonly outgoing: Outgoing;
}

/** Asks one channel: makes what it is sent, carries its answer, and takes note of how it went. */
export class Attempts {
  private readonly drains = new Drains();

  constructor(private readonly dependencies: AttemptsDependencies) {}

  /** What the channel is to be sent; an error where it can't be told the request. */
  prepare(
    client: ClientRequest,
    credential: number,
    { channel, model, outputTokensMax, authorized, outgoing }: Attempt,
  ): PreparedAttempt | GatewayError | Promise<PreparedAttempt | GatewayError> {
    const { request, jsonArray, metered } = outgoing;
    const { reasoning, snapshot } = authorized;
    try {
      const prepared = this.dependencies.preparation.prepare(channel, {
        client,
        request,
        jsonArray,
        outputTokensMax,
        reasoning,
        credential,
        retries: metered.attempts,
        upstreamModel: channelModel(channel, model).upstream,
        modelOutputTokensMax: snapshot.modelOf(model)?.outputTokensMax ?? null,
        timeouts: channel.timeouts(snapshot.settings.upstream),
      });
      return prepared instanceof Promise ? prepared.catch(expected) : prepared;
    } catch (error) {
      return expected(error);
    }
  }

  /**
   * While media were fetched, or a signature made, others may have filled the channel: to be asked in the same turn as it
   * is run, for those that waited for the same go on together.
   */
  withRoom(
    { load }: RoutableChannel,
    prepared: PreparedAttempt | GatewayError,
  ): PreparedAttempt | GatewayError {
    if (prepared instanceof GatewayError) return prepared;
    if (load.caps?.isFull(this.dependencies.clock.monotonic()) !== true) return prepared;
    return new GatewayError('no_channel_available', 'The channels of this model have enough to do.', {
      retry: 'next-channel',
      retryAfterSeconds: 1,
    });
  }

  /** Carries the answer to the client; tells how that ended. Never rejects for what a vendor does. */
  run(
    client: RelayClient,
    metered: MeteredRequest,
    attempt: Attempt,
    prepared: PreparedAttempt,
  ): Promise<RelayResult> {
    const { channel, refusals, authorized, outgoing } = attempt;
    const { passage, request, route } = prepared;
    return new Promise((resolve, reject) => {
      const running = new RunningAttempt(this.dependencies, { metered, attempt, prepared }, resolve, reject);
      const relay = new Relay({
        client,
        passage,
        streamed: outgoing.request.envelope.streamed,
        failures: channel.provider.failures,
        drain: this.drainOf(authorized),
        withheld: refusals,
        listener: running,
        clock: this.dependencies.clock,
      });
      const handler = mappedStatus(reframed(relay, route.spoken.framing), channel.statusMap);
      try {
        relay.follow(channel.transport(this.dependencies.http).dispatch(request, handler));
      } catch (error) {
        running.failed(error);
      }
    });
  }

  private drainOf({ snapshot }: Authorized): RelayOptions['drain'] {
    const { onClientClose, drainTimeoutMs } = snapshot.settings.upstream;
    return onClientClose === 'cancel' ? undefined : { drains: this.drains, timeoutMs: drainTimeoutMs };
  }

  /** Later where the tokens of an answer have to be counted. */
  measure(
    metered: MeteredRequest,
    result: RelayResult,
    { outgoing }: Attempt,
    { route }: PreparedAttempt,
  ): Promise<void> | undefined {
    if (!isUncounted(result)) {
      metered.measure(result);
      return undefined;
    }
    const { tokenCount } = this.dependencies;
    return tokenCount
      .usageOf(outgoing.request, route.dialect.id, result)
      .then((usage) => metered.measure(result, usage));
  }
}

interface RunningInput {
  readonly metered: MeteredRequest;
  readonly attempt: Attempt;
  readonly prepared: PreparedAttempt;
}

/** What an attempt under way takes of its channel, and what is learnt from it when it ends. */
class RunningAttempt implements RelayListener {
  private readonly model: ChannelModel;
  private readonly startedAt: number;
  private firstByteAt: number;

  constructor(
    private readonly dependencies: AttemptsDependencies,
    private readonly input: RunningInput,
    private readonly resolve: (result: RelayResult) => void,
    private readonly reject: (error: unknown) => void,
  ) {
    const { channel, model, trial } = input.attempt;
    const { load } = channel;
    this.model = channelModel(channel, model);
    input.metered.attempt(channel, this.model, input.prepared.passage.warnings);
    load.inFlight += 1;
    if (trial) load.trialUnderWay = true;
    this.startedAt = dependencies.clock.monotonic();
    this.firstByteAt = this.startedAt;
    load.caps?.begin(this.startedAt);
  }

  firstByte(): void {
    this.firstByteAt = this.dependencies.clock.monotonic();
    this.input.metered.firstByte(this.firstByteAt);
  }

  result(result: RelayResult): void {
    const { load } = this.input.attempt.channel;
    this.leave(load.caps === undefined ? 0 : tokensOf(result));
    try {
      this.learn(result);
    } catch (error) {
      this.reject(error);
      return;
    }
    this.resolve(result);
  }

  /** A fault of our own. */
  failed(error: unknown): void {
    this.leave(0);
    this.reject(error);
  }

  private leave(tokens: number): void {
    const { channel, trial } = this.input.attempt;
    const { load } = channel;
    load.inFlight -= 1;
    load.caps?.end(tokens, this.dependencies.clock.monotonic());
    if (trial) load.trialUnderWay = false;
  }

  private learn(result: RelayResult): void {
    const { attempt, prepared } = this.input;
    const { channel, model, authorized, outgoing } = attempt;
    const { credential } = prepared;
    const endedAt = this.dependencies.clock.monotonic();
    const firstByteMs = this.firstByteAt - this.startedAt;
    const durationMs = endedAt - this.startedAt;
    const organizationId = authorized.identity.organization.id;
    this.dependencies.observer.observe(
      { channel, credential, model, organizationId, firstByteMs, durationMs },
      result,
    );
    outgoing.span?.attempted({
      ...{ channel: channel.name, credential, model: this.model.upstream, firstByteMs, durationMs },
      result: endOf(result),
    });
    if (!authorized.snapshot.settings.health.enabled) return;
    const { upstream } = this.model;
    learnFromAttempt(channel.load, result, { credential, upstream, firstByteMs, endedAt });
  }
}

/** What counts against a vendor's account. */
function tokensOf(result: RelayResult): number {
  if (!('usage' in result)) return 0;
  const { input, output } = usageTotals(result.usage);
  return input + output;
}

/** What a channel can't be told is an answer, not a fault. */
function expected(error: unknown): GatewayError {
  if (error instanceof GatewayError) return error;
  throw error;
}

/** What is known of the model that the channel was planned for. */
export function channelModel(channel: RoutableChannel, model: string): ChannelModel {
  const known = channel.models.get(model);
  if (known === undefined) throw new Error(`channel ${channel.id} was planned for a model that it lacks`);
  return known;
}

/** Something was produced, and the vendor did not say how much. */
function isUncounted(result: RelayResult): result is Exclude<RelayResult, { kind: 'refused' | 'failed' }> {
  if (result.kind === 'refused' || result.kind === 'failed' || result.usage !== undefined) return false;
  return result.kind === 'answered' || result.producedTokens > 0;
}
