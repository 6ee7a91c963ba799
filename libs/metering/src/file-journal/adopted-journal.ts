import { open } from 'node:fs/promises';
import type { JournalId, UsageRecordedV1 } from '@tollgate/contracts';
import type { EventSource } from './event-backlog.js';
import { interruptedEvent } from './interrupted.js';
import type { JournalDirectory } from './journal-directory.js';
import { readJournal, type JournalContents } from './read-journal.js';
import { RecordBuffer, type EncodedEvent } from './record.js';
import { lengthWithin, type RunLimit } from './run-limit.js';
import { SegmentReader } from './segment-reader.js';
import { newSegment, segmentPath, syncDirectory } from './segment-store.js';
import { readWatermark, Shipper, type JournalPorts } from './shipper.js';

const WRITE_BYTES = 2 ** 20;

/** What was found in the journal of a process that is no more. */
export interface AdoptionReport {
  readonly journalId: JournalId;
  readonly records: number;
  /** Started and never ended; now recorded as interrupted. */
  readonly interrupted: number;
  readonly lastSequence: number;
  readonly committedThrough: number;
  /** Bytes that were no whole record: a torn write, or damage. */
  readonly skippedBytes: number;
  /** Ends that are lost, start and all. */
  readonly missing: number;
  /** Files that the disk does not give. */
  readonly unreadable: readonly string[];
}

/** The journal of a process that died, taken over: completed, published, committed, removed. */
export class AdoptedJournal {
  #shipper: Shipper | undefined;
  #bytes = 0;
  #missingFrom: number | undefined;
  #unreadable: readonly string[] = [];

  constructor(
    readonly directory: JournalDirectory,
    private readonly ports: JournalPorts,
  ) {}

  get bytes(): number {
    return this.#bytes;
  }

  /**
   * Reads it all and makes an interrupted event of each start without an end, on disk before anything is published:
   * a second crash finds the same events under the same sequences. Rejects when a file or the watermark can't be read
   * or written; the same call may then be made again.
   */
  async complete(signal?: AbortSignal): Promise<AdoptionReport> {
    const committed = await readWatermark(this.ports.documents, this.directory.journalId);
    const contents = await readJournal(this.directory.path, signal);
    const { events, missing } = interruptedEvents(contents, committed);
    if (events.length > 0) await appendSegment(this.directory.path, contents, events);
    this.#bytes = contents.segments.reduce((sum, { bytes }) => sum + bytes, 0);
    this.#missingFrom = missing[0];
    this.#unreadable = contents.unreadable;
    this.#shipper = new Shipper({
      journalId: this.directory.journalId,
      source: new SealedSource(this.directory, contents),
      ports: this.ports,
      committedThrough: committed,
      onCommitted: () => undefined,
    });
    return {
      journalId: this.directory.journalId,
      records: contents.records,
      interrupted: events.length,
      lastSequence: contents.sequences.last,
      committedThrough: committed,
      skippedBytes: contents.skippedBytes,
      missing: missing.length,
      unreadable: contents.unreadable,
    };
  }

  /**
   * Publishes what is not committed, and waits for the commit.
   *
   * @returns `removed`; `set aside` when ends are lost, so that billing can commit no further, or a file can't be read;
   *   `left` when `signal` came
   */
  async settle(signal: AbortSignal): Promise<'removed' | 'set aside' | 'left'> {
    if (this.#shipper === undefined) return 'left';
    const untilHole = this.#missingFrom === undefined ? Infinity : this.#missingFrom - 1;
    const pollMs = this.ports.limits.watermarkPollMs;
    const state = await this.#shipper.finish(signal, { pollMs, committedThroughMax: untilHole });
    this.#shipper.stop();
    if (state !== 'committed') return 'left';
    if (this.#missingFrom === undefined && this.#unreadable.length === 0) {
      await this.directory.remove();
      return 'removed';
    }
    await this.directory.setAside();
    return 'set aside';
  }
}

/**
 * The interrupted events of a journal. They first fill the holes that lost ends left in the sequence, for billing's
 * watermark passes no hole.
 */
function interruptedEvents(
  contents: JournalContents,
  committed: number,
): { readonly events: UsageRecordedV1[]; readonly missing: number[] } {
  const { open: started, sequences } = contents;
  const holes = [...sequences.holes(committed)];
  const events: UsageRecordedV1[] = [];
  // Not below what billing has committed: those numbers are taken, even where the disk lost their events.
  let last = Math.max(sequences.last, committed);
  let filled = 0;
  for (const start of started.values()) {
    const hole = holes[filled];
    if (hole !== undefined) filled += 1;
    const sequence = hole ?? (last += 1);
    const event = interruptedEvent(start, sequence);
    events.push(event);
    if (hole !== undefined)
      contents.fillers.set(hole, { sequence, json: Buffer.from(JSON.stringify(event)) });
    sequences.add(sequence);
  }
  return { events, missing: holes.slice(filled) };
}

async function appendSegment(
  directory: string,
  contents: JournalContents,
  events: readonly UsageRecordedV1[],
): Promise<void> {
  const segment = newSegment(contents.lastNumber + 1);
  const inOrder = events.filter(({ sequence }) => !contents.fillers.has(sequence));
  segment.firstSequence = inOrder[0]?.sequence ?? 0;
  segment.lastSequence = inOrder.at(-1)?.sequence ?? 0;
  const file = await open(segmentPath(directory, segment.number), 'ax', 0o600);
  try {
    const buffer = new RecordBuffer();
    const flush = async (): Promise<void> => {
      await file.writeFile(buffer.bytes);
      segment.bytes += buffer.length;
      buffer.clear();
    };
    for (const event of events) {
      buffer.appendEvent(Buffer.from(JSON.stringify(event)));
      if (buffer.length > WRITE_BYTES) await flush();
    }
    await flush();
    await file.sync();
  } finally {
    await file.close();
  }
  await syncDirectory(directory);
  contents.segments.push(segment);
}

/** The events of a journal that nobody writes to. */
class SealedSource implements EventSource {
  readonly #reader: SegmentReader;
  readonly #secondReader: SegmentReader;
  readonly #fillers: ReadonlyMap<number, EncodedEvent>;
  readonly available: number;

  constructor(directory: JournalDirectory, contents: JournalContents) {
    const makeReader = (): SegmentReader =>
      new SegmentReader(
        () => directory.path,
        () => contents.segments,
      );
    this.#reader = makeReader();
    this.#secondReader = makeReader();
    this.#fillers = contents.fillers;
    this.available = contents.sequences.last;
  }

  take(from: number, limit: RunLimit): Promise<readonly EncodedEvent[]> {
    return this.#read(this.#reader, from, limit);
  }

  takeAgain(from: number, limit: RunLimit): Promise<readonly EncodedEvent[]> {
    return this.#read(this.#secondReader, from, limit);
  }

  async #read(reader: SegmentReader, from: number, limit: RunLimit): Promise<readonly EncodedEvent[]> {
    const run: EncodedEvent[] = [];
    for (let filler = this.#fillers.get(from); filler !== undefined && run.length < limit.events;) {
      run.push(filler);
      filler = this.#fillers.get(from + run.length);
    }
    return run.length > 0 ? run.slice(0, lengthWithin(run, limit)) : reader.read(from, limit);
  }
}
