import { open, readdir } from 'node:fs/promises';
import { basename } from 'node:path';
import type { RequestId } from '@tollgate/contracts';
import type { JournalStart } from '../journal.js';
import { RecordScanner, type EncodedEvent, type ScannedRecord } from './record.js';
import { newSegment, segmentNumber, segmentPath, type Segment } from './segment-store.js';
import { SequenceRanges } from './sequence-ranges.js';
import { isSystemError } from './system-error.js';

const PIECE_BYTES = 131_072;
/** A bad sector, a broken file system, something else in a file's place. Others may pass, and are tried again. */
const DISK_FAULTS = ['EIO', 'EUCLEAN', 'EBADMSG', 'EISDIR'];

/** What the files of a journal hold that nobody writes to any more. */
export interface JournalContents {
  readonly segments: Segment[];
  /** Started and not ended. */
  readonly open: Map<RequestId, JournalStart>;
  readonly sequences: SequenceRanges;
  /** Ends behind ends with higher sequences: they filled holes in an earlier recovery. */
  readonly fillers: Map<number, EncodedEvent>;
  records: number;
  /** Bytes that are no whole record. */
  skippedBytes: number;
  /** Names of files that the disk does not give, or not to their end; what was read of them is in `fillers`. */
  readonly unreadable: string[];
  /** Of the last file, readable or not; 0: there is none. */
  lastNumber: number;
}

/** Reads all segments; damage is counted, never fatal. Rejects when the process may not read, and on `signal`. */
export async function readJournal(directory: string, signal?: AbortSignal): Promise<JournalContents> {
  const contents: JournalContents = {
    segments: [],
    open: new Map(),
    sequences: new SequenceRanges(),
    fillers: new Map(),
    records: 0,
    skippedBytes: 0,
    unreadable: [],
    lastNumber: 0,
  };
  const numbers = (await readdir(directory)).map(segmentNumber).filter((number) => number !== undefined);
  for (const number of numbers.sort((one, other) => one - other)) {
    signal?.throwIfAborted();
    contents.lastNumber = number;
    await readSegment(segmentPath(directory, number), newSegment(number), contents);
  }
  return contents;
}

async function readSegment(path: string, segment: Segment, contents: JournalContents): Promise<void> {
  const ends: EncodedEvent[] = [];
  try {
    for await (const scanned of recordsIn(path, segment, contents)) {
      note(scanned, segment, contents);
      const { record, json } = scanned;
      if ('end' in record) ends.push({ sequence: record.end.sequence, json });
    }
    contents.segments.push(segment);
  } catch (error) {
    if (!DISK_FAULTS.some((code) => isSystemError(error, code))) throw error;
    contents.unreadable.push(basename(path));
    // The file won't be read again: what it gave is kept.
    for (const end of ends) contents.fillers.set(end.sequence, { ...end, json: Buffer.from(end.json) });
  }
}

async function* recordsIn(
  path: string,
  segment: Segment,
  contents: JournalContents,
): AsyncGenerator<ScannedRecord> {
  const scanner = new RecordScanner();
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    while (segment.bytes < size) {
      const piece = Buffer.allocUnsafe(Math.min(PIECE_BYTES, size - segment.bytes));
      const { bytesRead } = await file.read(piece, 0, piece.length, segment.bytes);
      if (bytesRead === 0) break;
      segment.bytes += bytesRead;
      yield* scanner.scan(piece.subarray(0, bytesRead), segment.bytes >= size);
    }
  } finally {
    await file.close();
    contents.skippedBytes += scanner.skippedBytes;
  }
}

function note({ record, json }: ScannedRecord, segment: Segment, contents: JournalContents): void {
  contents.records += 1;
  if ('start' in record) {
    contents.open.set(record.start.id, record.start);
    return;
  }
  const { id, sequence } = record.end;
  contents.open.delete(id);
  if (sequence < contents.sequences.last)
    contents.fillers.set(sequence, { sequence, json: Buffer.from(json) });
  else noteInOrder(segment, sequence);
  contents.sequences.add(sequence);
}

function noteInOrder(segment: Segment, sequence: number): void {
  if (segment.firstSequence === 0) segment.firstSequence = sequence;
  segment.lastSequence = sequence;
}
