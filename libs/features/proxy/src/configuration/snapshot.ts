import type {
  ChannelId,
  ChannelStatusDocument,
  GroupLimits,
  ModelDocument,
  PriceCardDocument,
  PriceCardId,
  PriceCardVersion,
  SettingsDocument,
} from '@tollgate/contracts';
import { compileSheet, effectiveVersion, isPriced, type CompiledSheet } from '@tollgate/pricing';
import { ALL_HEALTHY, HealthView } from '@tollgate/routing';
import { ModelRoutes } from './model-routes.js';
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

/** Configuration at one moment: immutable, complete, indexed for the questions that a request asks. */
export class Snapshot {
  readonly settings: SettingsDocument;
  readonly routes: ModelRoutes;
  readonly health: HealthView;
  /** `undefined`: none of the groups has one. */
  private readonly groupLimits: ReadonlyMap<string, GroupLimits> | undefined;
  private readonly sheets = new Map<PriceCardVersion, CompiledSheet>();

  /** @param previous what it has in common with these documents, by identity, is taken over */
  constructor(
    private readonly documents: SnapshotDocuments,
    previous?: Snapshot,
  ) {
    this.settings = documents.settings;
    const { channels, models, statuses, settings } = documents;
    this.health = settings.health.enabled ? new HealthView(withoutStale(statuses, channels)) : ALL_HEALTHY;
    this.routes =
      previous !== undefined && hasSameRoutes(previous.documents, documents)
        ? previous.routes
        : new ModelRoutes({ channels, models, routing: settings.routing });
    const { groups } = settings.admission.limits;
    if (groups.length > 0) this.groupLimits = new Map(groups.map((limits) => [limits.group, limits]));
  }

  /** Limits of each organisation in the group. */
  limitsOf(group: string): GroupLimits | undefined {
    return this.groupLimits?.get(group);
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
}

/** What channel-health says of credentials is about those that it knew: others may have their positions by now. */
function withoutStale(
  statuses: SnapshotDocuments['statuses'],
  channels: SnapshotDocuments['channels'],
): SnapshotDocuments['statuses'] {
  let current: Map<string, ChannelStatusDocument> | undefined;
  for (const [id, status] of statuses) {
    const fingerprint = status.credentialsFingerprint;
    if (fingerprint === undefined || fingerprint === channels.get(id)?.credentialsFingerprint) continue;
    const { credentials: _others, ...rest } = status;
    current ??= new Map(statuses);
    current.set(id, rest);
  }
  return current ?? statuses;
}

function hasSameRoutes(a: SnapshotDocuments, b: SnapshotDocuments): boolean {
  return a.channels === b.channels && a.models === b.models && a.settings === b.settings;
}
