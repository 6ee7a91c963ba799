import { type ChannelId, channelStatusKey, type ChannelStatusDocument } from '@tollgate/contracts';
import { type DocumentBucket, type DocumentStore } from '@tollgate/messaging';
import { type Judgement } from '../judgement/judge.js';
import { type Verdict } from '../judgement/judge-channel.js';

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

  /**
   * Rejects when the store can't be reached; the next call carries on. `confirm` is asked before each write, and rejects
   * when the statuses are another replica's by now.
   */
  async publish(statuses: readonly ChannelStatusDocument[], confirm: () => Promise<void>): Promise<void> {
    this.#published ??= await this.#read();
    const wanted = new Map(statuses.map((status) => [channelStatusKey(status.channelId), status]));
    for (const [key, status] of wanted) {
      const json = canonical(status);
      if (this.#published.get(key) !== json) {
        await confirm();
        await this.#bucket.put(key, status);
        this.#published.set(key, json);
      }
    }
    for (const key of this.#published.keys()) {
      if (!wanted.has(key)) {
        await confirm();
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
  return JSON.stringify(value, (_key, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([one], [other]) => (one < other ? -1 : 1)))
      : inner,
  );
}

/** The document of a verdict. */
export function statusOf(
  channelId: ChannelId,
  { whole, credentials, models }: Verdict,
  credentialsFingerprint: string | undefined,
): ChannelStatusDocument {
  const { state, reason, since, retryAt } = whole;
  return {
    ...{ channelId, state, reason, since, retryAt },
    ...(credentials.size === 0
      ? {}
      : {
          credentials: [...credentials].map(([position, part]) => ({ position, ...partStatus(part) })),
          credentialsFingerprint,
        }),
    ...(models.size === 0
      ? {}
      : { models: [...models].map(([name, part]) => ({ name, ...partStatus(part) })) }),
  };
}

function partStatus({ state, reason, retryAt }: Judgement): Pick<Judgement, 'state' | 'reason' | 'retryAt'> {
  return { state, reason, retryAt };
}
