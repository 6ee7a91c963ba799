import type { Redis } from 'ioredis';

const SCAN_COUNT = 1_000;

/** Removes the keys of a former store: everything beside `state` that is not of the epoch. */
export async function removeOtherEpochs(client: Redis, stateKey: string, epoch: string): Promise<void> {
  const root = stateKey.slice(0, -'state'.length);
  let cursor = '0';
  do {
    const [next, keys] = await client.scan(cursor, 'MATCH', `${root}*`, 'COUNT', SCAN_COUNT);
    const stale = keys.filter((key) => key !== stateKey && !key.startsWith(`${root}${epoch}:`));
    if (stale.length > 0) await client.unlink(...stale);
    cursor = next;
  } while (cursor !== '0');
}
