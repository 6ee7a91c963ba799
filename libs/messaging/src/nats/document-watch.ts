import { hash } from 'node:crypto';
import type { BucketName } from '@tollgate/contracts';
import type { Msg } from '@nats-io/transport-node';
import { backoffMs } from '../consumption/backoff.js';
import { Wakeup } from '../consumption/wakeup.js';
import type { DocumentChange, Watch, WatchInput } from '../document-store.js';
import type { MessagingLogger } from '../logger.js';
import { reasonOf } from '../unavailable.js';
import type { Buckets } from './buckets.js';
import { DocumentSession } from './document-session.js';
import type { JetStream } from './jetstream.js';

export interface NatsWatchInput {
  readonly jetStream: JetStream;
  readonly buckets: Buckets;
  readonly bucket: BucketName;
  readonly watch: WatchInput;
  readonly logger: MessagingLogger;
}

/** What the handler was last told of a document. */
interface Told {
  readonly revision: number;
  /** Of its text, which is not kept; a bucket that was lost and made anew counts its revisions from the start. */
  readonly digest: string;
}

/**
 * A watch that outlives its sessions. A `snapshot` watch remembers what it told its handler; when a session breaks,
 * the next one reads everything again and tells only the differences, deletions included.
 */
export class NatsWatch implements Watch {
  private readonly told = new Map<string, Told>();
  /** Keys seen since the session started, until it has caught up. */
  private seen = new Set<string>();
  private readonly prefix: string;
  private readonly wakeup = new Wakeup();
  private session: DocumentSession | undefined;
  private ready = false;
  private stopped = false;
  private done: Promise<void> = Promise.resolve();
  private readonly forgetReconnect: () => void;

  private constructor(private readonly input: NatsWatchInput) {
    this.prefix = input.watch.prefix ?? '';
    this.forgetReconnect = input.jetStream.link.onReconnect(() => this.wakeup.wake());
  }

  /** Rejects when the first session can't be opened. */
  static async start(input: NatsWatchInput): Promise<NatsWatch> {
    const watch = new NatsWatch(input);
    try {
      await watch.openSession();
    } catch (error) {
      watch.forgetReconnect();
      throw error;
    }
    watch.done = watch.keepOpen();
    return watch;
  }

  stop(): Promise<void> {
    this.stopped = true;
    this.forgetReconnect();
    this.session?.close();
    this.wakeup.wake();
    return this.done;
  }

  private async keepOpen(): Promise<void> {
    let failures = 0;
    while (!this.stopped) {
      await this.wakeup.sleep(failures === 0 ? 60_000 : backoffMs(failures, 100, 2_000));
      if (this.stopped || this.session !== undefined) continue;
      try {
        await this.openSession();
        failures = 0;
      } catch (error) {
        failures += 1;
        if (failures === 1)
          this.log('warn', reasonOf(error), 'Cannot watch documents; trying again until NATS answers.');
      }
    }
  }

  private async openSession(): Promise<void> {
    const { jetStream, buckets, bucket, watch } = this.input;
    this.seen = new Set();
    const session = await buckets.use(bucket, () =>
      DocumentSession.open({
        jetStream,
        stream: buckets.streamOf(bucket),
        filterSubject: `${buckets.subjectOf(bucket)}.${wholeSegments(this.prefix)}>`,
        deliver: watch.from === 'snapshot' ? 'present' : 'new',
        receiver: {
          message: (message, revision) => this.take(message, revision),
          caughtUp: () => this.catchUp(),
          broken: (reason) => this.lose(reason),
        },
      }),
    );
    this.session = session.isOver ? undefined : session;
    if (this.stopped) session.close();
  }

  private lose(reason: string): void {
    this.session = undefined;
    this.log('warn', reason, 'A watch of documents was interrupted; reading them again.');
    this.wakeup.wake();
  }

  private take(message: Msg, revision: number): void {
    const key = message.subject.slice(this.input.buckets.subjectOf(this.input.bucket).length + 1);
    if (!key.startsWith(this.prefix)) return;
    const operation = message.headers?.get('KV-Operation') ?? '';
    if (operation === 'DEL' || operation === 'PURGE') this.takeDeletion(key, revision);
    else this.takeDocument(key, revision, message.string());
  }

  private takeDocument(key: string, revision: number, text: string): void {
    if (this.input.watch.from === 'snapshot') {
      this.seen.add(key);
      const told = this.told.get(key);
      const digest = hash('sha256', text, 'base64');
      if (told?.revision === revision && told.digest === digest) return;
      this.told.set(key, { revision, digest });
    }
    const value = parsed(text);
    if (value === undefined) this.log('error', key, 'A document is not JSON and is skipped.');
    else this.tell((handler) => handler.change({ kind: 'put', key, value: value.json, revision }));
  }

  private takeDeletion(key: string, revision: number): void {
    if (this.input.watch.from === 'snapshot' && !this.told.delete(key)) return;
    const change: DocumentChange = { kind: 'delete', key, revision };
    this.tell((handler) => handler.change(change));
  }

  private catchUp(): void {
    for (const [key, { revision }] of this.told) if (!this.seen.has(key)) this.takeDeletion(key, revision);
    this.seen = new Set();
    if (this.ready) return this.tell((handler) => handler.resynchronized());
    this.ready = true;
    this.tell((handler) => handler.ready());
  }

  /** A handler that throws must not end the watch. */
  private tell(news: (handler: WatchInput['handler']) => void): void {
    if (this.stopped) return;
    try {
      news(this.input.watch.handler);
    } catch (error) {
      this.log('error', reasonOf(error), 'A watch handler threw; the change it was given is lost to it.');
    }
  }

  private log(level: 'warn' | 'error', reason: string, message: string): void {
    if (this.stopped) return;
    this.input.logger[level]({ bucket: this.input.bucket, prefix: this.prefix, reason }, message);
  }
}

/** Subjects can only be filtered by whole segments; the rest of a prefix is compared here. */
function wholeSegments(prefix: string): string {
  return prefix.slice(0, prefix.lastIndexOf('.') + 1);
}

function parsed(text: string): { readonly json: unknown } | undefined {
  try {
    return { json: JSON.parse(text) as unknown };
  } catch {
    return undefined;
  }
}
