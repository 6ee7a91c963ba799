import { mkdirSync } from 'node:fs';
import { GatewayError, newId, type JournalId } from '@tollgate/contracts';
import type { Journal, JournalEnd, JournalStart, StartedRequest } from '../journal.js';
import { EventBacklog } from './event-backlog.js';
import { interruptedEvent } from './interrupted.js';
import { JournalDirectory } from './journal-directory.js';
import { JournalWriter } from './journal-writer.js';
import { DEFAULT_JOURNAL_LIMITS, type JournalLimits } from './limits.js';
import type { JournalStatus } from './journal-status.js';
import { OrphanAdopter } from './orphan-adopter.js';
import { currentOwner, type Owner } from './owner.js';
import { OpenRequest } from './open-requests.js';
import { SegmentReader } from './segment-reader.js';
import { SegmentStore, type Segment, type WriteFile } from './segment-store.js';
import { Shedding, type WhenFull } from './shedding.js';
import { Shipper, type JournalPorts } from './shipper.js';
import { reasonOf } from './system-error.js';

const CLOSING_POLL_MS = 50;
/** So many segments may wait for requests that run for long; then their starts are carried over to the newest. */
const SEGMENTS_BEFORE_CARRY = 3;
/** When entries are shed, ends are still written until the files are so much larger than their bound. */
const ENDS_SHARE = 1.25;
/** Ends that a disk that refuses is offered again; more are only in memory. */
const ENDS_WAITING_BYTES_MAX = 2 ** 20;

export interface FileJournalOptions extends Omit<JournalPorts, 'limits'> {
  /** Parent of the journals of all processes on this machine; made when absent. */
  readonly directory: string;
  readonly limits?: Partial<JournalLimits>;
  /** What becomes of new requests when the bound is reached or the disk refuses; default: `refuse`. */
  readonly whenFull?: WhenFull;
  /** How bytes reach a file; default: the file system. */
  readonly write?: WriteFile;
  /** Default: this process. */
  readonly owner?: Owner;
}

/** The request journal in local files; see README.md for the life of an entry. */
export class FileJournal implements Journal {
  readonly id: JournalId;
  readonly #limits: JournalLimits;
  readonly #directory: JournalDirectory;
  readonly #store: SegmentStore;
  readonly #backlog: EventBacklog;
  readonly #shipper: Shipper;
  readonly #adopter: OrphanAdopter;
  readonly #shedding: Shedding;
  readonly #writer: JournalWriter;
  #lost = false;
  #closing = false;
  #tidying = false;
  #timers: NodeJS.Timeout[] = [];

  /**
   * Opens a new journal for this process, and begins to take over the journals of processes that died.
   *
   * @throws GatewayError `service_unavailable` when the directory can't be written
   */
  static async open(options: FileJournalOptions): Promise<FileJournal> {
    try {
      return new FileJournal(options);
    } catch (error) {
      throw new GatewayError(
        'service_unavailable',
        `The request journal can't be made in ${options.directory}: ${reasonOf(error)}.`,
        { exposure: 'internal', cause: error },
      );
    }
  }

  private constructor(private readonly options: FileJournalOptions) {
    this.id = newId<JournalId>();
    this.#limits = { ...DEFAULT_JOURNAL_LIMITS, ...options.limits };
    const owner = options.owner ?? currentOwner();
    const ports: JournalPorts = { ...options, limits: this.#limits };
    mkdirSync(options.directory, { recursive: true, mode: 0o700 });
    this.#directory = JournalDirectory.create(options.directory, this.id, owner);
    const { path } = this.#directory;
    const { clock, logger, whenFull = 'refuse' } = options;
    this.#shedding = new Shedding({ journalId: this.id, clock, logger, whenFull });
    this.#store = new SegmentStore({
      directory: path,
      segmentBytes: this.#limits.segmentBytes,
      write: options.write,
    });
    this.#backlog = new EventBacklog(this.#limits.memoryBytesMax, this.#makeReader(), this.#makeReader());
    this.#shipper = new Shipper({
      journalId: this.id,
      source: this.#backlog,
      ports,
      committedThrough: 0,
      onCommitted: (through) => {
        this.#backlog.committed(through);
        void this.#tidy();
      },
    });
    this.#writer = new JournalWriter({
      journalId: this.id,
      path,
      store: this.#store,
      backlog: this.#backlog,
      shedding: this.#shedding,
      logger,
      refusal: cannotRecord,
      written: () => this.#shipper.notify(),
    });
    this.#adopter = new OrphanAdopter(options.directory, owner, ports);
    this.#adopter.start();
    this.#every(this.#limits.syncIntervalMs, () => this.#sync());
    this.#every(this.#limits.heartbeatMs, () => this.#heartbeat());
  }

  get openCount(): number {
    return this.#writer.open.size;
  }

  get status(): JournalStatus {
    return {
      openRequests: this.#writer.open.size,
      unpublishedEvents: Math.max(this.#shipper.unpublished, 0),
      bytes: this.#bytes,
      bytesMax: this.#limits.bytesMax,
      lastSequence: this.#writer.lastSequence,
      committedThrough: this.#shipper.committedThrough,
      writable: this.#writer.writable && !this.#lost,
      shedRequests: this.#shedding.total,
      recovered: this.#adopter.recovered,
    };
  }

  start(entry: JournalStart): Promise<StartedRequest> {
    const refusal = this.#refusal();
    if (refusal !== undefined) return Promise.reject(refusal);
    const request = new OpenRequest(entry);
    if (this.#shedding.allowed && this.#full) return this.#startUnfiled(request);
    try {
      return this.#writer.start(request);
    } catch (error) {
      return Promise.reject(cannotRecord(error));
    }
  }

  #startUnfiled(request: OpenRequest): Promise<OpenRequest> {
    this.#shedding.shed();
    this.#writer.open.addUnfiled(request);
    return Promise.resolve(request);
  }

  end(started: StartedRequest, entry: JournalEnd): void {
    if (started instanceof OpenRequest && started.place >= 0) {
      this.#end(started, entry);
      return;
    }
    // Recording it would charge a request twice or one that was never admitted.
    this.options.logger.error(
      { requestId: entry.id },
      'A request ended that is not open in the journal; ignored.',
    );
  }

  async close({ timeoutMs }: { readonly timeoutMs: number }): Promise<void> {
    if (this.#closing) return;
    this.#closing = true;
    this.#writer.flush(true);
    for (const request of this.#writer.open.all()) this.#end(request, this.#interrupted(request.entry));
    this.#writer.flush(true);
    const timeout = new AbortController();
    const timer = setTimeout(() => timeout.abort(), timeoutMs);
    const [state] = await Promise.all([
      this.#shipper.finish(timeout.signal, { pollMs: CLOSING_POLL_MS }),
      this.#adopter.stop(),
    ]);
    clearTimeout(timer);
    for (const timer of this.#timers) clearInterval(timer);
    this.#shipper.stop();
    if (state !== 'committed') {
      // Ends that the disk refused: it may have room by now.
      this.#writer.flush(true);
      this.#writer.fileRest();
    }
    await this.#leave(state === 'committed');
  }

  get #bytes(): number {
    return this.#store.totalBytes + this.#adopter.bytes;
  }

  get #full(): boolean {
    return this.#bytes >= this.#limits.bytesMax || (this.#shedding.allowed && !this.#writer.writable);
  }

  /** Ends that a full journal does not take. */
  get #shedsEnds(): boolean {
    if (!this.#shedding.allowed) return false;
    const waiting = this.#writer.waitingBytes;
    if (!this.#writer.writable && waiting >= ENDS_WAITING_BYTES_MAX) return true;
    return this.#bytes + waiting >= this.#limits.bytesMax * ENDS_SHARE;
  }

  #interrupted(entry: JournalStart): JournalEnd {
    const durationMs = Math.max(0, this.options.clock.now() - entry.occurredAt);
    return { ...interruptedEvent(entry, this.#writer.lastSequence + 1), durationMs };
  }

  #end(request: OpenRequest, entry: JournalEnd): void {
    this.#writer.end(request, this.#shedding.told(entry), !this.#shedsEnds);
  }

  #refusal(): GatewayError | undefined {
    if (this.#closing) return new GatewayError('shutting_down', 'The gateway is shutting down.');
    if (this.#lost) return overloaded('The gateway can not record requests; it must be restarted.');
    if (!this.#full) return undefined;
    if (this.#shedding.allowed && this.#backlog.unfiledBytes < this.#limits.unfiledBytesMax) return undefined;
    return overloaded('The gateway holds as much unbilled usage as it may; try again later.');
  }

  async #sync(): Promise<void> {
    if (this.#writer.waitingBytes > 0 && !this.#writer.writable) this.#writer.flush(true);
    try {
      await this.#store.sync();
    } catch (error) {
      this.#writer.refusedByDisk(error);
    }
  }

  async #heartbeat(): Promise<void> {
    await Promise.all(this.#adopter.directories.map((directory) => directory.heartbeat()));
    if (this.#lost || this.#closing || (await this.#directory.heartbeat())) return;
    this.#lost = true;
    this.options.logger.error(
      { journalId: this.id, path: this.#directory.path },
      'The directory of the request journal is gone; restart the gateway.',
    );
  }

  /** Removes the oldest segments that nothing needs any more. */
  async #tidy(): Promise<void> {
    if (this.#tidying) return;
    this.#tidying = true;
    try {
      for (let oldest = this.#removable(); oldest !== undefined; oldest = this.#removable()) {
        if (oldest.openStarts > 0) {
          this.#writer.carryOver(oldest);
          await this.#store.sync();
        }
        await this.#store.remove(oldest);
      }
    } catch (error) {
      this.options.logger.warn(
        { journalId: this.id, error: reasonOf(error) },
        'A segment of the request journal that is done with can not be removed.',
      );
    } finally {
      this.#tidying = false;
    }
  }

  #removable(): Segment | undefined {
    const { segments, current } = this.#store;
    const [oldest] = segments;
    if (oldest === undefined || oldest === current) return undefined;
    if (oldest.neededThrough > this.#shipper.committedThrough) return undefined;
    return oldest.openStarts === 0 || segments.length > SEGMENTS_BEFORE_CARRY ? oldest : undefined;
  }

  async #leave(committed: boolean): Promise<void> {
    try {
      await this.#store.close();
      if (committed) await this.#directory.remove();
      else await this.#directory.release();
    } catch (error) {
      const facts = { journalId: this.id, path: this.#directory.path, error: reasonOf(error) };
      this.options.logger.error(facts, 'The request journal could not be closed in good order.');
    }
  }

  #makeReader(): SegmentReader {
    return new SegmentReader(
      () => this.#directory.path,
      () => this.#store.segments,
      () => this.#store.current,
    );
  }

  #every(milliseconds: number, act: () => Promise<void>): void {
    const timer = setInterval(() => void act(), milliseconds);
    timer.unref();
    this.#timers.push(timer);
  }
}

function cannotRecord(cause: unknown): GatewayError {
  return overloaded('The gateway can not record requests at the moment; try again later.', cause);
}

function overloaded(message: string, cause?: unknown): GatewayError {
  return new GatewayError('overloaded', message, { retryAfterSeconds: 5, cause });
}
