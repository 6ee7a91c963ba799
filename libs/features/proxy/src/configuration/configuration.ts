import {
  channelDocument,
  channelStatusDocument,
  GatewayError,
  modelDocument,
  priceCardDocument,
  PUBLICATION_DOCUMENT_KEY,
  SETTINGS_DOCUMENT_KEY,
  settingsDocument,
  type ChannelStatusDocument,
  type ModelDocument,
  type PriceCardDocument,
} from '@tollgate/contracts';
import type { CapShares } from '@tollgate/admission';
import { outlivingLoss, type DocumentChange, type DocumentStore, type Watch } from '@tollgate/messaging';
import type { EgressGuard } from '@tollgate/providers';
import type { Keyring } from '@tollgate/security';
import type { Logger } from '@tollgate/telemetry';
import { RoutableChannel } from './routable-channel.js';
import { sharedCaps } from './shared-caps.js';
import { Snapshot, type SnapshotDocuments } from './snapshot.js';

export interface ConfigurationOptions {
  readonly documents: DocumentStore;
  readonly keyring: Keyring;
  /** For tokens that providers fetch with a credential. */
  readonly guard: EgressGuard;
  readonly logger: Logger;
  /** Divides caps among all proxies; absent: this is the only one. */
  readonly capShares?: Pick<CapShares, 'adopt'> | undefined;
}

/**
 * The proxy's view of the configuration: watches the buckets `config` and `health`, and swaps an immutable snapshot.
 * Serves the last one for as long as the store is away, or has lost its documents. Changes that arrive together become
 * one snapshot.
 */
export class Configuration {
  private readonly channels = new Map<string, RoutableChannel>();
  private readonly prices = new Map<string, PriceCardDocument>();
  private readonly models = new Map<string, ModelDocument>();
  private readonly statuses = new Map<string, ChannelStatusDocument>();
  /** Document key → name in `prices` or `models`: a deletion tells only the key. */
  private readonly names = new Map<string, string>();
  private settings = settingsDocument.parse({});
  private snapshot: Snapshot | undefined;
  private rebuildPending = false;
  private complete = false;
  /** Documents as the last snapshot has them; `undefined` since a change. */
  private frozen: Partial<Omit<SnapshotDocuments, 'settings'>> = {};
  private watches: readonly Watch[] = [];
  private readonly handler = outlivingLoss(PUBLICATION_DOCUMENT_KEY, {
    change: (change) => this.apply(change),
    ready: () => {
      this.complete = true;
      this.rebuildSoon();
    },
    resynchronized: () => undefined,
  });

  constructor(private readonly options: ConfigurationOptions) {}

  /** Resolves when the watches are in place; `ready` tells when the first snapshot is complete. */
  async start(): Promise<void> {
    const { documents } = this.options;
    const config = documents.bucket('config').watch({ from: 'snapshot', handler: this.handler });
    const health = documents.bucket('health').watch({
      from: 'snapshot',
      handler: {
        change: (change) => this.applyHealth(change),
        ready: () => undefined,
        resynchronized: () => undefined,
      },
    });
    this.watches = await Promise.all([config, health]);
  }

  async stop(): Promise<void> {
    await Promise.all(this.watches.map((watch) => watch.stop()));
  }

  get ready(): boolean {
    return this.snapshot !== undefined;
  }

  /** Whether all documents were there once: a store that does not have them has lost them. */
  get wasPublished(): boolean {
    return this.handler.markerSeen;
  }

  /** @throws GatewayError `service_unavailable` until the first snapshot is complete */
  current(): Snapshot {
    if (this.snapshot === undefined) {
      throw new GatewayError('service_unavailable', 'The gateway is starting and has no configuration yet.', {
        retryAfterSeconds: 1,
      });
    }
    return this.snapshot;
  }

  private apply(change: DocumentChange): void {
    const kind = change.key.slice(0, change.key.indexOf('.'));
    try {
      if (kind === 'channels' || kind === 'prices' || kind === 'models') this.thaw(kind);
      if (kind === 'channels') this.applyChannel(change);
      else if (kind === 'prices') this.applyNamed(change, this.prices, priceName);
      else if (kind === 'models') this.applyNamed(change, this.models, modelName);
      else if (change.key === SETTINGS_DOCUMENT_KEY) this.applySettings(change);
    } catch (error) {
      // What can't be read or used is left out, and said; the rest goes on.
      this.options.logger.error({ error, key: change.key }, 'a configuration document was left out');
    }
    this.rebuildSoon();
  }

  private applyChannel(change: DocumentChange): void {
    const id = change.key.slice('channels.'.length);
    // What was counted against the vendor's account goes on being counted.
    const caps = this.channels.get(id)?.load.caps;
    this.channels.delete(id);
    if (change.kind === 'delete') return;
    const document = channelDocument.parse(change.value);
    if (document.enabled) this.channels.set(id, RoutableChannel.from(document, this.options, caps));
  }

  private applyNamed<Document>(
    change: DocumentChange,
    documents: Map<string, Document>,
    read: (value: unknown) => { name: string; document: Document },
  ): void {
    const known = this.names.get(change.key);
    if (known !== undefined) documents.delete(known);
    this.names.delete(change.key);
    if (change.kind === 'delete') return;
    const { name, document } = read(change.value);
    this.names.set(change.key, name);
    documents.set(name, document);
  }

  private applySettings(change: DocumentChange): void {
    this.settings = settingsDocument.parse(change.kind === 'put' ? change.value : {});
  }

  private applyHealth(change: DocumentChange): void {
    const id = change.key.slice('channels.'.length);
    this.thaw('statuses');
    this.statuses.delete(id);
    if (change.kind === 'put') {
      const status = channelStatusDocument.safeParse(change.value);
      if (status.success) this.statuses.set(id, status.data);
      else this.options.logger.error({ key: change.key }, 'a channel status was left out: it is malformed');
    }
    this.rebuildSoon();
  }

  private thaw(kind: keyof typeof this.frozen): void {
    this.frozen = { ...this.frozen, [kind]: undefined };
  }

  private rebuildSoon(): void {
    if (this.rebuildPending || !this.complete) return;
    this.rebuildPending = true;
    setImmediate(() => {
      this.rebuildPending = false;
      const { channels, prices, models, statuses } = this.frozen;
      const documents = {
        channels: channels ?? new Map(this.channels),
        prices: prices ?? new Map(this.prices),
        models: models ?? new Map(this.models),
        statuses: statuses ?? new Map(this.statuses),
      };
      if (documents.channels !== channels) this.options.capShares?.adopt(sharedCaps(documents.channels));
      this.frozen = documents;
      this.snapshot = new Snapshot({ ...documents, settings: this.settings }, this.snapshot);
    });
  }
}

function priceName(value: unknown): { name: string; document: PriceCardDocument } {
  const document = priceCardDocument.parse(value);
  return { name: document.model, document };
}

function modelName(value: unknown): { name: string; document: ModelDocument } {
  const document = modelDocument.parse(value);
  return { name: document.name, document };
}
