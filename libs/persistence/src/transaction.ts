import { setTimeout as pause } from 'node:timers/promises';
import { type DataSource, type EntityManager } from 'typeorm';
import { codeOf } from './thrown.js';

export interface TransactionOptions {
  /** Default `READ COMMITTED`. */
  readonly isolation?: 'READ COMMITTED' | 'REPEATABLE READ' | 'SERIALIZABLE';
  /** Runs at most; default 5. */
  readonly attemptsMax?: number;
}

const ATTEMPTS_MAX_DEFAULT = 5;
const PAUSE_MS = 5;
/** serialization_failure, deadlock_detected: nothing happened, the same work may succeed when run again. */
const CONFLICTS: ReadonlySet<string> = new Set(['40001', '40P01']);

/**
 * Runs `work` in a transaction, again when Postgres ended it for a serialization failure or a deadlock. `work` may
 * therefore run several times: its only effects are those made through the manager it gets.
 *
 * @throws what `work` throws; the last conflict when each attempt met one
 */
export async function withTransaction<Result>(
  dataSource: DataSource,
  work: (manager: EntityManager) => Promise<Result>,
  options: TransactionOptions = {},
): Promise<Result> {
  const { isolation = 'READ COMMITTED', attemptsMax = ATTEMPTS_MAX_DEFAULT } = options;
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await dataSource.transaction(isolation, work);
    } catch (error) {
      if (attempt >= attemptsMax || !isConflict(error)) throw error;
    }
    await pause(Math.random() * PAUSE_MS * 2 ** attempt);
  }
}

/** Whether Postgres ended a transaction because of another one, and running it again is right. */
export function isConflict(error: unknown): boolean {
  const code = codeOf(error);
  return code !== undefined && CONFLICTS.has(code);
}
