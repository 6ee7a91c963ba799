import { open, type FileHandle } from 'node:fs/promises';
import { RecordScanner, type EncodedEvent, type ScannedRecord } from './record.js';
import { lengthWithin, type RunLimit } from './run-limit.js';
import { segmentPath, type Segment } from './segment-store.js';

/** Small, because a piece is parsed in one go: about a millisecond. */
const PIECE_BYTES = 131_072;

interface Cursor {
  readonly segment: Segment;
  readonly scanner: RecordScanner;
  offset: number;
}

/** Reads ended events back in order of sequence, a piece at a time, remembering where it stopped. */
export class SegmentReader {
  #cursor: Cursor | undefined;
  /** Read and not yet given out. */
  #found: EncodedEvent[] = [];
  #next = 0;

  /**
   * @param segments the journal's segments in order, as they are at the time of a call
   * @param growing the segment that is still written to
   */
  constructor(
    private readonly directory: () => string,
    private readonly segments: () => readonly Segment[],
    private readonly growing: () => Segment | undefined = () => undefined,
  ) {}

  /**
   * Consecutive events from the first at or after `from`, within a limit; empty when there is none.
   * Rejects with the file system's error.
   */
  async read(from: number, limit: RunLimit): Promise<EncodedEvent[]> {
    if (from !== this.#next) this.#seek(from);
    try {
      while (lengthWithin(this.#found, limit) === this.#found.length && (await this.#readPiece(from))) {
        // Pieces without an event that is wanted are passed over.
      }
    } catch (error) {
      this.#next = 0;
      throw error;
    }
    const run = this.#takeRun(limit);
    this.#next = (run.at(-1)?.sequence ?? -1) + 1;
    return run;
  }

  #seek(from: number): void {
    this.#found = [];
    const holding = this.segments().filter(({ firstSequence }) => firstSequence > 0);
    const segment = holding.findLast(({ firstSequence }) => firstSequence <= from) ?? holding[0];
    this.#cursor = segment === undefined ? undefined : startOf(segment);
  }

  /** `false`: there is nothing more now. */
  async #readPiece(from: number): Promise<boolean> {
    const cursor = this.#cursor;
    if (cursor === undefined) return false;
    const growing = this.growing() === cursor.segment;
    const length = Math.min(PIECE_BYTES, cursor.segment.bytes - cursor.offset);
    if (length > 0) {
      const piece = await readPiece(
        segmentPath(this.directory(), cursor.segment.number),
        cursor.offset,
        length,
      );
      // A file that is shorter than what was written to it has nothing more.
      cursor.offset = piece.length === 0 ? cursor.segment.bytes : cursor.offset + piece.length;
      const last = !growing && cursor.offset >= cursor.segment.bytes;
      this.#keep(cursor.scanner.scan(piece, last), from);
      return true;
    }
    const next = growing ? undefined : this.segments().find(({ number }) => number > cursor.segment.number);
    if (next === undefined) return false;
    this.#cursor = startOf(next);
    return true;
  }

  #keep(records: readonly ScannedRecord[], from: number): void {
    for (const { record, json } of records) {
      const after = this.#found.at(-1)?.sequence ?? from - 1;
      if ('end' in record && record.end.sequence > after)
        this.#found.push({ sequence: record.end.sequence, json });
    }
  }

  #takeRun(limit: RunLimit): EncodedEvent[] {
    const first = this.#found[0]?.sequence ?? 0;
    const within = lengthWithin(this.#found, limit);
    let length = 0;
    while (length < within && this.#found[length]?.sequence === first + length) length += 1;
    return this.#found.splice(0, length);
  }
}

function startOf(segment: Segment): Cursor {
  return { segment, scanner: new RecordScanner(), offset: 0 };
}

async function readPiece(path: string, offset: number, length: number): Promise<Buffer> {
  const file: FileHandle = await open(path, 'r');
  try {
    const piece = Buffer.allocUnsafe(length);
    const { bytesRead } = await file.read(piece, 0, length, offset);
    return piece.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}
