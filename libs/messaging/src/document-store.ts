import type { BucketName } from '@tollgate/contracts';

/** A document as stored. `revision` rises with every write of the bucket. */
export interface StoredDocument {
  readonly key: string;
  readonly value: unknown;
  readonly revision: number;
}

export type DocumentChange =
  | ({ readonly kind: 'put' } & StoredDocument)
  | { readonly kind: 'delete'; readonly key: string; readonly revision: number };

export interface WatchHandler {
  /** One document of the snapshot, or a change after it; in order of revision for a key. */
  change(change: DocumentChange): void;
  /** The snapshot is complete; called once, also for an empty bucket. */
  ready(): void;
  /**
   * The connection was lost and is back. Changes made meanwhile have been or will be given to `change`
   * (`snapshot` watches miss nothing); caches of documents that an `updates` watch guards must be dropped now.
   */
  resynchronized(): void;
}

export interface WatchInput {
  /** Only keys that start with this, e.g. `keys.`; default: all. */
  readonly prefix?: string;
  /** `snapshot`: every present document first. `updates`: changes from now on. */
  readonly from: 'snapshot' | 'updates';
  readonly handler: WatchHandler;
}

export interface Watch {
  stop(): Promise<void>;
}

/** One bucket of JSON documents. Keys: `[A-Za-z0-9_=/-]` segments joined by dots. */
export interface DocumentBucket {
  /** `undefined`: there is none. Rejects when the store can't be asked: never mistakes that for absence. */
  get(key: string): Promise<StoredDocument | undefined>;
  /** Resolves with the new revision. */
  put(key: string, value: unknown): Promise<number>;
  /** Puts it only where there is none, whoever else tries; resolves with whether it did. */
  create(key: string, value: unknown): Promise<boolean>;
  /** Deleting what is absent is no error. */
  delete(key: string): Promise<void>;
  /** Resolves when the watch is in place, before the snapshot is complete. */
  watch(input: WatchInput): Promise<Watch>;
}

/** Adapters: JetStream KV, Postgres table with NOTIFY. Both pass `describeDocumentStore` of @tollgate/testing. */
export interface DocumentStore {
  bucket(name: BucketName): DocumentBucket;
  /** Rejects with one clear sentence when the store can't be reached now. */
  ping(): Promise<void>;
  close(): Promise<void>;
}
