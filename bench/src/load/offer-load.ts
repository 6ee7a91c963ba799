import { setTimeout as delay } from 'node:timers/promises';
import { type Expectation } from './answer-check.ts';
import { OfferedConnection, type Ending } from './offered-connection.ts';

export interface Offer {
  readonly port: number;
  /** As it goes over the wire. */
  readonly request: Buffer;
  readonly expected: Expectation;
  readonly connections: number;
  /** Requests a second, whatever becomes of them. */
  readonly rate: number;
  readonly durationMs: number;
  /** Left out of what is counted: compilers, and the gateway's finding out. */
  readonly ignoredMs: number;
  /** Called when what is ignored is over. */
  readonly counting: () => void;
}

/** What became of what was offered, in the time that counts. */
export interface Offered {
  readonly seconds: number;
  readonly offered: number;
  /** Offered while all connections waited for an answer: clients that could not even ask. */
  readonly unsent: number;
  readonly servedUs: readonly number[];
  readonly refusedUs: readonly number[];
  /** The same of clients that come once, on a connection of their own. */
  readonly newcomersServedUs: readonly number[];
  readonly newcomersRefusedUs: readonly number[];
}

const OPENING_MAX = 100;
const PACE_MS = 1;
const NEWCOMER_EVERY_MS = 100;

/**
 * Offers requests at a fixed rate, as clients do that know nothing of each other: who is refused does not ask less. One
 * request at a time on each connection.
 *
 * @throws Error at the first answer that is neither right nor a refusal with `retry-after`, and when a connection breaks
 */
export async function offerLoad(offer: Offer): Promise<Offered> {
  const free: OfferedConnection[] = [];
  let failure: Error | undefined;
  let counts = noCounts();
  const ended = (connection: OfferedConnection, ending: Ending, latencyUs: number): void => {
    if (ending instanceof Error) failure ??= ending;
    else {
      free.push(connection);
      (ending === 'served' ? counts.servedUs : counts.refusedUs).push(latencyUs);
    }
  };
  const connections: OfferedConnection[] = [];
  try {
    while (connections.length < offer.connections) {
      const some = Array.from({ length: OPENING_MAX }, () => new OfferedConnection(offer, ended));
      connections.push(...some);
      await Promise.all(some.map((connection) => connection.opened));
    }
    free.push(...connections);
    await offerFor(offer.ignoredMs);
    counts = noCounts();
    offer.counting();
    const seconds = (await offerFor(offer.durationMs)) / 1_000;
    return { seconds, ...counts };
  } finally {
    for (const connection of connections) connection.close();
  }

  function welcome(): void {
    const startedAt = performance.now();
    const newcomer = new OfferedConnection(offer, (connection, ending) => {
      connection.close();
      const latencyUs = (performance.now() - startedAt) * 1_000;
      if (ending instanceof Error) failure ??= ending;
      else (ending === 'served' ? counts.newcomersServedUs : counts.newcomersRefusedUs).push(latencyUs);
    });
    newcomer.send();
  }

  async function offerFor(durationMs: number): Promise<number> {
    const startedAt = performance.now();
    let begun = 0;
    let newcomers = 0;
    for (;;) {
      const elapsedMs = performance.now() - startedAt;
      if (failure !== undefined) throw failure;
      if (elapsedMs >= durationMs) return elapsedMs;
      for (const due = (elapsedMs * offer.rate) / 1_000; begun < due; begun += 1) {
        counts.offered += 1;
        // The one that was free for longest: all of them take part.
        const connection = free.shift();
        if (connection === undefined) counts.unsent += 1;
        else connection.send();
      }
      for (; newcomers * NEWCOMER_EVERY_MS < elapsedMs; newcomers += 1) welcome();
      await delay(PACE_MS);
    }
  }
}

interface Counts {
  offered: number;
  unsent: number;
  readonly servedUs: number[];
  readonly refusedUs: number[];
  readonly newcomersServedUs: number[];
  readonly newcomersRefusedUs: number[];
}

function noCounts(): Counts {
  return {
    offered: 0,
    unsent: 0,
    servedUs: [],
    refusedUs: [],
    newcomersServedUs: [],
    newcomersRefusedUs: [],
  };
}
