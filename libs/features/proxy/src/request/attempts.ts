import type { Hold } from '@tollgate/admission';
import { GatewayError, type Clock, type FallbackCondition } from '@tollgate/contracts';
import { usageTotals } from '@tollgate/dialects';
import { reframed, type Transport } from '@tollgate/providers';
import type { ChannelModel, RoutableChannel } from '../configuration/routable-channel.js';
import type { ClientRequest } from '../http/client-request.js';
import type { ChannelObserver } from '../observation/channel-observer.js';
import type { Authorized } from './authorization.js';
import { Drains } from './drains.js';
import { learnFromAttempt } from './learn-from-attempt.js';
import type { LocalTokenCount } from './local-token-count.js';
import { mappedStatus } from './mapped-status.js';
import type { MeteredRequest } from './metered-request.js';
import type { ModelRequest } from './model-request.js';
import type { AttemptPreparation, PreparedAttempt } from './prepare-attempt.js';
import type { RelayResult } from './relay-result.js';
import { Relay, type RelayOptions } from './relay.js';

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
  /** What was set aside for the request. */
  readonly hold: Hold | null;
  /** Counts the attempts. */
  readonly metered: { readonly attempts: number };
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
  readonly prepared: PreparedAttempt;
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
    { channel, model, outputTokensMax, authorized, outgoing }: Omit<Attempt, 'prepared'>,
  ): PreparedAttempt | GatewayError | Promise<PreparedAttempt | GatewayError> {
    const { request, jsonArray, metered } = outgoing;
    const { reasoning, snapshot } = authorized;
    try {
      const prepared = this.dependencies.preparation.prepare(channel, {
        ...{ client, request, jsonArray, outputTokensMax, reasoning, credential },
        retries: metered.attempts,
        upstreamModel: channelModel(channel, model).upstream,
        modelOutputTokensMax: snapshot.modelOf(model)?.outputTokensMax ?? null,
        timeouts: snapshot.settings.upstream,
      });
      return prepared instanceof Promise
        ? prepared.then((made) => this.withRoom(channel, made)).catch(expected)
        : prepared;
    } catch (error) {
      return expected(error);
    }
  }

  /** While media were fetched, or a signature made, others may have filled the channel. */
  private withRoom({ load }: RoutableChannel, prepared: PreparedAttempt): PreparedAttempt | GatewayError {
    if (load.caps?.isFull(this.dependencies.clock.monotonic()) !== true) return prepared;
    return new GatewayError('no_channel_available', 'The channels of this model have enough to do.', {
      retry: 'next-channel',
      retryAfterSeconds: 1,
    });
  }

  /** Carries the answer to the client; tells how that ended. Never rejects for what a vendor does. */
  async run(
    client: ClientRequest,
    metered: MeteredRequest,
    { channel, model, prepared, trial, refusals, authorized, outgoing }: Attempt,
  ): Promise<RelayResult> {
    const { clock, http, observer } = this.dependencies;
    const { passage, request, route } = prepared;
    const { load } = channel;
    const known = channelModel(channel, model);
    metered.attempt(channel, known, passage.warnings);
    const { caps } = load;
    let tokens = 0;
    load.inFlight += 1;
    if (trial) load.trialUnderWay = true;
    const startedAt = clock.monotonic();
    caps?.begin(startedAt);
    let firstByteAt = startedAt;
    try {
      const result = await new Promise<RelayResult>((resolve) => {
        const relay = new Relay({
          client,
          passage,
          streamed: outgoing.request.envelope.streamed,
          failures: channel.provider.failures,
          drain: this.drainOf(authorized),
          withheld: refusals,
          onFirstByte: () => metered.firstByte((firstByteAt = clock.monotonic())),
          onResult: resolve,
        });
        const handler = mappedStatus(reframed(relay, route.spoken.framing), channel.statusMap);
        relay.follow(channel.transport(http).dispatch(request, handler));
      });
      const endedAt = clock.monotonic();
      if (caps !== undefined) tokens = tokensOf(result);
      const { credential } = prepared;
      const firstByteMs = firstByteAt - startedAt;
      const durationMs = endedAt - startedAt;
      observer.observe({ channel, credential, model, firstByteMs, durationMs }, result);
      if (authorized.snapshot.settings.health.enabled)
        learnFromAttempt(load, result, { credential, upstream: known.upstream, firstByteMs, endedAt });
      return result;
    } finally {
      load.inFlight -= 1;
      caps?.end(tokens, clock.monotonic());
      if (trial) load.trialUnderWay = false;
    }
  }

  private drainOf({ snapshot }: Authorized): RelayOptions['drain'] {
    const { onClientClose, drainTimeoutMs } = snapshot.settings.upstream;
    return onClientClose === 'cancel' ? undefined : { drains: this.drains, timeoutMs: drainTimeoutMs };
  }

  /** Later where the tokens of an answer have to be counted. */
  measure(
    metered: MeteredRequest,
    result: RelayResult,
    { prepared, outgoing }: Attempt,
  ): Promise<void> | undefined {
    if (!isUncounted(result)) {
      metered.measure(result);
      return undefined;
    }
    const { tokenCount } = this.dependencies;
    return tokenCount
      .usageOf(outgoing.request, prepared.route.dialect.id, result)
      .then((usage) => metered.measure(result, usage));
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

function channelModel(channel: RoutableChannel, model: string): ChannelModel {
  const known = channel.models.get(model);
  if (known === undefined) throw new Error(`channel ${channel.id} was planned for a model that it lacks`);
  return known;
}

/** Something was produced, and the vendor did not say how much. */
function isUncounted(result: RelayResult): result is Exclude<RelayResult, { kind: 'refused' | 'failed' }> {
  if (result.kind === 'refused' || result.kind === 'failed' || result.usage !== undefined) return false;
  return result.kind === 'answered' || result.producedTokens > 0;
}
