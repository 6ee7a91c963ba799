import { clientOf, SessionLock } from '@tollgate/persistence';
import { type DataSource, type EntityManager, type QueryRunner } from 'typeorm';

/** No other lock of ours has this number. */
const JUDGE_LOCK = { key: 0x7467_0101, name: 'channel_health' };

interface Held {
  readonly runner: QueryRunner;
  readonly lock: SessionLock;
}

/**
 * The right to judge: an advisory lock of one database session. Whatever the judge writes goes through that session,
 * so that a replica which lost the right can't write any more; what it does elsewhere it does while the right is certain.
 */
export class Leadership {
  #held: Held | undefined;

  /** `onLost`: the right is gone, and nobody gave it back. */
  constructor(
    private readonly dataSource: DataSource,
    private readonly onLost: () => void,
  ) {}

  /** It was acquired, and is not known to be lost. */
  get isHeld(): boolean {
    return this.#held?.lock.isLost === false;
  }

  /** It is this replica's, for a moment at least; `false` also after a pause, until that has been asked. */
  get isCertain(): boolean {
    return this.#held?.lock.isCertain === true;
  }

  /** Asks whether the right is still this replica's, unless that is certain. Throws when it is not. */
  async confirm(): Promise<void> {
    await this.#mustHold().lock.confirm();
  }

  /** `false`: another replica judges. */
  async tryAcquire(): Promise<boolean> {
    const runner = this.dataSource.createQueryRunner();
    try {
      const client = await clientOf(runner);
      const lock = await SessionLock.tryTake(client, { ...JUDGE_LOCK, onLost: this.onLost });
      if (lock !== undefined) {
        this.#held = { runner, lock };
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
    const { runner } = this.#mustHold();
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

  /** Gives the right back with its session, or drops it when the session is gone already. `false`: it had none. */
  async release(): Promise<boolean> {
    const held = this.#held;
    this.#held = undefined;
    if (held === undefined) {
      return false;
    }
    try {
      await held.lock.release();
    } finally {
      await held.runner.release();
    }
    return true;
  }

  #mustHold(): Held {
    if (this.#held === undefined) {
      throw new Error('This replica does not judge.');
    }
    return this.#held;
  }
}
