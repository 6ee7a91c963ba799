import type { BucketName } from '@tollgate/contracts';
import type {
  DocumentBucket,
  DocumentChange,
  DocumentStore,
  StoredDocument,
  Watch,
  WatchInput,
} from '@tollgate/messaging';

/** A document store in memory. `away` makes every call reject, as an unreachable store does. */
export class FakeDocumentStore implements DocumentStore {
  away = false;
  readonly #buckets = new Map<BucketName, FakeBucket>();

  bucket(name: BucketName): FakeBucket {
    let bucket = this.#buckets.get(name);
    if (bucket === undefined) {
      bucket = new FakeBucket(this);
      this.#buckets.set(name, bucket);
    }
    return bucket;
  }

  async ping(): Promise<void> {
    this.refuseWhenAway();
  }

  async close(): Promise<void> {
    for (const bucket of this.#buckets.values()) bucket.forgetWatches();
  }

  /** As a server that comes back without its data: watches read again, and find nothing. */
  loseData(): void {
    for (const bucket of this.#buckets.values()) bucket.loseData();
  }

  refuseWhenAway(): void {
    if (this.away) throw new Error('The document store is away.');
  }
}

export class FakeBucket implements DocumentBucket {
  #revision = 0;
  readonly #documents = new Map<string, StoredDocument>();
  readonly #watches = new Set<WatchInput>();

  constructor(private readonly store: FakeDocumentStore) {}

  async get(key: string): Promise<StoredDocument | undefined> {
    this.store.refuseWhenAway();
    return this.#documents.get(key);
  }

  async put(key: string, value: unknown): Promise<number> {
    this.store.refuseWhenAway();
    // As JSON, so that a test sees what would arrive and nothing is shared by reference.
    const document = {
      key,
      value: JSON.parse(JSON.stringify(value)) as unknown,
      revision: (this.#revision += 1),
    };
    this.#documents.set(key, document);
    this.#tell({ kind: 'put', ...document });
    return document.revision;
  }

  async create(key: string, value: unknown): Promise<boolean> {
    this.store.refuseWhenAway();
    if (this.#documents.has(key)) return false;
    await this.put(key, value);
    return true;
  }

  async delete(key: string): Promise<void> {
    this.store.refuseWhenAway();
    if (this.#documents.delete(key)) this.#tell({ kind: 'delete', key, revision: (this.#revision += 1) });
  }

  async watch(input: WatchInput): Promise<Watch> {
    this.store.refuseWhenAway();
    this.#watches.add(input);
    if (input.from === 'snapshot') {
      for (const document of this.#documents.values()) {
        if (document.key.startsWith(input.prefix ?? '')) input.handler.change({ kind: 'put', ...document });
      }
    }
    input.handler.ready();
    return {
      stop: async () => {
        this.#watches.delete(input);
      },
    };
  }

  /** Tells every watch that the connection was lost and is back. */
  resynchronize(): void {
    for (const watch of this.#watches) watch.handler.resynchronized();
  }

  loseData(): void {
    const keys = [...this.#documents.keys()];
    this.#documents.clear();
    for (const { from, prefix, handler } of this.#watches) {
      // Who only hears of updates does not hear what is gone.
      const gone = from === 'snapshot' ? keys.filter((key) => key.startsWith(prefix ?? '')) : [];
      for (const key of gone) handler.change({ kind: 'delete', key, revision: (this.#revision += 1) });
    }
    this.resynchronize();
  }

  forgetWatches(): void {
    this.#watches.clear();
  }

  #tell(change: DocumentChange): void {
    for (const { prefix, handler } of this.#watches) {
      if (change.key.startsWith(prefix ?? '')) handler.change(change);
    }
  }
}
