import type { BucketName } from '@tollgate/contracts';
import { JetStreamApiCodes, JetStreamApiError } from '@nats-io/jetstream';
import type { KV } from '@nats-io/kv';
import { checkDocumentKey } from '../document-key.js';
import type { DocumentBucket, DocumentStore, StoredDocument, Watch, WatchInput } from '../document-store.js';
import { unavailable } from '../unavailable.js';
import { Buckets } from './buckets.js';
import { NatsWatch } from './document-watch.js';
import type { NatsMessagingOptions } from './event-log.js';
import { JetStream } from './jetstream.js';

/** What JetStream says of a key that has a value already: there is a last sequence, and it is not the expected one. */
const TAKEN: readonly number[] = [
  JetStreamApiCodes.StreamWrongLastSequence,
  JetStreamApiCodes.StreamWrongLastSequenceUnknown,
];

/**
 * Documents in JetStream key-value buckets. Without a connection calls reject at once, and within 3 s when the server
 * does not answer, with `service_unavailable`.
 */
export class NatsDocumentStore implements DocumentStore {
  private readonly jetStream: JetStream;
  private readonly buckets: Buckets;
  private readonly watches = new Set<Watch>();
  private readonly forgetReconnect: () => void;

  constructor(private readonly options: NatsMessagingOptions) {
    this.jetStream = new JetStream(options.connection);
    this.buckets = new Buckets({
      jetStream: this.jetStream,
      namespace: options.namespace ?? 'tollgate',
      replicas: options.replicas ?? 1,
      logger: options.logger,
    });
    this.forgetReconnect = options.connection.onReconnect(() => void this.buckets.renew());
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

  async ping(): Promise<void> {
    try {
      await this.jetStream.ping();
    } catch (error) {
      throw unavailable('The document store could not be reached', error);
    }
  }

  async close(): Promise<void> {
    this.forgetReconnect();
    await Promise.all([...this.watches].map((watch) => watch.stop()));
  }

  private async get(bucket: BucketName, key: string): Promise<StoredDocument | undefined> {
    checkDocumentKey(key);
    const entry = await this.use(bucket, (store) => store.get(key));
    if (entry === null || entry.operation !== 'PUT') return undefined;
    return { key, value: entry.json<unknown>(), revision: entry.revision };
  }

  private async put(bucket: BucketName, key: string, value: unknown): Promise<number> {
    checkDocumentKey(key);
    return this.use(bucket, (store) => store.put(key, JSON.stringify(value ?? null)));
  }

  private async create(bucket: BucketName, key: string, value: unknown): Promise<boolean> {
    checkDocumentKey(key);
    return this.use(bucket, (store) =>
      store.create(key, JSON.stringify(value ?? null)).then(
        () => true,
        (error: unknown) => {
          if (error instanceof JetStreamApiError && TAKEN.includes(error.code)) return false;
          throw error;
        },
      ),
    );
  }

  private async delete(bucket: BucketName, key: string): Promise<void> {
    checkDocumentKey(key);
    await this.use(bucket, (store) => store.delete(key));
  }

  private async watch(bucket: BucketName, watch: WatchInput): Promise<Watch> {
    const { jetStream, buckets } = this;
    const started = await this.answer(
      bucket,
      NatsWatch.start({ jetStream, buckets, bucket, watch, logger: this.options.logger }),
    );
    this.watches.add(started);
    return {
      stop: async () => {
        await started.stop();
        this.watches.delete(started);
      },
    };
  }

  private use<Value>(bucket: BucketName, work: (store: KV) => Promise<Value>): Promise<Value> {
    return this.answer(bucket, this.buckets.use(bucket, work));
  }

  private async answer<Value>(bucket: BucketName, work: Promise<Value>): Promise<Value> {
    try {
      return await work;
    } catch (error) {
      throw unavailable(`The documents of ${bucket} could not be reached`, error);
    }
  }
}
