import {
  priceCardDocument,
  priceCardDocumentKey,
  priceSheet,
  type Clock,
  type PriceCardDocument,
  type PriceCardVersion,
} from '@tollgate/contracts';
import type { DocumentChange, DocumentStore, Watch } from '@tollgate/messaging';
import { compileSheet, type CompiledSheet } from '@tollgate/pricing';
import type { Logger } from '@tollgate/telemetry';
import type { DataSource } from 'typeorm';
import { query } from '../database/query.js';
import { storePriceVersions, type StoredVersion } from './store-price-versions.js';

export interface PriceVersionsDependencies {
  readonly dataSource: DataSource;
  readonly documents: DocumentStore;
  readonly clock: Clock;
  readonly logger: Logger;
}

export interface PriceLookup {
  readonly cardId: string;
  readonly version: number;
  readonly model: string;
}

/**
 * Every price card version that billing ever saw: the documents hold only recent ones, a record may name an older one.
 * Asked in order: memory, table, document store.
 */
export class PriceVersions {
  readonly #sheets = new Map<string, CompiledSheet>();
  #watch: Watch | undefined;
  #storing: Promise<void> = Promise.resolve();

  constructor(private readonly dependencies: PriceVersionsDependencies) {}

  async start(): Promise<void> {
    this.#watch ??= await this.dependencies.documents.bucket('config').watch({
      prefix: 'prices.',
      from: 'snapshot',
      handler: {
        change: (change) => this.#take(change),
        ready: () => undefined,
        resynchronized: () => undefined,
      },
    });
  }

  async stop(): Promise<void> {
    await this.#watch?.stop();
    await this.#storing;
  }

  /** The sheet of a version, if it was asked for or published before: nothing to wait for. */
  recall(cardId: string, version: number): CompiledSheet | undefined {
    return this.#sheets.get(versionKey(cardId, version));
  }

  /**
   * The sheet of a version; `undefined`: nobody knows it.
   *
   * @throws when neither Postgres nor the document store can be asked: that is no absence
   */
  async find(lookup: PriceLookup): Promise<CompiledSheet | undefined> {
    const recalled = this.recall(lookup.cardId, lookup.version);
    return recalled ?? (await this.#fromTable(lookup)) ?? (await this.#fromDocuments(lookup));
  }

  async #fromTable({ cardId, version }: PriceLookup): Promise<CompiledSheet | undefined> {
    const [row] = await query<{ prices: unknown }>(
      this.dependencies.dataSource,
      'select prices from billing.price_versions where card_id = $1 and version = $2',
      [cardId, version],
    );
    return row === undefined ? undefined : this.#remember(cardId, version, row.prices);
  }

  async #fromDocuments({ cardId, version, model }: PriceLookup): Promise<CompiledSheet | undefined> {
    const stored = await this.dependencies.documents.bucket('config').get(priceCardDocumentKey(model));
    const document = priceCardDocument.safeParse(stored?.value);
    if (!document.success) return undefined;
    await this.#store(document.data);
    return this.recall(cardId, version);
  }

  #take(change: DocumentChange): void {
    if (change.kind === 'delete') return;
    const document = priceCardDocument.safeParse(change.value);
    if (!document.success) {
      this.dependencies.logger.error(
        { key: change.key, problem: document.error.message },
        'ignored a price card document that is not what the contract says',
      );
      return;
    }
    this.#storing = this.#storing
      .then(() => this.#store(document.data))
      // A version that could not be stored is fetched when a record names it.
      .catch((error: unknown) =>
        this.dependencies.logger.warn({ error }, 'could not store price versions yet'),
      );
  }

  /** Memory follows the table: what was published first under a version is what counts, on every instance. */
  async #store(document: PriceCardDocument): Promise<void> {
    const unseen = document.versions.filter(({ id, version }) => !this.#sheets.has(versionKey(id, version)));
    const rows = unseen.map((version: PriceCardVersion): StoredVersion => ({
      ...version,
      model: document.model,
    }));
    const { dataSource, clock } = this.dependencies;
    for (const { cardId, version, prices } of await storePriceVersions(dataSource, rows, clock.now())) {
      this.#remember(cardId, version, prices);
    }
  }

  #remember(cardId: string, version: number, prices: unknown): CompiledSheet {
    const sheet = compileSheet(priceSheet.parse(prices));
    this.#sheets.set(versionKey(cardId, version), sheet);
    return sheet;
  }
}

const versionKey = (cardId: string, version: number): string => `${version}:${cardId}`;
