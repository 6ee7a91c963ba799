import type { GatewayError, JournalId } from '@tollgate/contracts';
import type { JournalEnd } from '../journal.js';
import type { JournalLogger } from '../logger.js';
import type { EventBacklog } from './event-backlog.js';
import { OpenRequests, type OpenRequest } from './open-requests.js';
import { encodeEvent, RecordBuffer } from './record.js';
import type { Segment, SegmentStore } from './segment-store.js';
import type { Shedding } from './shedding.js';
import { reasonOf } from './system-error.js';

export interface JournalWriterOptions {
  readonly journalId: JournalId;
  /** Of the journal's directory. */
  readonly path: string;
  readonly store: SegmentStore;
  readonly backlog: EventBacklog;
  readonly shedding: Shedding;
  readonly logger: JournalLogger;
  /** What a request gets whose start the disk refuses. */
  readonly refusal: (cause: unknown) => GatewayError;
  /** Ends may be published now. */
  readonly written: () => void;
}

/** Writes what begins and ends in one turn of the event loop in one piece, and knows what runs and what waits for the disk. */
export class JournalWriter {
  readonly open = new OpenRequests();
  readonly #buffer = new RecordBuffer();
  #lastSequence = 0;
  /** First sequence that waits in the buffer; 0: none does. */
  #firstBuffered = 0;
  #flushPlanned = false;
  #writable = true;

  constructor(private readonly options: JournalWriterOptions) {}

  /** Of the end that came last. */
  get lastSequence(): number {
    return this.#lastSequence;
  }

  /** The disk took what it was given last. */
  get writable(): boolean {
    return this.#writable;
  }

  /** Bytes that wait for the disk. */
  get waitingBytes(): number {
    return this.#buffer.length;
  }

  /** Resolves when the start is written. @throws RangeError for an entry that is larger than a record may be */
  start(request: OpenRequest): Promise<OpenRequest> {
    this.#buffer.appendStart(request.entry);
    this.#planFlush();
    this.open.add(request);
    return request.whenWritten();
  }

  /** @param filed `false`: it is kept in memory only, and published from there */
  end(request: OpenRequest, entry: JournalEnd, filed: boolean): void {
    const sequence = this.#lastSequence + 1;
    this.#lastSequence = sequence;
    this.open.ended(request, sequence);
    const json = this.#encoded(entry, sequence, filed);
    if (filed) {
      if (this.#firstBuffered === 0) this.#firstBuffered = sequence;
      this.options.backlog.append({ sequence, json });
    } else this.options.backlog.appendUnfiled({ sequence, json });
    this.#planFlush();
  }

  /**
   * Writes what waits. Starts that the disk refuses are refused, or shed; ends stay for the next attempt, and are published
   * from memory.
   *
   * @param again also a disk that refuses, and is offered what waits once a second while entries are shed
   */
  flush(again = false): void {
    const { backlog, shedding } = this.options;
    if (shedding.allowed && !this.#writable && !again && this.open.pending === 0) {
      backlog.refused();
      this.options.written();
      return;
    }
    try {
      if (this.#buffer.length > 0) this.#begun(this.#write());
    } catch (error) {
      this.#refuse(error);
      this.#keepEnds();
      backlog.refused();
      this.refusedByDisk(error);
    }
    this.options.written();
  }

  /** Says so once, until the disk takes something again. */
  refusedByDisk(error: unknown): void {
    if (!this.#writable) return;
    const { journalId, path, logger, shedding } = this.options;
    this.#writable = false;
    logger.error(
      { journalId, path, error: reasonOf(error) },
      shedding.allowed
        ? 'The request journal can not be written; the disk is offered it again each second.'
        : 'The request journal can not be written; requests are refused until the disk takes it again.',
    );
  }

  /**
   * Writes the starts of requests that still run once more, so that a long stream does not hold old segments.
   *
   * @throws Error of the file system
   */
  carryOver(oldest: Segment): void {
    // What waits goes first, so that it alone decides over its own requests.
    this.flush();
    const requests = this.open.all().filter(({ segment }) => segment === oldest);
    try {
      for (const { entry } of requests) this.#buffer.appendStart(entry);
      const segment = this.#write();
      for (const request of requests) request.segment = segment;
      segment.openStarts += requests.length;
      oldest.openStarts = 0;
    } catch (error) {
      this.#keepEnds();
      throw error;
    }
  }

  /** What a full journal did not take, and billing does not have: the last chance to keep it. */
  fileRest(): void {
    const { backlog, journalId, logger } = this.options;
    const { size } = backlog.unfiled;
    if (size === 0) return;
    try {
      for (const { json } of backlog.unfiled.values()) this.#buffer.appendEvent(json);
      this.#write();
    } catch (error) {
      const facts = { journalId, events: size, error: reasonOf(error) };
      logger.error(facts, 'Usage events that a full journal did not take may be lost.');
    }
  }

  /** One write a turn of the event loop, whatever began and ended in it. */
  #planFlush(): void {
    if (this.#flushPlanned) return;
    this.#flushPlanned = true;
    setImmediate(() => {
      this.#flushPlanned = false;
      this.flush();
    });
  }

  /** Of an event, only its remarks can be of any length: the rest was small enough for a start. */
  #encoded(entry: JournalEnd, sequence: number, filed: boolean): Buffer {
    try {
      return this.#encode(entry, sequence, filed);
    } catch (error) {
      this.options.logger.error(
        { requestId: entry.id, error: reasonOf(error) },
        'A usage event is too large for the journal; it is recorded without its findings and warnings.',
      );
      return this.#encode({ ...entry, findings: [], warnings: [] }, sequence, filed);
    }
  }

  #encode(entry: JournalEnd, sequence: number, filed: boolean): Buffer {
    return filed ? this.#buffer.appendEnd(entry, sequence) : encodeEvent(entry, sequence);
  }

  #begun(segment: Segment): void {
    if (this.open.pending > 0) this.options.shedding.recovered();
    this.open.written(segment);
  }

  #refuse(cause: unknown): void {
    const { shedding } = this.options;
    if (!shedding.allowed) {
      this.open.refuse(this.options.refusal(cause));
      return;
    }
    for (let count = this.open.pending; count > 0; count -= 1) shedding.shed();
    this.open.shed();
  }

  /** Of what waits, only the ends go on waiting. */
  #keepEnds(): void {
    this.#buffer.clear();
    for (const { json } of this.options.backlog.unwritten) this.#buffer.appendEvent(json);
  }

  #write(): Segment {
    const { store, backlog, journalId, logger } = this.options;
    const segment = store.append(this.#buffer.bytes, this.#buffer.length);
    this.#buffer.clear();
    if (this.#firstBuffered > 0) {
      if (segment.firstSequence === 0) segment.firstSequence = this.#firstBuffered;
      segment.lastSequence = this.#lastSequence;
      segment.neededThrough = this.#lastSequence;
      this.#firstBuffered = 0;
      backlog.written();
    }
    if (!this.#writable) {
      this.#writable = true;
      logger.info({ journalId }, 'The request journal can be written again.');
    }
    return segment;
  }
}
