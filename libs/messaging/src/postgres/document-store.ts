import type { BucketName } from '@tollgate/contracts';
import { checkDocumentKey } from '../document-key.js';
import type { DocumentBucket, DocumentStore, StoredDocument, Watch, WatchInput } from '../document-store.js';
import { unavailable } from '../unavailable.js';
import { PostgresConnection } from './connection.js';
import { PostgresDocumentTable } from './document-table.js';
import { PostgresWatch } from './document-watch.js';
import type { PostgresMessagingOptions } from './event-log.js';
import { DEFAULT_SCHEMA } from './schema.js';

/** Documents in a Postgres table. Calls reject with `service_unavailable` when it can't be reached. */
export class PostgresDocumentStore implements DocumentStore {
  private readonly connection: PostgresConnection;
  private readonly ownsConnection: boolean;
  private readonly table: PostgresDocumentTable;
  private readonly watches = new Set<Watch>();

  constructor(private readonly options: PostgresMessagingOptions) {
    this.ownsConnection = options.connection === undefined;
    this.connection = options.connection ?? new PostgresConnection(options);
    this.table = new PostgresDocumentTable(this.connection.pool, options.schema ?? DEFAULT_SCHEMA);
  }

  bucket(name: BucketName): DocumentBucket {
    return {
      get: (key) => this.get(name, key),
      put: (key, value) => this.put(name, key, value),
      create: (key, value) => this.create(name, key, value),
      delete: (key) => this.delete(name, key),
      watch: (input) => this.watch(name, input),
    };
  }

  ping(): Promise<void> {
    return this.connection.ping();
  }

  async close(): Promise<void> {
    await Promise.all([...this.watches].map((watch) => watch.stop()));
    if (this.ownsConnection) await this.connection.close();
  }

  private async get(bucket: BucketName, key: string): Promise<StoredDocument | undefined> {
    checkDocumentKey(key);
    return this.answer(bucket, this.table.get(bucket, key));
  }

  private async put(bucket: BucketName, key: string, value: unknown): Promise<number> {
    checkDocumentKey(key);
    return this.answer(bucket, this.table.put(bucket, key, value));
  }

  private async create(bucket: BucketName, key: string, value: unknown): Promise<boolean> {
    checkDocumentKey(key);
    return this.answer(bucket, this.table.create(bucket, key, value));
  }

  private async delete(bucket: BucketName, key: string): Promise<void> {
    checkDocumentKey(key);
    await this.answer(bucket, this.table.delete(bucket, key));
  }

  private async watch(bucket: BucketName, watch: WatchInput): Promise<Watch> {
    const { table, connection } = this;
    const started = await this.answer(
      bucket,
      PostgresWatch.start({ table, connection, bucket, watch, logger: this.options.logger }),
    );
    this.watches.add(started);
    return {
      stop: async () => {
        await started.stop();
        this.watches.delete(started);
      },
    };
  }

  private async answer<Value>(bucket: BucketName, work: Promise<Value>): Promise<Value> {
    try {
      return await work;
    } catch (error) {
      throw unavailable(`The documents of ${bucket} could not be reached`, error);
    }
  }
}
