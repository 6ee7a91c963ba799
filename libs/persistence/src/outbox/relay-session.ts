import pg from 'pg';
import { ADVISORY_LOCKS } from '../advisory-locks.js';
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
const CLOSE_TIMEOUT_MS = 2_000;
/** The server gives the relay's lock free when a relay's machine has been silent for about 25 s. */
const KEEP_ALIVE = { idleSeconds: 10, intervalSeconds: 5, count: 3 };

/**
 * The relay's own connection. The right to deliver is an advisory lock of this very session: it ends when the session
 * does, and whatever the relay reads or deletes goes through the session, so none without the right does either.
 */
export class RelaySession {
  #lost = false;

  private constructor(
    private readonly client: pg.Client,
    private readonly schema: string,
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
    const session = new RelaySession(client, schema);
    const onLost = (): void => {
      session.#lost = true;
      onWake();
    };
    client.on('error', onLost).on('end', onLost).on('notification', onWake);
    await client.connect();
    await client.query(
      `set tcp_keepalives_idle = ${String(KEEP_ALIVE.idleSeconds)};` +
        `set tcp_keepalives_interval = ${String(KEEP_ALIVE.intervalSeconds)};` +
        `set tcp_keepalives_count = ${String(KEEP_ALIVE.count)}`,
    );
    return session;
  }

  /** The session is over, and with it the right to deliver. */
  get lost(): boolean {
    return this.#lost;
  }

  /** `true`: this session delivers from now on, and inserts wake it. `false`: another one does. */
  async tryLead(): Promise<boolean> {
    const { rows } = await this.client.query<{ led: boolean }>(
      'select pg_try_advisory_lock($1, hashtext($2)) as led',
      [ADVISORY_LOCKS.outboxRelay, this.schema],
    );
    if (rows[0]?.led !== true) return false;
    await this.client.query(`listen ${this.client.escapeIdentifier(outboxChannel(this.schema))}`);
    return true;
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
    const silent = setTimeout(() => this.client.connection.stream.destroy(), CLOSE_TIMEOUT_MS);
    await this.client.end().finally(() => {
      clearTimeout(silent);
    });
  }
}
