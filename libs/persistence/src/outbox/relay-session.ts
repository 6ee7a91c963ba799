import pg from 'pg';
import { ADVISORY_LOCKS } from '../advisory-locks.js';
import { endSession, SessionLock } from '../session-lock.js';
import { OUTBOX_TABLE, outboxChannel } from './outbox-table.js';

export interface StoredEntry {
  /** `bigint` as text. */
  readonly position: string;
  readonly kind: 'document' | 'event';
  readonly target: string;
  readonly key: string;
  /** `null` deletes a document. */
  readonly body: unknown;
}

export interface RelaySessionOptions {
  readonly url: string;
  readonly schema: string;
  /** Something may have happened: an insert, or the end of the session. */
  readonly onWake: () => void;
}

const CONNECT_TIMEOUT_MS = 5_000;
const QUERY_TIMEOUT_MS = 15_000;

/**
 * The relay's own connection. The right to deliver is an advisory lock of this very session: it ends when the session
 * does, and whatever the relay reads or deletes goes through the session, so none without the right does either.
 */
export class RelaySession {
  #lost = false;
  #lock: SessionLock | undefined;

  private constructor(
    private readonly client: pg.Client,
    private readonly schema: string,
    private readonly onWake: () => void,
  ) {}

  /** @throws the driver's error when the database can't be reached */
  static async open({ url, schema, onWake }: RelaySessionOptions): Promise<RelaySession> {
    const client = new pg.Client({
      connectionString: url,
      application_name: `tollgate outbox relay ${schema}`,
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      query_timeout: QUERY_TIMEOUT_MS,
      keepAlive: true,
    });
    const session = new RelaySession(client, schema, onWake);
    const onLost = (): void => {
      session.#lost = true;
      onWake();
    };
    client.on('error', onLost).on('end', onLost).on('notification', onWake);
    await client.connect();
    return session;
  }

  /** The session is over, and with it the right to deliver. */
  get lost(): boolean {
    return this.#lost;
  }

  /** `true`: this session delivers from now on, and inserts wake it. `false`: another one does. */
  async tryLead(): Promise<boolean> {
    const { outboxRelay: key } = ADVISORY_LOCKS;
    this.#lock = await SessionLock.tryTake(this.client, { key, name: this.schema, onLost: this.onWake });
    if (this.#lock === undefined) return false;
    await this.client.query(`listen ${this.client.escapeIdentifier(outboxChannel(this.schema))}`);
    return true;
  }

  /** Asks whether this session still delivers, unless that is certain. @throws when it does not */
  async confirmLead(): Promise<void> {
    await this.#lock?.confirm();
  }

  /** The oldest entries. */
  async read(limit: number): Promise<readonly StoredEntry[]> {
    const { rows } = await this.client.query<StoredEntry>({
      name: 'outbox-read',
      text: `select position, kind, target, key, body from ${this.schema}.${OUTBOX_TABLE} order by position limit $1`,
      values: [limit],
    });
    return rows;
  }

  async remove(entries: readonly StoredEntry[]): Promise<void> {
    await this.client.query({
      name: 'outbox-remove',
      text: `delete from ${this.schema}.${OUTBOX_TABLE} where position = any($1::bigint[])`,
      values: [entries.map((entry) => entry.position)],
    });
  }

  /** Ends within a bound, also when the server is silent. */
  async close(): Promise<void> {
    this.#lost = true;
    await (this.#lock?.release() ?? endSession(this.client));
  }
}
