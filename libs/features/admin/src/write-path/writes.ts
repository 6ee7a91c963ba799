import { newId, type BucketName, type Clock, type Topic } from '@tollgate/contracts';
import { insertOutbox, withTransaction, type OutboxEntry } from '@tollgate/persistence';
import type { DataSource, EntityManager } from 'typeorm';
import { AuditEntryEntity } from '../audit/audit-entry.entity.js';
import type { Actor } from './actor.js';
import { fromConstraintViolation } from './constraint-errors.js';

/** What a write did to one thing. `before` and `after` hold no secret. */
export interface AuditFact {
  /** E.g. `channel.update`. */
  readonly action: string;
  readonly subject: { readonly kind: string; readonly id: string; readonly name: string };
  readonly before?: object;
  readonly after?: object;
}

/** One transaction, while it is open. */
export interface Write {
  readonly manager: EntityManager;
  readonly actor: Actor;
  /** The time of the write: one for all that it does. */
  readonly now: Date;
  audit(fact: AuditFact): void;
  /** Puts a document for the proxies, or deletes it (`null`), once the write is committed. */
  document(bucket: BucketName, key: string, value: object | null): void;
  /** Publishes an event once the write is committed. */
  event(topic: Topic, messageId: string, body: object): void;
}

/** Any constant will do; it names the lock of this schema's configuration. */
const CONFIGURATION_LOCK = 7_468_301;
/** Postgres takes 65,535 parameters a statement; a row has 11. */
const AUDIT_ROWS_PER_INSERT = 1_000;

/**
 * The one way in which admin writes: the change, its audit rows and its outbox entries are one transaction.
 * Single writes share a lock that applying a file holds alone, so that a plan is carried out on what it was made for.
 */
export class Writes {
  constructor(
    private readonly dataSource: DataSource,
    private readonly clock: Clock,
  ) {}

  /** @throws GatewayError `already_exists` or `in_use` for a violated constraint */
  run<Result>(actor: Actor, work: (write: Write) => Promise<Result>): Promise<Result> {
    return this.transaction('pg_advisory_xact_lock_shared', actor, work);
  }

  /** No other write runs meanwhile, in this process or another. */
  runAlone<Result>(actor: Actor, work: (write: Write) => Promise<Result>): Promise<Result> {
    return this.transaction('pg_advisory_xact_lock', actor, work);
  }

  private async transaction<Result>(
    lock: string,
    actor: Actor,
    work: (write: Write) => Promise<Result>,
  ): Promise<Result> {
    try {
      return await withTransaction(this.dataSource, async (manager) => {
        await manager.query(`select ${lock}($1)`, [CONFIGURATION_LOCK]);
        const write = new OpenWrite(manager, actor, new Date(this.clock.now()));
        const result = await work(write);
        await write.flush();
        return result;
      });
    } catch (error) {
      throw fromConstraintViolation(error);
    }
  }
}

class OpenWrite implements Write {
  private readonly auditEntries: AuditEntryEntity[] = [];
  private readonly outboxEntries: OutboxEntry[] = [];

  constructor(
    readonly manager: EntityManager,
    readonly actor: Actor,
    readonly now: Date,
  ) {}

  audit({ action, subject, before, after }: AuditFact): void {
    this.auditEntries.push(
      this.manager.create(AuditEntryEntity, {
        id: newId(),
        occurredAt: this.now,
        actorId: this.actor.id,
        actorName: this.actor.name,
        via: this.actor.via,
        action,
        subjectKind: subject.kind,
        subjectId: subject.id,
        subjectName: subject.name,
        before: before ?? null,
        after: after ?? null,
      }),
    );
  }

  document(bucket: BucketName, key: string, value: object | null): void {
    this.outboxEntries.push({ kind: 'document', bucket, key, value });
  }

  event(topic: Topic, messageId: string, body: object): void {
    this.outboxEntries.push({ kind: 'event', topic, messageId, body });
  }

  async flush(): Promise<void> {
    for (let first = 0; first < this.auditEntries.length; first += AUDIT_ROWS_PER_INSERT) {
      const rows = this.auditEntries.slice(first, first + AUDIT_ROWS_PER_INSERT);
      await this.manager.insert(AuditEntryEntity, rows);
    }
    if (this.outboxEntries.length > 0) await insertOutbox(this.manager, this.outboxEntries);
  }
}
