import type { ConsumerName, Topic } from '@tollgate/contracts';
import type pg from 'pg';
import { jsonOfBody, type DeadLetter, type EventMessage } from '../event-log.js';
import { quoted } from './connection.js';

export interface ClaimedRow {
  /** bigint as text. */
  readonly message: string;
  readonly message_id: string;
  readonly body: unknown;
  readonly attempts: number;
}

export interface ClaimInput {
  readonly topic: Topic;
  readonly consumer: ConsumerName;
  readonly limit: number;
  readonly ackWaitMs: number;
}

/** One delivery as a consumer holds it. `attempts` tells its claim from a later one of the same message. */
export interface Claim {
  readonly topic: Topic;
  readonly consumer: ConsumerName;
  readonly message: string;
  readonly attempts: number;
}

export interface StoreInput {
  readonly topic: Topic;
  readonly message: EventMessage;
  readonly consumers: readonly string[];
}

interface DeadLetterRow {
  readonly id: string;
  readonly topic: Topic;
  readonly consumer: ConsumerName;
  readonly message_id: string;
  readonly body: unknown;
  readonly reason: string;
  readonly attempts: number;
  readonly died_at: Date;
}

/** The statements of the queue tables. Visibility is judged by the database's clock, which all processes share. */
export class PostgresQueue {
  readonly channel: string;
  private readonly schema: string;

  constructor(
    private readonly pool: pg.Pool,
    schema: string,
  ) {
    this.schema = quoted(schema);
    this.channel = `${schema}_events`;
  }

  /** The payload once, a row a consumer, the wake-up: one statement, one commit. A known id stores nothing. */
  async store({ topic, message, consumers }: StoreInput): Promise<void> {
    await this.pool.query(
      `with fresh as (
         insert into ${this.schema}.message_ids (topic, message_id) values ($1, $2) on conflict do nothing returning 1
       ), stored as (
         insert into ${this.schema}.messages (topic, message_id, body) select $1, $2, $3::json from fresh returning id
       ), delivered as (
         insert into ${this.schema}.deliveries (topic, consumer, message)
         select $1, consumer, stored.id from stored, unnest($4::text[]) consumer returning 1
       )
       select pg_notify($5, $1) from (select count(*) from delivered) counted where counted.count > 0`,
      [topic, message.id, jsonOfBody(message.body), consumers, this.channel],
    );
  }

  async claim({ topic, consumer, limit, ackWaitMs }: ClaimInput): Promise<readonly ClaimedRow[]> {
    const claimed = await this.pool.query<ClaimedRow>(
      // Materialized: a re-executed subquery would lock more rows than the limit.
      `with due as materialized (
         select message from ${this.schema}.deliveries
         where topic = $1 and consumer = $2 and visible_at <= now()
         order by message limit $3 for update skip locked
       ), claimed as (
         update ${this.schema}.deliveries delivery
         set attempts = attempts + 1, visible_at = now() + $4 * interval '1 millisecond'
         from due where delivery.topic = $1 and delivery.consumer = $2 and delivery.message = due.message
         returning delivery.message, delivery.attempts
       )
       select claimed.message, claimed.attempts, stored.message_id, stored.body
       from claimed join ${this.schema}.messages stored on stored.id = claimed.message
       order by claimed.message`,
      [topic, consumer, limit, ackWaitMs],
    );
    return claimed.rows;
  }

  /** Milliseconds until a delivery becomes visible; `undefined`: there is none. */
  async nextDueMs(topic: Topic, consumer: ConsumerName): Promise<number | undefined> {
    const due = await this.pool.query<{ wait_ms: number | null }>(
      `select (extract(epoch from min(visible_at) - clock_timestamp()) * 1000)::float8 as wait_ms
       from ${this.schema}.deliveries where topic = $1 and consumer = $2`,
      [topic, consumer],
    );
    return due.rows[0]?.wait_ms ?? undefined;
  }

  /** A late acknowledgement counts too: the work is done, whoever holds the message now. */
  async ack(topic: Topic, consumer: ConsumerName, messages: readonly string[]): Promise<void> {
    await this.pool.query(
      `with settled as (
         delete from ${this.schema}.deliveries
         where topic = $1 and consumer = $2 and message = any($3::bigint[]) returning message
       )
       delete from ${this.schema}.messages stored using settled
       where stored.id = settled.message and not exists (
         select from ${this.schema}.deliveries other where other.message = stored.id and other.consumer <> $2)`,
      [topic, consumer, messages],
    );
  }

  async retry(claim: Claim, delayMs: number): Promise<void> {
    await this.pool.query(
      `update ${this.schema}.deliveries set visible_at = now() + $5 * interval '1 millisecond'
       where topic = $1 and consumer = $2 and message = $3 and attempts = $4`,
      [claim.topic, claim.consumer, claim.message, claim.attempts, delayMs],
    );
  }

  /** `attempts` in the dead letter may be less than in the claim: a claim beyond the limit was not delivered. */
  async bury(claim: Claim, reason: string, attempts: number): Promise<void> {
    await this.pool.query(
      `with settled as (
         delete from ${this.schema}.deliveries
         where topic = $1 and consumer = $2 and message = $3 and attempts = $4 returning message
       )
       insert into ${this.schema}.dead_letters (topic, consumer, message_id, body, reason, attempts)
       select $1, $2, stored.message_id, stored.body, $5, $6
       from settled join ${this.schema}.messages stored on stored.id = settled.message`,
      [claim.topic, claim.consumer, claim.message, claim.attempts, reason, attempts],
    );
  }

  async listDeadLetters(limit: number): Promise<readonly DeadLetter[]> {
    const letters = await this.pool.query<DeadLetterRow>(
      `select id, topic, consumer, message_id, body, reason, attempts, died_at
       from ${this.schema}.dead_letters order by id limit $1`,
      [limit],
    );
    return letters.rows.map((row) => ({
      id: row.id,
      topic: row.topic,
      consumer: row.consumer,
      messageId: row.message_id,
      body: row.body,
      reason: row.reason,
      attempts: row.attempts,
      diedAt: row.died_at.getTime(),
    }));
  }

  async replay(id: string): Promise<boolean> {
    const replayed = await this.pool.query(
      `with letter as (
         delete from ${this.schema}.dead_letters where id = $1 returning topic, consumer, message_id, body
       ), stored as (
         insert into ${this.schema}.messages (topic, message_id, body) select topic, message_id, body from letter
         returning id
       ), delivered as (
         insert into ${this.schema}.deliveries (topic, consumer, message)
         select letter.topic, letter.consumer, stored.id from letter, stored returning topic
       )
       select pg_notify($2, topic) from delivered`,
      [id, this.channel],
    );
    return replayed.rows.length > 0;
  }

  async discard(id: string): Promise<boolean> {
    const discarded = await this.pool.query(`delete from ${this.schema}.dead_letters where id = $1`, [id]);
    return (discarded.rowCount ?? 0) > 0;
  }

  /**
   * Forgets message ids older than the window, and payloads that no delivery refers to: those of dead letters
   * and of consumers that settled one message at the same moment.
   */
  async prune(windowMs: number): Promise<void> {
    await this.pool.query(
      `delete from ${this.schema}.message_ids where published_at < now() - $1 * interval '1 millisecond'`,
      [windowMs],
    );
    await this.pool.query(
      `delete from ${this.schema}.messages stored where published_at < now() - interval '1 minute'
       and not exists (select from ${this.schema}.deliveries where message = stored.id)`,
    );
  }
}
