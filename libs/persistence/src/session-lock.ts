import type pg from 'pg';
import type { QueryRunner } from 'typeorm';

export interface SessionLockOptions {
  /** First half of the advisory lock. */
  readonly key: number;
  /** What its second half is the hash of. */
  readonly name: string;
  /** The session is over, and the lock with it. Called once. */
  readonly onLost: () => void;
}

/** The server ends a session that asks nothing for so long, and gives its lock free. */
const SILENCE_MAX_MS = 6_000;
/** Less, for a process notices late what the clock says. */
const CERTAIN_MS = 5_000;
const ASK_EVERY_MS = 2_000;
/** The longest time that a statement of the holder may take: a question waits behind it. */
const ANSWER_TIMEOUT_MS = 15_000;
const END_TIMEOUT_MS = 2_000;

const TAKE = `with attempt as materialized (select pg_try_advisory_lock($1, hashtext($2)) as taken)
  select taken,
    case when taken then set_config('idle_session_timeout', $3, false) end,
    case when taken then set_config('idle_in_transaction_session_timeout', $3, false) end
  from attempt`;

/**
 * An advisory lock of a session whose holder must not be silent. A process that hangs, and a machine that loses its power
 * or its network, keep a connection open for hours; the server ends this one after 6 s, so that another holder works
 * within 10 s. The holder asks something every 2 s, whatever else it does, and knows for 5 s after each answer that
 * the lock is still its own: one that was stopped and goes on finds that time over and asks before it acts.
 */
export class SessionLock {
  #askedAt: number;
  #isLost = false;
  #question: Promise<void> | undefined;
  readonly #asking: NodeJS.Timeout;
  readonly #onEnd = (): void => {
    this.#lose();
  };

  private constructor(
    private readonly client: pg.Client,
    private readonly options: SessionLockOptions,
    takenAt: number,
  ) {
    this.#askedAt = takenAt;
    this.#asking = setInterval(() => void this.#ask(), ASK_EVERY_MS);
    client.on('end', this.#onEnd);
  }

  /** `undefined`: another session has it. The session of a lock is not for other work, and ends with it. */
  static async tryTake(client: pg.Client, options: SessionLockOptions): Promise<SessionLock | undefined> {
    const askedAt = performance.now();
    const { rows } = await client.query<{ taken: boolean }>(TAKE, [
      ...[options.key, options.name, `${String(SILENCE_MAX_MS)}ms`],
    ]);
    return rows[0]?.taken === true ? new SessionLock(client, options, askedAt) : undefined;
  }

  /** The session is over. */
  get isLost(): boolean {
    return this.#isLost;
  }

  /** The lock is this session's, for a moment at least. `false`: that is to be asked. */
  get isCertain(): boolean {
    return !this.#isLost && performance.now() - this.#askedAt < CERTAIN_MS;
  }

  /** Asks the server unless it is certain. @throws when the lock is lost */
  async confirm(): Promise<void> {
    // What was asked before a pause is not enough when it is answered.
    while (!this.isCertain && !this.#isLost) await this.#ask();
    if (this.#isLost) throw new Error('The database session is over, and its lock with it.');
  }

  /** Gives the lock free with its session; within a bound, also when the server is silent. */
  async release(): Promise<void> {
    clearInterval(this.#asking);
    this.client.off('end', this.#onEnd);
    this.#isLost = true;
    await endSession(this.client);
  }

  /** One question at a time. Never rejects. */
  #ask(): Promise<void> {
    this.#question ??= this.#askServer().finally(() => {
      this.#question = undefined;
    });
    return this.#question;
  }

  async #askServer(): Promise<void> {
    const askedAt = performance.now();
    const silent = setTimeout(() => {
      this.client.connection.stream.destroy();
    }, ANSWER_TIMEOUT_MS);
    try {
      // Nothing at all: that is answered also in a transaction that has failed.
      await this.client.query('');
      this.#askedAt = askedAt;
    } catch {
      this.#lose();
    } finally {
      clearTimeout(silent);
    }
  }

  #lose(): void {
    if (this.#isLost) return;
    this.#isLost = true;
    clearInterval(this.#asking);
    this.client.connection.stream.destroy();
    this.options.onLost();
  }
}

/** The connection that a query runner works on. */
export async function clientOf(runner: QueryRunner): Promise<pg.Client> {
  return (await runner.connect()) as pg.Client;
}

/** Ends a session within a bound, also when the server is silent. */
export async function endSession(client: pg.Client): Promise<void> {
  const silent = setTimeout(() => client.connection.stream.destroy(), END_TIMEOUT_MS);
  await client.end().finally(() => {
    clearTimeout(silent);
  });
}
