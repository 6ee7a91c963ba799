import { type DataSource, type EntityManager, type QueryRunner } from 'typeorm';

/** First half of the advisory lock; the second is its name's hash. No other lock of ours has this number. */
const JUDGE_LOCK = 0x7467_0101;
const JUDGE_LOCK_NAME = 'channel_health';

/**
 * The right to judge: an advisory lock of one database session. Whatever the judge writes goes through that session,
 * so that a replica which lost the right can't write any more.
 */
export class Leadership {
  #runner: QueryRunner | undefined;

  constructor(private readonly dataSource: DataSource) {}

  get isHeld(): boolean {
    return this.#runner !== undefined;
  }

  /** `false`: another replica judges. */
  async tryAcquire(): Promise<boolean> {
    const runner = this.dataSource.createQueryRunner();
    try {
      const [row] = (await runner.query('select pg_try_advisory_lock($1, hashtext($2)) as led', [
        JUDGE_LOCK,
        JUDGE_LOCK_NAME,
      ])) as { led: boolean }[];
      if (row?.led === true) {
        this.#runner = runner;
        return true;
      }
    } catch (error) {
      await runner.release();
      throw error;
    }
    await runner.release();
    return false;
  }

  /** One transaction in the session. Throws when the session, and with it the right, is gone. */
  async transaction<Result>(work: (manager: EntityManager) => Promise<Result>): Promise<Result> {
    const runner = this.#runner;
    if (runner === undefined) {
      throw new Error('This replica does not judge.');
    }
    await runner.startTransaction();
    try {
      const result = await work(runner.manager);
      await runner.commitTransaction();
      return result;
    } catch (error) {
      await runner.rollbackTransaction();
      throw error;
    }
  }

  /** Gives the right back, or drops it when the session is gone already. */
  async release(): Promise<void> {
    const runner = this.#runner;
    this.#runner = undefined;
    if (runner === undefined) {
      return;
    }
    try {
      await runner.query('select pg_advisory_unlock($1, hashtext($2))', [JUDGE_LOCK, JUDGE_LOCK_NAME]);
    } finally {
      await runner.release();
    }
  }
}
