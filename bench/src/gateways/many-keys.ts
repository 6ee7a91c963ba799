import { apiKeyDocumentKey } from '@tollgate/contracts';
import { connectNats, NatsDocumentStore } from '@tollgate/messaging/nats';
import { hashApiKey, parseMasterKey } from '@tollgate/security';

export interface ManyKeys {
  readonly natsUrl: string;
  readonly masterKey: string;
  /** The secret of a key that exists: all others are like it. */
  readonly pattern: string;
  readonly keys: number;
}

const NAMESPACE = 'tollgate';
const WRITTEN_AT_ONCE = 400;
const DIGITS = 32;
const silent = { debug: ignore, info: ignore, warn: ignore, error: ignore };

/** As long as every other. */
export function secretOfKey(index: number): string {
  return `sk-tg-${String(index).padStart(DIGITS, '0')}`;
}

/**
 * Writes the documents of very many keys into the bucket where proxies look keys up: what admin would have published, one
 * by one. Its own tables know nothing of them; no proxy asks it.
 */
export async function fillWithKeys({ natsUrl, masterKey, pattern, keys }: ManyKeys): Promise<void> {
  const connection = await connectNats({ url: natsUrl, name: 'bench', logger: silent });
  const documents = new NatsDocumentStore({ connection, namespace: NAMESPACE, logger: silent });
  const bucket = documents.bucket('identity');
  const master = parseMasterKey(masterKey);
  const keyOf = (secret: string): string => apiKeyDocumentKey(hashApiKey(master, secret));
  try {
    const known = await bucket.get(keyOf(pattern));
    if (known === undefined) throw new Error('The key that all others are to be like is not published.');
    let next = 0;
    const writeSome = async (): Promise<void> => {
      for (let index = next++; index < keys; index = next++) {
        const document = { ...(known.value as object), id: `many-${index}`, name: `many-${index}` };
        await bucket.put(keyOf(secretOfKey(index)), document);
      }
    };
    await Promise.all(Array.from({ length: WRITTEN_AT_ONCE }, writeSome));
  } finally {
    await documents.close();
    await connection.close();
  }
}

function ignore(): void {
  // The bench's own output tells what matters.
}
