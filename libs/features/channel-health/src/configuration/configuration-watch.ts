import {
  type ChannelId,
  channelDocument,
  channelDocumentKey,
  PUBLICATION_DOCUMENT_KEY,
  SETTINGS_DOCUMENT_KEY,
  type SettingsDocument,
  settingsDocument,
} from '@tollgate/contracts';
import { outlivingLoss, type DocumentChange, type DocumentStore, type Watch } from '@tollgate/messaging';
import { credentialsFingerprint } from '@tollgate/security';
import { type Logger } from '@tollgate/telemetry';
import { type ChannelParts } from '../judgement/channel-parts.js';

export interface ConfiguredChannel {
  readonly id: ChannelId;
  readonly name: string;
  /** Differs when anything changed that a failure may have come from. */
  readonly fingerprint: string;
  /** Differs when the credentials changed. */
  readonly credentialsFingerprint: string;
  readonly parts: ChannelParts;
  /** It takes traffic. */
  readonly enabled: boolean;
  /** The vendor's names of its models. */
  readonly upstreamModels: readonly string[];
}

const CHANNEL_PREFIX = channelDocumentKey('');

export interface ConfigurationWatchOptions {
  readonly documents: DocumentStore;
  readonly logger: Logger;
  readonly onChange: () => void;
  /** The store was away, and may have lost what it had. */
  readonly onResynchronized: () => void;
}

/** The channels that exist and whether they are judged, as admin publishes it. */
export class ConfigurationWatch {
  readonly channels = new Map<ChannelId, ConfiguredChannel>();
  settings: SettingsDocument['health'] = settingsDocument.parse({}).health;
  /** Every channel is known: what is not in `channels` does not exist. */
  isComplete = false;
  readonly #unread = new Set<string>();
  #watch: Watch | undefined;

  constructor(private readonly options: ConfigurationWatchOptions) {}

  /** Does nothing when it is in place. */
  async start(): Promise<void> {
    this.#watch ??= await this.options.documents.bucket('config').watch({
      from: 'snapshot',
      handler: outlivingLoss(PUBLICATION_DOCUMENT_KEY, {
        change: (change) => this.#apply(change),
        ready: () => {
          this.isComplete = true;
          this.options.onChange();
        },
        resynchronized: () => this.options.onResynchronized(),
      }),
    });
  }

  async stop(): Promise<void> {
    await this.#watch?.stop();
  }

  /** Whether nothing says that the channel exists; a document that can't be read says that it does. */
  isGone(id: ChannelId): boolean {
    return this.isComplete && !this.channels.has(id) && !this.#unread.has(id);
  }

  #apply(change: DocumentChange): void {
    if (change.key === SETTINGS_DOCUMENT_KEY) {
      this.#applySettings(change);
    } else if (change.key.startsWith(CHANNEL_PREFIX)) {
      this.#applyChannel(change);
    } else {
      return;
    }
    if (this.isComplete) {
      this.options.onChange();
    }
  }

  #applySettings(change: DocumentChange): void {
    const settings = settingsDocument.safeParse(change.kind === 'put' ? change.value : {});
    if (settings.success) {
      this.settings = settings.data.health;
    } else {
      this.options.logger.error(
        { key: change.key },
        'The settings can not be read: those before stay in force.',
      );
    }
  }

  #applyChannel(change: DocumentChange): void {
    const id = change.key.slice(CHANNEL_PREFIX.length) as ChannelId;
    this.#unread.delete(id);
    if (change.kind === 'delete') {
      this.channels.delete(id);
      return;
    }
    const parsed = channelDocument.safeParse(change.value);
    if (!parsed.success) {
      this.#unread.add(id);
      this.options.logger.error(
        { key: change.key },
        'A channel document can not be read: the one before stays in force.',
      );
      return;
    }
    const { name, provider, baseUrl, credentials, models, dialect, enabled } = parsed.data;
    const fingerprint = JSON.stringify([provider, baseUrl, credentials, models, dialect]);
    const parts = { credentials: credentials.length, models: new Set(models.map((model) => model.name)) };
    this.channels.set(id, {
      ...{ id, name, fingerprint, parts, enabled },
      upstreamModels: models.map(({ upstream }) => upstream),
      credentialsFingerprint: credentialsFingerprint(credentials),
    });
  }
}
