import type { FallbackCondition } from '@tollgate/contracts';
import { ChannelPlan, type Blame, type PoolMember, type Random } from '@tollgate/routing';
import type { Stage } from '../configuration/model-routes.js';
import type { RoutableChannel } from '../configuration/routable-channel.js';
import type { ModelPrice } from '../configuration/snapshot.js';
import type { ClientRequest } from '../http/client-request.js';
import type { AffinityKey, AffinityKeys } from './affinity-keys.js';
import type { Authorized } from './authorization.js';
import { overflowsContext } from './context-overflow.js';
import type { ModelRequest } from './model-request.js';
import { needsOf } from './request-needs.js';

export interface ItineraryWalkInput {
  readonly client: ClientRequest;
  readonly request: ModelRequest;
  readonly authorized: Authorized;
  readonly affinities: AffinityKeys;
  readonly random: Random;
}

/** One request's way through its itinerary: the candidates of a stage, then those of the stage that takes over. */
export class ItineraryWalk {
  stage: Stage;
  /** What an answer of this stage is charged by. */
  price: ModelPrice | null;
  /** What the request belongs with others by. */
  readonly affinity: AffinityKey | undefined;
  private position = 0;
  private plan: ChannelPlan<RoutableChannel>;

  constructor(
    private readonly input: ItineraryWalkInput,
    private monotonic: number,
  ) {
    const { client, request, authorized, affinities } = input;
    const { itinerary, snapshot, identity } = authorized;
    this.stage = itinerary.stages[0];
    this.price = authorized.price;
    // With one candidate there is nothing to choose; what a vendor stored has its own place.
    this.affinity = itinerary.chooses
      ? affinities.find(client, request, { identity, settings: snapshot.settings })
      : undefined;
    this.plan = this.planOf(this.stage);
  }

  /** Of the candidate given last. */
  get credential(): number {
    return this.plan.credential;
  }
  /** Of the candidate given last: it is on trial. */
  get trial(): boolean {
    return this.plan.trial;
  }
  get wakesInMs(): number | undefined {
    return this.plan.wakesInMs;
  }

  /** Refusals of the request that a later stage takes over on. */
  get refusals(): readonly FallbackCondition[] | undefined {
    const { refusals } = this.input.authorized.itinerary;
    return refusals?.filter((condition) => this.positionAfter(condition) !== undefined);
  }

  /** Leaves models whose context is certainly too small, as after a vendor's refusal of the length, where one takes over. */
  passOverSmall(now: number): void {
    const { authorized, request } = this.input;
    while (this.refusals?.includes('context-window') === true) {
      const contextTokensMax = authorized.snapshot.modelOf(this.stage.model)?.contextTokensMax ?? Infinity;
      if (!overflowsContext(request, contextTokensMax) || !this.takeOver('context-window', now)) return;
    }
  }

  /** @param now milliseconds since the epoch @param monotonic milliseconds of the clock that loads are kept by */
  next(now: number, monotonic: number): PoolMember<RoutableChannel> | undefined {
    this.monotonic = monotonic;
    let member = this.plan.next(now, monotonic);
    while (member === undefined && this.takeOver('failure', now)) member = this.plan.next(now, monotonic);
    return member;
  }

  /** Another channel for the same model, while the one given last is still being asked; it stays as it is without one. */
  alternative(now: number, monotonic: number): PoolMember<RoutableChannel> | undefined {
    this.monotonic = monotonic;
    return this.plan.alternative(now, monotonic);
  }

  ruleOut(blamed: Blame): void {
    this.plan.ruleOut(blamed);
  }

  /** Goes on to the next stage that takes over on this; `false`: none does. */
  takeOver(condition: FallbackCondition, now: number): boolean {
    const { stages } = this.input.authorized.itinerary;
    for (let at = this.positionAfter(condition); at !== undefined; at = this.positionAfter(condition)) {
      const stage = stages[at];
      if (stage === undefined) return false;
      this.position = at;
      const price = priceOfStage(stage, this.input.authorized, now);
      // Nobody is served what nobody knows the price of.
      if (price === undefined) continue;
      this.stage = stage;
      this.price = price;
      this.plan = this.planOf(stage);
      return true;
    }
    return false;
  }

  /** Another group for the same model helps after failures only. */
  private positionAfter(condition: FallbackCondition): number | undefined {
    const { stages } = this.input.authorized.itinerary;
    for (let at = this.position + 1; at < stages.length; at += 1)
      if (stages[at]?.on.includes(condition) === true) return at;
    return undefined;
  }

  private planOf({ pool }: Stage): ChannelPlan<RoutableChannel> {
    const { authorized, affinities, request, random } = this.input;
    const { affinity } = this;
    return new ChannelPlan({
      pool,
      random,
      health: authorized.snapshot.health,
      needs: pool.lacks === 0 ? 0 : needsOf(request, pool.lacks),
      credential: authorized.credential,
      affinity: affinity?.hash,
      preferred:
        affinity === undefined ? undefined : affinities.recall(affinity, authorized.snapshot, this.monotonic),
    });
  }
}

/** `undefined`: it has none, and is not to be served without. */
export function priceOfStage(
  { model }: Stage,
  { snapshot, price, model: first }: Authorized,
  now: number,
): ModelPrice | null | undefined {
  if (model === first) return price;
  return snapshot.priceOf(model, now) ?? (snapshot.settings.pricing.allowUnpriced ? null : undefined);
}
