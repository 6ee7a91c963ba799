import type {
  FallbackCondition,
  Hedge,
  ModelDocument,
  Operation,
  SettingsDocument,
} from '@tollgate/contracts';
import {
  capabilityBits,
  ChannelPool,
  modelLegs,
  resolveAlias,
  servingGroups,
  type PoolMember,
} from '@tollgate/routing';
import type { ClientDialect } from '../http/routes.js';
import type { RoutableChannel } from './routable-channel.js';

export type Pool = ChannelPool<RoutableChannel>;

/** One way to serve a request: a model, and the channels that serve it to one group. */
export interface Stage {
  readonly model: string;
  readonly pool: Pool;
  /** What it takes over after; stages of the model asked take over after failures. */
  readonly on: readonly FallbackCondition[];
  /** When a second channel is asked, too; `undefined`: never. */
  readonly hedge?: Hedge | undefined;
}

/** All ways to serve requests of a kind, in the order in which they are gone. Made once, shared by all these requests. */
export interface Itinerary {
  /** The model asked: an alias is followed. */
  readonly model: string;
  /** Never empty; the pool of the only one may be: for token counts, which the gateway can make itself. */
  readonly stages: readonly [Stage, ...Stage[]];
  /** Conditions besides failures that some later stage takes over on. */
  readonly refusals: readonly FallbackCondition[] | undefined;
  /** There is more than one candidate. */
  readonly chooses: boolean;
}

/** `unknown`: no channel has the model; `unable`: none of those can do the operation. */
export type NoItinerary = 'unknown' | 'unable';

export interface ModelRoutesInput {
  readonly channels: ReadonlyMap<string, RoutableChannel>;
  readonly models: ReadonlyMap<string, ModelDocument>;
  readonly routing: SettingsDocument['routing'];
}

const ON_FAILURE = ['failure'] as const;

/**
 * Which channels serve which model to which group, and what takes over. Independent of health, so that its changes leave
 * it as it is; what requests ask for is worked out when the first of a kind comes.
 */
export class ModelRoutes {
  /** Model → group → channels that serve it. */
  private readonly channels = new Map<string, Map<string, RoutableChannel[]>>();
  /** Client dialect → operation → group → model as asked. */
  private readonly itineraries = new Map<ClientDialect, Map<Operation, Map<string, Itineraries>>>();

  constructor(private readonly input: ModelRoutesInput) {
    for (const channel of input.channels.values()) this.add(channel);
  }

  /** The group can ask for a model of this name, of channels that fit. */
  knows(model: string, group: string, fits?: (channel: RoutableChannel) => boolean): boolean {
    return modelLegs(model, this.input.models).some(({ model: name }) =>
      this.groupsOf(group).some((each) => {
        const channels = this.channels.get(name)?.get(each);
        return fits === undefined ? channels !== undefined : channels?.some(fits) === true;
      }),
    );
  }

  itinerary(
    model: string,
    group: string,
    dialect: ClientDialect,
    operation: Operation,
  ): Itinerary | NoItinerary {
    const known = this.itinerariesOf(group, dialect, operation);
    let itinerary = known.get(model);
    if (itinerary === undefined) {
      itinerary = this.makeItinerary(model, group, { dialect, operation });
      // Names that nobody configured are not kept: clients can make up any number.
      if (itinerary !== 'unknown') known.set(model, itinerary);
    }
    return itinerary;
  }

  /** Names that the group can ask for, of channels that fit, sorted. */
  modelsOf(group: string, fits?: (channel: RoutableChannel) => boolean): readonly string[] {
    const names = new Set([...this.channels.keys(), ...this.input.models.keys()]);
    return [...names].filter((name) => this.knows(name, group, fits)).sort();
  }

  private itinerariesOf(group: string, dialect: ClientDialect, operation: Operation): Itineraries {
    let operations = this.itineraries.get(dialect);
    if (operations === undefined) {
      operations = new Map<Operation, Map<string, Itineraries>>();
      this.itineraries.set(dialect, operations);
    }
    let groups = operations.get(operation);
    if (groups === undefined) operations.set(operation, (groups = new Map<string, Itineraries>()));
    let itineraries = groups.get(group);
    if (itineraries === undefined)
      groups.set(group, (itineraries = new Map<string, Itinerary | NoItinerary>()));
    return itineraries;
  }

  private makeItinerary(model: string, group: string, kind: RequestKind): Itinerary | NoItinerary {
    const stages: Stage[] = [];
    let known = false;
    for (const leg of modelLegs(model, this.input.models)) {
      for (const each of this.groupsOf(group)) {
        const channels = this.channels.get(leg.model)?.get(each);
        if (channels === undefined) continue;
        known = true;
        const pool = this.makePool(leg.model, channels, kind);
        const hedge = this.input.models.get(leg.model)?.hedge ?? undefined;
        if (pool.size > 0) stages.push({ model: leg.model, pool, on: leg.on, hedge });
      }
    }
    if (!known) return 'unknown';
    const asked = this.resolve(model) ?? model;
    if (stages.length === 0 && kind.operation === 'count-tokens')
      stages.push({ model: asked, pool: this.makePool(asked, [], kind), on: ON_FAILURE });
    return itineraryOf(asked, stages) ?? 'unable';
  }

  private makePool(
    name: string,
    channels: readonly RoutableChannel[],
    { dialect, operation }: RequestKind,
  ): Pool {
    const document = this.input.models.get(name);
    const tags = document?.requireTags ?? [];
    const members = channels.flatMap<PoolMember<RoutableChannel>>((channel) => {
      const model = channel.models.get(name);
      if (model === undefined || !channel.serves(dialect, operation, name)) return [];
      if (!tags.every((tag) => channel.tags.includes(tag))) return [];
      const { upstream, typicalCost } = model;
      return [{ channel, model: name, upstream, cost: typicalCost, lacks: capabilityBits(channel.lacks) }];
    });
    return new ChannelPool(members, document?.strategy ?? this.input.routing.strategy);
  }

  /** The model that an alias stands for in the end; `undefined`: it leads nowhere. */
  resolve(model: string): string | undefined {
    return resolveAlias(model, this.input.models);
  }

  private groupsOf(group: string): readonly string[] {
    return servingGroups(group, this.input.routing.autoGroups);
  }

  private add(channel: RoutableChannel): void {
    for (const model of channel.models.keys()) {
      let groups = this.channels.get(model);
      if (groups === undefined) this.channels.set(model, (groups = new Map<string, RoutableChannel[]>()));
      for (const group of channel.groups) {
        const channels = groups.get(group);
        if (channels === undefined) groups.set(group, [channel]);
        else channels.push(channel);
      }
    }
  }
}

/** For what the gateway does itself. */
export function withoutChannels({ model, stages: [first] }: Itinerary): Itinerary {
  const pool = first.pool.narrowed(() => false);
  return { model, stages: [{ ...first, pool }], refusals: undefined, chooses: false };
}

/** Only the channels that fit; `undefined`: none does. */
export function narrowItinerary(
  { model, stages }: Itinerary,
  fits: (channel: RoutableChannel) => boolean,
): Itinerary | undefined {
  const narrowed = stages.map((stage) => ({ ...stage, pool: stage.pool.narrowed(fits) }));
  return itineraryOf(
    model,
    narrowed.filter(({ pool }) => pool.size > 0),
  );
}

function itineraryOf(model: string, stages: readonly Stage[]): Itinerary | undefined {
  const [first, ...others] = stages;
  if (first === undefined) return undefined;
  const refusals = others.flatMap(({ on }) => on.filter((condition) => condition !== 'failure'));
  return {
    model,
    stages: [first, ...others],
    refusals: refusals.length === 0 ? undefined : refusals,
    chooses: stages.some(({ pool }) => pool.candidates > 1),
  };
}

interface RequestKind {
  readonly dialect: ClientDialect;
  readonly operation: Operation;
}

type Itineraries = Map<string, Itinerary | NoItinerary>;
