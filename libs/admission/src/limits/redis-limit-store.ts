import { GatewayError } from '@tollgate/contracts';
import type { Redis } from 'ioredis';
import type { AdmissionLogger } from '../logger.js';
import { RedisConnection } from '../redis/redis-connection.js';
import {
  unitsOf,
  type Correction,
  type HeldSlots,
  type LimitSet,
  type LimitStore,
  type TakeResult,
} from './limit-store.js';
import type { Share, ShareStatement, ShareStore } from './share-store.js';
import { TurnBatch } from './turn-batch.js';

export type RedisLimitStoreOptions = {
  /** Begins every key, e.g. `tollgate`, so that installations and tests can share a server. */
  readonly prefix: string;
  readonly logger: AdmissionLogger;
} & (
  | { readonly url: string; readonly client?: never }
  /** Closed by whoever made it. Set `autoResendUnfulfilledCommands: false`. */
  | { readonly client: Redis; readonly url?: never }
);

/** A script holds up every other client: longer lists go in parts. */
const BATCH_MAX = 256;
/** A correction goes with the next request's question, or alone after so long. */
const CORRECTION_PATIENCE_MS = 5;
/** A step for each of its holders. */
const SHARES_BATCH_MAX = 64;

/** The limits that proxies share, and the caps that they divide. */
export class RedisLimitStore implements LimitStore, ShareStore {
  readonly #redis: RedisConnection;
  readonly #root: string;
  readonly #batch = new TurnBatch<readonly string[], readonly number[]>(
    async (inputs) =>
      (await this.#redis.run('limitsApply', this.#root, ...inputs.flat())) as readonly (readonly number[])[],
    BATCH_MAX,
    CORRECTION_PATIENCE_MS,
  );

  constructor({ prefix, logger, url, client }: RedisLimitStoreOptions) {
    if (!/^[\w:.-]+$/.test(prefix))
      throw new Error(`A Redis key prefix has letters, digits and _:.- only, not "${prefix}".`);
    this.#redis = new RedisConnection(client === undefined ? { url } : { client }, logger);
    this.#root = `{${prefix}:limits}:`;
  }

  async take(limits: LimitSet, tokens: number, id: string, wanted?: readonly number[]): Promise<TakeResult> {
    const { length } = limits.rates;
    const input = ['take', id, `${length}`, `${limits.slots.length}`];
    for (const [index, rate] of limits.rates.entries()) {
      const { key, max, windowMs } = rate;
      input.push(key, `${max}`, `${windowMs}`, `${unitsOf(rate, tokens)}`, `${wanted?.[index] ?? 0}`);
    }
    for (const { key, max } of limits.slots) input.push(key, `${max}`);
    const [by = 0, retryAfterMs = 0, ...numbers] = await this.#batch.add(input);
    const levels = numbers.slice(0, length);
    if (by === 0) return { status: 'taken', levels, ahead: numbers.slice(length) };
    const refusing = limits.rates[by - 1] ?? limits.slots[by - 1 - length];
    if (refusing === undefined)
      throw new GatewayError('admission_unavailable', 'Redis refused by an unknown limit.');
    return { status: 'refused', by: refusing, retryAfterMs, levels };
  }

  async correct({ limits, amounts, id }: Correction): Promise<void> {
    const corrected: string[] = [];
    for (const [index, { key, max, windowMs }] of limits.rates.entries()) {
      const amount = amounts[index] ?? 0;
      if (amount !== 0) corrected.push(key, `${max}`, `${windowMs}`, `${amount}`);
    }
    const slots = limits.slots.map(({ key }) => key);
    const counts = [`${corrected.length / 4}`, `${slots.length}`];
    await this.#batch.addPatiently(['correct', id, ...counts, ...corrected, ...slots]);
  }

  async renew(held: readonly HeldSlots[]): Promise<void> {
    const pairs = held.flatMap(({ id, slots }) => slots.map(({ key }) => [key, id]));
    const renewals: Promise<unknown>[] = [];
    // All are on their way before anybody frees a slot: one that is free must not be taken again.
    for (let start = 0; start < pairs.length; start += BATCH_MAX) {
      const batch = pairs.slice(start, start + BATCH_MAX).flat();
      renewals.push(this.#redis.run('limitsRenew', this.#root, ...batch));
    }
    await Promise.all(renewals);
  }

  async state(
    holder: string,
    statements: readonly ShareStatement[],
    leaving = false,
  ): Promise<readonly Share[]> {
    const shares: Share[] = [];
    for (let start = 0; start < statements.length; start += SHARES_BATCH_MAX) {
      const batch = statements
        .slice(start, start + SHARES_BATCH_MAX)
        .flatMap(({ key, max, needs, keep, lapseMs }) => [
          ...[key, `${max}`, `${Math.ceil(needs)}`, `${Math.ceil(keep)}`, `${lapseMs}`],
        ]);
      const answer = await this.#redis.run('sharesState', this.#root, holder, leaving ? '1' : '0', ...batch);
      const numbers = answer as number[];
      for (let at = 0; at < numbers.length; at += 2)
        shares.push({ granted: numbers[at] ?? 0, entitled: numbers[at + 1] ?? 0 });
    }
    return shares;
  }

  async close(): Promise<void> {
    // The last requests have just ended: their slots are to be free.
    await this.#batch.flush();
    await this.#redis.close();
  }
}
