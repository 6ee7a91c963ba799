import type {
  ChannelId,
  ChannelState,
  ChannelStatusDocument,
  ModelDocument,
  PriceCardDocument,
  PriceCardId,
  PriceCardVersion,
  SettingsDocument,
} from '@tollgate/contracts';
import { compileSheet, effectiveVersion, isPriced, type CompiledSheet } from '@tollgate/pricing';
import type { RoutableChannel } from './routable-channel.js';

/** What a request is priced by. */
export interface ModelPrice {
  readonly id: PriceCardId;
  readonly version: number;
  readonly sheet: CompiledSheet;
}

/** The documents that a snapshot is made of, by their ids and names. */
export interface SnapshotDocuments {
  readonly channels: ReadonlyMap<string, RoutableChannel>;
  readonly prices: ReadonlyMap<string, PriceCardDocument>;
  readonly models: ReadonlyMap<string, ModelDocument>;
  readonly statuses: ReadonlyMap<string, ChannelStatusDocument>;
  readonly settings: SettingsDocument;
}

/** How long channel-health may take to let an open channel be tried again. */
const OVERDUE_MS = 30_000;

const NO_CHANNELS: readonly RoutableChannel[] = [];

/** Configuration at one moment: immutable, complete, indexed for the questions that a request asks. */
export class Snapshot {
  readonly settings: SettingsDocument;
  /** Model → group → channels that serve it. */
  private readonly routes = new Map<string, Map<string, RoutableChannel[]>>();
  private readonly sheets = new Map<PriceCardVersion, CompiledSheet>();

  constructor(private readonly documents: SnapshotDocuments) {
    this.settings = documents.settings;
    for (const channel of documents.channels.values()) this.addRoutes(channel);
  }

  /** Channels that have the model for the group, whatever they can do and whatever their health. */
  channelsWith(model: string, group: string): readonly RoutableChannel[] {
    return this.routes.get(model)?.get(group) ?? NO_CHANNELS;
  }

  channel(id: ChannelId): RoutableChannel | undefined {
    return this.documents.channels.get(id);
  }

  /** `undefined`: no price applies at this time (milliseconds since the epoch). */
  priceOf(model: string, at: number): ModelPrice | undefined {
    const card = this.documents.prices.get(model);
    const version = card === undefined ? undefined : effectiveVersion(card, at);
    if (version === undefined || !isPriced(version.prices)) return undefined;
    let sheet = this.sheets.get(version);
    if (sheet === undefined) this.sheets.set(version, (sheet = compileSheet(version.prices)));
    return { id: version.id, version: version.version, sheet };
  }

  modelOf(name: string): ModelDocument | undefined {
    return this.documents.models.get(name);
  }

  /** Names of the models that the group can reach, sorted. */
  modelsOf(group: string): readonly string[] {
    const names: string[] = [];
    for (const [model, groups] of this.routes) if (groups.has(group)) names.push(model);
    return names.sort();
  }

  /**
   * What channel-health says of the channel. An open channel whose first trial is long due is on trial: the service that
   * would say so is away.
   */
  stateOf(channel: ChannelId, now: number): ChannelState {
    const status = this.settings.health.enabled ? this.documents.statuses.get(channel) : undefined;
    if (status === undefined) return 'healthy';
    const overdue = status.retryAt !== null && now > status.retryAt + OVERDUE_MS;
    return status.state === 'open' && overdue ? 'half-open' : status.state;
  }

  private addRoutes(channel: RoutableChannel): void {
    for (const model of channel.models.keys()) {
      if (this.documents.models.get(model)?.enabled === false) continue;
      const groups = this.routes.get(model) ?? new Map<string, RoutableChannel[]>();
      this.routes.set(model, groups);
      for (const group of channel.groups) {
        const channels = groups.get(group);
        if (channels === undefined) groups.set(group, [channel]);
        else channels.push(channel);
      }
    }
  }
}
