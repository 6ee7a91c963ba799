import type { ModelDocument, Operation, RoutingStrategy } from '@tollgate/contracts';
import { ChannelPool } from '@tollgate/routing';
import type { ClientDialect } from '../http/routes.js';
import type { RoutableChannel } from './routable-channel.js';

type Pool = ChannelPool<RoutableChannel>;

/** The channels that serve one model to one group, and the pools of those that can do a kind of request. */
export class GroupRoutes {
  readonly channels: RoutableChannel[] = [];
  /** Made when the first request of a kind comes. */
  private readonly pools = new Map<ClientDialect, Map<Operation, Pool>>();

  constructor(
    private readonly model: string,
    private readonly strategy: RoutingStrategy,
  ) {}

  pool(dialect: ClientDialect, operation: Operation): Pool {
    let byOperation = this.pools.get(dialect);
    if (byOperation === undefined) {
      byOperation = new Map<Operation, Pool>();
      this.pools.set(dialect, byOperation);
    }
    let pool = byOperation.get(operation);
    if (pool === undefined) byOperation.set(operation, (pool = this.makePool(dialect, operation)));
    return pool;
  }

  private makePool(dialect: ClientDialect, operation: Operation): Pool {
    const members = this.channels.flatMap((channel) => {
      const model = channel.models.get(this.model);
      if (model === undefined || !channel.serves(dialect, operation, this.model)) return [];
      return [{ channel, model: this.model, upstream: model.upstream, cost: model.typicalCost, lacks: 0 }];
    });
    return new ChannelPool(members, this.strategy);
  }
}

export interface ModelRoutesInput {
  readonly channels: ReadonlyMap<string, RoutableChannel>;
  readonly models: ReadonlyMap<string, ModelDocument>;
  /** For models that name none. */
  readonly strategy: RoutingStrategy;
}

/** Which channels serve which model to which group. Independent of health, so that its changes leave it as it is. */
export class ModelRoutes {
  /** Model → group → channels that serve it. */
  private readonly routes = new Map<string, Map<string, GroupRoutes>>();

  constructor(private readonly input: ModelRoutesInput) {
    for (const channel of input.channels.values()) this.add(channel);
  }

  /** `undefined`: the group has no channel with the model. */
  of(model: string, group: string): GroupRoutes | undefined {
    return this.routes.get(model)?.get(group);
  }

  /** Names of the models that the group can reach, sorted. */
  modelsOf(group: string): readonly string[] {
    const names: string[] = [];
    for (const [model, groups] of this.routes) if (groups.has(group)) names.push(model);
    return names.sort();
  }

  private add(channel: RoutableChannel): void {
    for (const model of channel.models.keys()) {
      if (this.input.models.get(model)?.enabled === false) continue;
      const groups = this.routes.get(model) ?? new Map<string, GroupRoutes>();
      this.routes.set(model, groups);
      for (const group of channel.groups) {
        let routes = groups.get(group);
        if (routes === undefined) groups.set(group, (routes = new GroupRoutes(model, this.input.strategy)));
        routes.channels.push(channel);
      }
    }
  }
}
