import { type ChannelId, channelStatusKey, type ChannelStatusDocument } from '@tollgate/contracts';
import { type DocumentBucket, type DocumentStore } from '@tollgate/messaging';

/** Keeps the bucket `health` equal to the judgements: writes what differs, also what it failed to write before. */
export class StatusPublisher {
  readonly #bucket: DocumentBucket;
  /** Key → the document in the bucket as JSON; `undefined` until the bucket has been read. */
  #published: Map<string, string> | undefined;

  constructor(documents: DocumentStore) {
    this.#bucket = documents.bucket('health');
  }

  /** The bucket may have been changed by another replica: reads it again before the next write. */
  forget(): void {
    this.#published = undefined;
  }

  /** Rejects when the store can't be reached; the next call carries on. */
  async publish(statuses: readonly ChannelStatusDocument[]): Promise<void> {
    this.#published ??= await this.#read();
    const wanted = new Map(statuses.map((status) => [channelStatusKey(status.channelId), status]));
    for (const [key, status] of wanted) {
      const json = canonical(status);
      if (this.#published.get(key) !== json) {
        await this.#bucket.put(key, status);
        this.#published.set(key, json);
      }
    }
    for (const key of this.#published.keys()) {
      if (!wanted.has(key)) {
        await this.#bucket.delete(key);
        this.#published.delete(key);
      }
    }
  }

  async #read(): Promise<Map<string, string>> {
    const present = new Map<string, string>();
    let done: () => void = () => undefined;
    const complete = new Promise<void>((resolve) => {
      done = resolve;
    });
    const watch = await this.#bucket.watch({
      prefix: channelStatusKey(''),
      from: 'snapshot',
      handler: {
        change: (change) => {
          if (change.kind === 'put') {
            present.set(change.key, canonical(change.value));
          } else {
            present.delete(change.key);
          }
        },
        ready: done,
        resynchronized: () => undefined,
      },
    });
    await complete;
    await watch.stop();
    return present;
  }
}

/** Independent of the order of fields, which a store may change. */
function canonical(value: unknown): string {
  return JSON.stringify(Object.entries(value ?? {}).sort(([one], [other]) => (one < other ? -1 : 1)));
}

/** The document of a judgement. */
export function statusOf(
  channelId: ChannelId,
  { state, reason, since, retryAt }: Omit<ChannelStatusDocument, 'channelId'>,
): ChannelStatusDocument {
  return { channelId, state, reason, since, retryAt };
}
