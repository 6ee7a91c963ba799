import type { DocumentBucket } from '@tollgate/messaging';
import type { LRUCache } from 'lru-cache';
import { recent } from './recent.js';

export interface DocumentCacheOptions<Value> {
  readonly bucket: DocumentBucket;
  /** Documents kept; so many absences are kept beside them. */
  readonly capacity: number;
  readonly parse: (value: unknown) => Value;
  /** Rejects when the store does not have a document because it lost what it had. */
  readonly confirmAbsence: () => Promise<void>;
}

interface Entry<Value> {
  /** `null`: the store said that there is none. */
  readonly value: Value | null;
  /** A change may have been missed: ask again, and go on with this one if the store can't be asked. */
  doubtful: boolean;
}

interface Fetch<Value> {
  readonly answer: Promise<Value | null>;
  /** The document changed while it was being fetched. */
  outdated: boolean;
}

/**
 * Documents fetched on first use and kept until they change. Bounded: when full, the longest unused goes. Absence
 * is kept too, so that a flood of one wrong key asks the store once; apart, so that a flood of many pushes no document out.
 */
export class DocumentCache<Value> {
  private readonly present: LRUCache<string, Entry<Value>>;
  private readonly absent: LRUCache<string, Entry<Value>>;
  private readonly fetches = new Map<string, Fetch<Value>>();

  constructor(private readonly options: DocumentCacheOptions<Value>) {
    this.present = recent(options.capacity);
    this.absent = recent(options.capacity);
  }

  /** `undefined`: not known here, `get` it. */
  peek(key: string): Value | null | undefined {
    const entry = this.entryOf(key);
    return entry === undefined || entry.doubtful ? undefined : entry.value;
  }

  /** Rejects when the store can't be asked and nothing is known. Fetches of one key at one time are one fetch. */
  get(key: string): Promise<Value | null> {
    const known = this.peek(key);
    if (known !== undefined) return Promise.resolve(known);
    const running = this.fetches.get(key);
    if (running !== undefined) return running.answer;
    const fetch: Fetch<Value> = { answer: this.fetch(key), outdated: false };
    this.fetches.set(key, fetch);
    return fetch.answer;
  }

  /** The document was written or deleted. */
  changed(key: string): void {
    this.present.delete(key);
    this.absent.delete(key);
    const running = this.fetches.get(key);
    if (running !== undefined) running.outdated = true;
  }

  /** Changes may have been missed. */
  doubtAll(): void {
    for (const entry of this.present.values()) entry.doubtful = true;
    for (const entry of this.absent.values()) entry.doubtful = true;
    for (const running of this.fetches.values()) running.outdated = true;
  }

  private async fetch(key: string): Promise<Value | null> {
    try {
      for (;;) {
        const stored = await this.options.bucket.get(key);
        if (stored === undefined) await this.options.confirmAbsence();
        const running = this.fetches.get(key);
        if (running?.outdated === true) {
          running.outdated = false;
          continue;
        }
        const value = stored === undefined ? null : this.options.parse(stored.value);
        this.keep(key, value);
        return value;
      }
    } catch (error) {
      const doubtful = this.entryOf(key);
      if (doubtful === undefined) throw error;
      return doubtful.value;
    } finally {
      this.fetches.delete(key);
    }
  }

  private entryOf(key: string): Entry<Value> | undefined {
    return this.present.get(key) ?? this.absent.get(key);
  }

  private keep(key: string, value: Value | null): void {
    this.present.delete(key);
    this.absent.delete(key);
    const entries = value === null ? this.absent : this.present;
    entries.set(key, { value, doubtful: false });
  }
}
