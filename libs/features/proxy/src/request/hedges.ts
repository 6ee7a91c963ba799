import { GatewayError, type Clock, type Hedge } from '@tollgate/contracts';
import type { RoutableChannel } from '../configuration/routable-channel.js';
import type { ClientRequest } from '../http/client-request.js';
import type { ProxyMetrics } from '../observation/proxy-metrics.js';
import type { Attempt, Attempts } from './attempts.js';
import { HedgedAttempt, type Answered, type Asked } from './hedged-attempt.js';
import type { ItineraryWalk } from './itinerary-walk.js';
import type { MeteredRequest } from './metered-request.js';

export interface HedgesDependencies {
  readonly attempts: Attempts;
  readonly metrics: ProxyMetrics;
  readonly clock: Clock;
}

export interface HedgeInput {
  readonly client: ClientRequest;
  readonly metered: MeteredRequest;
  readonly walk: ItineraryWalk;
  readonly first: Asked;
  readonly hedge: Hedge;
  /** Monotonic: no attempt begins later. */
  readonly latestStart: number;
  readonly attemptAt: (channel: RoutableChannel) => Attempt;
}

/** Attempts of models whose operators want a slow channel to be raced by a second one. */
export class Hedges {
  constructor(private readonly dependencies: HedgesDependencies) {}

  run(input: HedgeInput): Promise<Answered> {
    const { attempts, metrics } = this.dependencies;
    const { client, metered, first, hedge } = input;
    const second = () => this.second(input);
    return new HedgedAttempt(attempts, metrics, {
      ...{ client, metered, first, second },
      afterMs: hedge.afterMs,
    }).run();
  }

  /** Within the request's attempts and time. */
  private async second({
    client,
    metered,
    walk,
    first,
    latestStart,
    attemptAt,
  }: HedgeInput): Promise<Asked | undefined> {
    const { attempts, clock } = this.dependencies;
    const { attemptsMax } = first.attempt.authorized.snapshot.settings.routing;
    const now = clock.monotonic();
    if (metered.attempts >= attemptsMax || now > latestStart) return undefined;
    const channel = walk.alternative(clock.now(), now)?.channel;
    if (channel === undefined) return undefined;
    const attempt = attemptAt(channel);
    const prepared = await attempts.prepare(client, walk.credential, attempt);
    return prepared instanceof GatewayError ? undefined : { attempt, prepared };
  }
}

/**
 * Whether, and when, a second channel may be asked beside the attempt. Streams show at once whether they begin; what a vendor stores would be stored twice; and what goes on with something
 * stored, or must not be tried elsewhere, has one channel.
 */
export function hedgeOf(
  { stage: { hedge }, affinity }: ItineraryWalk,
  { authorized, outgoing }: Attempt,
): Hedge | undefined {
  if (hedge === undefined) return undefined;
  const { streamed, stored } = outgoing.request.envelope;
  const bound = authorized.credential !== undefined || affinity?.rule.skipRetryOnFailure === true;
  return streamed || stored || bound ? undefined : hedge;
}
