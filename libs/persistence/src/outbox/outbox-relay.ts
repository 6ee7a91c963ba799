import { setTimeout as pause } from 'node:timers/promises';
import { type BucketName, type Clock, type Topic } from '@tollgate/contracts';
import { type DocumentStore, type EventLog } from '@tollgate/messaging';
import { type DataSource } from 'typeorm';
import { connectionOf } from '../data-source.js';
import { describeDatabaseFailure } from '../database-failure.js';
import { checkedSchemaName } from '../schema-name.js';
import { messageOf } from '../thrown.js';
import { Backoff } from './backoff.js';
import { OUTBOX_TABLE } from './outbox-table.js';
import { RelaySession, type StoredEntry } from './relay-session.js';
import { WakeSignal } from './wake-signal.js';
import { type LoggerPort } from '../logger-port.js';

export interface OutboxRelayOptions {
  readonly dataSource: DataSource;
  readonly schema: string;
  readonly documents: DocumentStore;
  readonly eventLog: EventLog;
  readonly logger: LoggerPort;
  readonly clock: Clock;
}

export interface OutboxBacklog {
  readonly entries: number;
  /** How long the oldest entry has waited; 0 when there is none. */
  readonly oldestAgeMs: number;
}

const BATCH_MAX = 200;
/** How often a relay looks without being woken, and a waiting one asks whether the active one is gone. */
const POLL_MS = 1_000;
const DELIVERY_TIMEOUT_MS = 15_000;
const DRAIN_POLL_MS = 20;

/** A target that did not take an entry; the entry stays first in the queue. */
class DeliveryFailure extends Error {
  constructor(
    readonly entry: StoredEntry,
    cause: unknown,
  ) {
    super(`Delivery to ${entry.kind} target "${entry.target}" failed: ${messageOf(cause)}`, { cause });
  }
}

/**
 * Carries committed outbox entries to the document store and the event log: strictly in order, at least once, one
 * relay at a time however many run. An entry that can't be delivered holds back those behind it, for order is what
 * readers of documents rely on; the relay says so in the log and tries again until it can.
 */
export class OutboxRelay {
  readonly #wake = new WakeSignal();
  readonly #backoff = new Backoff();
  readonly #url: string;
  readonly #schema: string;
  #stopping = new AbortController();
  #running: Promise<void> | undefined;
  /** Set while something is away: when it began, for the log. */
  #failingSince: number | undefined;

  constructor(private readonly options: OutboxRelayOptions) {
    this.#url = connectionOf(options.dataSource).url;
    this.#schema = checkedSchemaName(options.schema);
  }

  /** Begins to relay in the background; a second call changes nothing. The database may be away. */
  start(): void {
    if (this.#running !== undefined) return;
    this.#stopping = new AbortController();
    this.#running = this.#run(this.#stopping.signal);
  }

  /** Ends after the delivery under way. What is left is delivered by the next relay. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#wake.raise();
    await this.#running;
    this.#running = undefined;
  }

  /**
   * Resolves once all that was committed before the call has been delivered, by this relay or another one. Starts a
   * relay that is not running for as long as it takes.
   *
   * @throws Error when the relay is stopped meanwhile
   */
  async drain(): Promise<void> {
    if (this.#running !== undefined) return this.#untilDelivered(this.#stopping.signal);
    this.start();
    try {
      await this.#untilDelivered(this.#stopping.signal);
    } finally {
      await this.stop();
    }
  }

  /** What waits to be delivered; for metrics and readiness. */
  async backlog(): Promise<OutboxBacklog> {
    const [row] = await this.#query<{ entries: string; age: string }>(
      `select count(*) as entries,
        coalesce(extract(epoch from clock_timestamp() - min(created_at)), 0) * 1000 as age`,
    );
    return { entries: Number(row?.entries ?? 0), oldestAgeMs: Number(row?.age ?? 0) };
  }

  async #run(stopping: AbortSignal): Promise<void> {
    while (!stopping.aborted) {
      const session = await this.#openSession();
      if (session !== undefined) {
        await this.#serve(session, stopping).catch((error: unknown) => {
          this.#failed(describeDatabaseFailure(error, this.#url));
        });
        await session.close().catch((error: unknown) => {
          this.options.logger.debug({ error }, 'The connection of the outbox relay was gone before its end.');
        });
      }
      if (!stopping.aborted) await this.#rest(stopping);
    }
  }

  async #openSession(): Promise<RelaySession | undefined> {
    try {
      return await RelaySession.open({
        url: this.#url,
        schema: this.#schema,
        onWake: () => {
          this.#wake.raise();
        },
      });
    } catch (error) {
      this.#failed(describeDatabaseFailure(error, this.#url));
      return undefined;
    }
  }

  /** Until stopped or the session ends: waits to become the active relay, then delivers. */
  async #serve(session: RelaySession, stopping: AbortSignal): Promise<void> {
    let leading = false;
    while (!stopping.aborted && !session.lost) {
      leading ||= await session.tryLead();
      const outcome = leading ? await this.#deliverBatch(session, stopping) : 'idle';
      if (outcome === 'failed') await this.#rest(stopping);
      if (outcome === 'idle') await this.#wake.wait(POLL_MS);
    }
  }

  async #deliverBatch(
    session: RelaySession,
    stopping: AbortSignal,
  ): Promise<'delivered' | 'failed' | 'idle'> {
    const entries = await session.read(BATCH_MAX);
    const delivered: StoredEntry[] = [];
    try {
      for (const entry of entries) {
        if (stopping.aborted) break;
        // Without the session the right to deliver is gone too: another relay may be at these entries already.
        await session.confirmLead();
        await this.#deliver(entry);
        delivered.push(entry);
      }
    } catch (error) {
      this.#failed(error);
      return 'failed';
    } finally {
      if (delivered.length > 0) await session.remove(delivered);
    }
    this.#recovered();
    return entries.length === 0 ? 'idle' : 'delivered';
  }

  async #deliver(entry: StoredEntry): Promise<void> {
    const timeout = new AbortController();
    try {
      await Promise.race([
        this.#send(entry),
        pause(DELIVERY_TIMEOUT_MS, undefined, { signal: timeout.signal }).then(() => {
          throw new Error(`no answer within ${String(DELIVERY_TIMEOUT_MS / 1_000)} s`);
        }),
      ]);
    } catch (error) {
      throw new DeliveryFailure(entry, error);
    } finally {
      timeout.abort();
    }
  }

  async #send(entry: StoredEntry): Promise<void> {
    if (entry.kind === 'event') {
      // The targets were typed when the entry was inserted; the table holds them as text.
      return this.options.eventLog.publish(entry.target as Topic, { id: entry.key, body: entry.body });
    }
    const bucket = this.options.documents.bucket(entry.target as BucketName);
    if (entry.body === null) return bucket.delete(entry.key);
    await bucket.put(entry.key, entry.body);
  }

  async #rest(stopping: AbortSignal): Promise<void> {
    await pause(this.#backoff.nextMs(), undefined, { signal: stopping }).catch((error: unknown) => {
      if (!stopping.aborted) throw error;
    });
  }

  /** One line when an outage begins, one when it ends; the tries in between are for debugging. */
  #failed(error: unknown): void {
    const first = this.#failingSince === undefined;
    this.#failingSince ??= this.options.clock.monotonic();
    const entry = error instanceof DeliveryFailure ? error.entry : undefined;
    const fields = { schema: this.#schema, kind: entry?.kind, target: entry?.target, key: entry?.key };
    const line = `The outbox waits: ${messageOf(error)}`;
    if (first) this.options.logger.warn(fields, line);
    else this.options.logger.debug(fields, line);
  }

  #recovered(): void {
    this.#backoff.reset();
    if (this.#failingSince === undefined) return;
    const outageMs = Math.round(this.options.clock.monotonic() - this.#failingSince);
    this.#failingSince = undefined;
    this.options.logger.info({ schema: this.#schema, outageMs }, 'The outbox is delivered again.');
  }

  async #untilDelivered(stopping: AbortSignal): Promise<void> {
    const [newest] = await this.#query<{ position: string | null }>('select max(position) as position');
    if (newest === undefined || newest.position === null) return;
    for (;;) {
      const [left] = await this.#query<{ waiting: boolean }>('select min(position) <= $1 as waiting', [
        newest.position,
      ]);
      if (left?.waiting !== true) return;
      if (stopping.aborted)
        throw new Error('The outbox relay was stopped before it had delivered everything.');
      await pause(DRAIN_POLL_MS);
    }
  }

  async #query<Row>(selection: string, parameters: unknown[] = []): Promise<Row[]> {
    return this.options.dataSource.query<Row[]>(
      `${selection} from ${this.#schema}.${OUTBOX_TABLE}`,
      parameters,
    );
  }
}
