import pg from 'pg';
import { backoffMs } from '../consumption/backoff.js';
import { Wakeup } from '../consumption/wakeup.js';
import type { MessagingLogger } from '../logger.js';
import { reasonOf, unavailable } from '../unavailable.js';

export interface PostgresConnectionOptions {
  /** The caller's pool; it stays the caller's to end. Either this or `databaseUrl`. */
  readonly pool?: pg.Pool;
  readonly databaseUrl?: string;
  readonly logger: MessagingLogger;
}

export interface NotificationHandler {
  notified(payload: string): void;
  /** LISTEN is in force; `again`: notifications may have been missed since it was lost. */
  listening(again: boolean): void;
}

export interface Listening {
  /** Resolves when LISTEN is in force; rejects when the attempt under way fails (a later one follows). */
  readonly inForce: Promise<void>;
  stop(): void;
}

/** One try to have a connection that listens. */
interface Attempt {
  readonly promise: Promise<void>;
  resolve(): void;
  reject(error: unknown): void;
}

/** A pool for statements and one shared connection that listens, and reconnects for ever. */
export class PostgresConnection {
  readonly pool: pg.Pool;
  private readonly ownsPool: boolean;
  private readonly handlers = new Map<string, Set<NotificationHandler>>();
  private readonly wakeup = new Wakeup();
  private listener: pg.Client | undefined;
  private keepListening: Promise<void> | undefined;
  private attempt: Attempt = newAttempt();
  private lastStatement: Promise<unknown> = Promise.resolve();
  private connectedOnce = false;
  private closed = false;

  constructor(private readonly options: PostgresConnectionOptions) {
    this.ownsPool = options.pool === undefined;
    this.pool = options.pool ?? ownPool(options);
  }

  /** Registers for a channel; from then on until `stop`, connections that are lost are replaced. */
  listen(channel: string, handler: NotificationHandler): Listening {
    const handlers = this.handlers.get(channel) ?? new Set();
    handlers.add(handler);
    this.handlers.set(channel, handlers);
    this.keepListening ??= this.runListener();
    const inForce =
      this.listener === undefined ? this.attempt.promise : this.subscribe(this.listener, channel, handler);
    inForce.catch(() => undefined);
    return { inForce, stop: () => void handlers.delete(handler) };
  }

  async ping(): Promise<void> {
    try {
      await withinMs(this.pool.query('select 1'), 2_000);
    } catch (error) {
      throw unavailable('The messaging database could not be reached', error);
    }
  }

  async close(): Promise<void> {
    if (this.closed) return;
    this.closed = true;
    this.attempt.reject(new Error('the connection was closed'));
    this.wakeup.wake();
    await this.listener?.end().catch(() => undefined);
    await this.keepListening;
    if (this.ownsPool) await this.pool.end();
  }

  private async runListener(): Promise<void> {
    let failures = 0;
    while (!this.closed) {
      try {
        await this.listenUntilLost();
        failures = 0;
      } catch (error) {
        failures += 1;
        this.attempt.reject(error);
        if (failures === 1) this.logLost(error);
      }
      this.listener = undefined;
      this.attempt = newAttempt();
      if (!this.closed) await this.wakeup.sleep(backoffMs(failures + 1, 50, 2_000));
    }
  }

  /** Resolves when a connection that listened has ended; rejects when there was none to be had. */
  private async listenUntilLost(): Promise<void> {
    const client = new pg.Client(listenerOptions(this.pool));
    const ended = new Promise<void>((resolve) => {
      client.on('end', () => resolve());
      client.on('error', (error) => this.logLost(error));
    });
    client.on('notification', ({ channel, payload }) => this.dispatch(channel, payload ?? ''));
    try {
      await client.connect();
      this.listener = client;
      for (const channel of this.handlers.keys()) await this.listenTo(client, channel);
    } catch (error) {
      await client.end().catch(() => undefined);
      throw error;
    }
    if (this.closed) await client.end();
    const again = this.connectedOnce;
    this.connectedOnce = true;
    for (const handlers of this.handlers.values()) for (const handler of handlers) handler.listening(again);
    this.attempt.resolve();
    await ended;
  }

  /** If it fails, the connection is going: the next one listens to every registered channel. */
  private async subscribe(client: pg.Client, channel: string, handler: NotificationHandler): Promise<void> {
    await this.listenTo(client, channel);
    handler.listening(false);
  }

  /** One after the other: a client takes one statement at a time. */
  private listenTo(client: pg.Client, channel: string): Promise<unknown> {
    const listening = this.lastStatement.then(() => client.query(`listen ${quoted(channel)}`));
    this.lastStatement = listening.catch(() => undefined);
    return listening;
  }

  private dispatch(channel: string, payload: string): void {
    for (const handler of this.handlers.get(channel) ?? []) handler.notified(payload);
  }

  private logLost(error: unknown): void {
    if (this.closed) return;
    this.options.logger.warn(
      { reason: reasonOf(error) },
      'Lost the connection that listens for changes in Postgres; reconnecting.',
    );
  }
}

function newAttempt(): Attempt {
  let resolve: () => void = () => undefined;
  let reject: (error: unknown) => void = () => undefined;
  const promise = new Promise<void>((onDone, onFailure) => {
    resolve = onDone;
    reject = onFailure;
  });
  promise.catch(() => undefined);
  return { promise, resolve, reject };
}

function ownPool(options: PostgresConnectionOptions): pg.Pool {
  if (options.databaseUrl === undefined) throw new Error('Postgres messaging needs a pool or a databaseUrl.');
  const pool = new pg.Pool({
    connectionString: options.databaseUrl,
    application_name: 'tollgate messaging',
    max: 6,
    // Counts the wait for a free connection too, hence more than a connection takes.
    connectionTimeoutMillis: 10_000,
    query_timeout: 15_000,
    keepAlive: true,
  });
  // Without a listener the loss of an idle connection would end the process.
  pool.on('error', (error) =>
    options.logger.warn({ reason: reasonOf(error) }, 'Lost a connection to Postgres.'),
  );
  return pool;
}

function listenerOptions(pool: pg.Pool): pg.ClientConfig {
  const { options } = pool;
  // pg hides the password from enumeration, so a spread alone would lose it.
  const password = options.password === undefined ? {} : { password: options.password };
  return {
    ...options,
    ...password,
    application_name: 'tollgate messaging listener',
    keepAlive: true,
    connectionTimeoutMillis: 5_000,
  };
}

async function withinMs<Value>(work: Promise<Value>, timeoutMs: number): Promise<Value> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${timeoutMs} ms`)), timeoutMs);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

export function quoted(identifier: string): string {
  return `"${identifier.replaceAll('"', '""')}"`;
}
