import type { BucketName } from '@tollgate/contracts';
import { backoffMs } from '../consumption/backoff.js';
import { Wakeup } from '../consumption/wakeup.js';
import type { DocumentChange, Watch, WatchInput } from '../document-store.js';
import type { MessagingLogger } from '../logger.js';
import { reasonOf } from '../unavailable.js';
import type { PostgresConnection } from './connection.js';
import type { ChangedRow, ChangesPage, PostgresDocumentTable } from './document-table.js';

const PAGE_SIZE = 500;
/** A look without a notification: bounds the harm of a lost one. */
const POLL_MS = 5_000;

export interface PostgresWatchInput {
  readonly table: PostgresDocumentTable;
  readonly connection: PostgresConnection;
  readonly bucket: BucketName;
  readonly watch: WatchInput;
  readonly logger: MessagingLogger;
}

/** Reads a bucket forward by revision whenever it may have changed: nothing is missed whatever was lost meanwhile. */
export class PostgresWatch implements Watch {
  /** Everything up to this revision was given to the handler. */
  private cursor = 0;
  /** Keys that the handler holds, for a snapshot watch: deletions of others would be news of nothing. */
  private readonly held = new Set<string>();
  private readonly wakeup = new Wakeup();
  private readonly prefix: string;
  private ready = false;
  private resynchronize = false;
  private stopped = false;
  private unlisten: () => void = () => undefined;
  private done: Promise<void> = Promise.resolve();

  private constructor(private readonly input: PostgresWatchInput) {
    this.prefix = input.watch.prefix ?? '';
  }

  /** Rejects when the database can't be asked. */
  static async start(input: PostgresWatchInput): Promise<PostgresWatch> {
    const watch = new PostgresWatch(input);
    const head = await input.table.head(input.bucket);
    if (input.watch.from === 'updates') watch.cursor = head;
    const listening = input.connection.listen(input.table.channel, {
      notified: (bucket) => {
        if (bucket === input.bucket) watch.wakeup.wake();
      },
      listening: (again) => {
        watch.resynchronize ||= again;
        watch.wakeup.wake();
      },
    });
    watch.unlisten = () => listening.stop();
    await listening.inForce.catch((error: unknown) => {
      listening.stop();
      throw error;
    });
    watch.done = watch.run();
    return watch;
  }

  stop(): Promise<void> {
    this.stopped = true;
    this.unlisten();
    this.wakeup.wake();
    return this.done;
  }

  private async run(): Promise<void> {
    let failures = 0;
    while (!this.stopped) {
      try {
        const resynchronized = this.resynchronize;
        this.resynchronize = false;
        // Before reading: what a cache guards with this watch is stale as of now.
        if (resynchronized && this.input.watch.from === 'updates')
          this.tell((handler) => handler.resynchronized());
        await this.catchUp();
        if (resynchronized && this.input.watch.from === 'snapshot')
          this.tell((handler) => handler.resynchronized());
        failures = 0;
        await this.wakeup.sleep(POLL_MS);
      } catch (error) {
        failures += 1;
        if (failures === 1)
          this.log(error, 'Cannot read changed documents; trying again until the database answers.');
        await this.wakeup.sleep(backoffMs(failures, 100, 2_000));
      }
    }
  }

  private async catchUp(): Promise<void> {
    for (;;) {
      const page = await this.page();
      if (this.stopped) return;
      for (const row of page.rows) this.apply(row);
      if (page.rows.length === PAGE_SIZE) continue;
      this.cursor = page.head;
      break;
    }
    if (!this.ready) {
      this.ready = true;
      this.tell((handler) => handler.ready());
    }
  }

  private async page(): Promise<ChangesPage> {
    const { table, bucket } = this.input;
    const page = await table.changes({ bucket, after: this.cursor, prefix: this.prefix, limit: PAGE_SIZE });
    if (page.head >= this.cursor) return page;
    // The database went back in time (restored or emptied).
    this.resynchronize = true;
    this.wakeup.wake();
    this.cursor = this.input.watch.from === 'snapshot' ? 0 : page.head;
    await this.tellWhatIsGone();
    return table.changes({ bucket, after: this.cursor, prefix: this.prefix, limit: PAGE_SIZE });
  }

  private async tellWhatIsGone(): Promise<void> {
    const { table, bucket } = this.input;
    const gone = new Set(this.held);
    let after = 0;
    while (gone.size > 0) {
      const page = await table.changes({ bucket, after, prefix: this.prefix, limit: PAGE_SIZE });
      for (const row of page.rows) if (!row.deleted) gone.delete(row.key);
      after = page.rows.at(-1)?.revision ?? page.head;
      if (page.rows.length < PAGE_SIZE) break;
    }
    for (const key of gone) this.emit({ kind: 'delete', key, revision: after });
  }

  private apply({ key, value, revision, deleted }: ChangedRow): void {
    this.cursor = revision;
    const unknown = this.input.watch.from === 'snapshot' && !this.held.has(key);
    if (deleted && unknown) return;
    this.emit(deleted ? { kind: 'delete', key, revision } : { kind: 'put', key, value, revision });
  }

  private emit(change: DocumentChange): void {
    if (this.input.watch.from === 'snapshot') {
      if (change.kind === 'put') this.held.add(change.key);
      else this.held.delete(change.key);
    }
    this.tell((handler) => handler.change(change));
  }

  /** A handler that throws must not end the watch for everyone after it. */
  private tell(news: (handler: WatchInput['handler']) => void): void {
    if (this.stopped) return;
    try {
      news(this.input.watch.handler);
    } catch (error) {
      this.log(error, 'A watch handler threw; the change it was given is lost to it.');
    }
  }

  private log(error: unknown, message: string): void {
    this.input.logger.error(
      { bucket: this.input.bucket, prefix: this.prefix, reason: reasonOf(error) },
      message,
    );
  }
}
