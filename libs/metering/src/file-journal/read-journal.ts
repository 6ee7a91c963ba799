import { open, readdir } from 'node:fs/promises';
import type { RequestId } from '@tollgate/contracts';
import type { JournalStart } from '../journal.js';
import { RecordScanner, type EncodedEvent, type ScannedRecord } from './record.js';
import { newSegment, segmentNumber, segmentPath, type Segment } from './segment-store.js';
import { SequenceRanges } from './sequence-ranges.js';

const PIECE_BYTES = 131_072;

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
}

/** Reads all segments; damage is counted, never fatal. Rejects when a file can't be read at all, and on `signal`. */
export async function readJournal(directory: string, signal?: AbortSignal): Promise<JournalContents> {
  const contents: JournalContents = {
    segments: [],
    open: new Map(),
    sequences: new SequenceRanges(),
    fillers: new Map(),
    records: 0,
    skippedBytes: 0,
  };
  const numbers = (await readdir(directory)).map(segmentNumber).filter((number) => number !== undefined);
  for (const number of numbers.sort((one, other) => one - other)) {
    const segment = newSegment(number);
    contents.segments.push(segment);
    signal?.throwIfAborted();
    await readSegment(segmentPath(directory, number), segment, contents);
  }
  return contents;
}

async function readSegment(path: string, segment: Segment, contents: JournalContents): Promise<void> {
  const scanner = new RecordScanner();
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    while (segment.bytes < size) {
      const piece = Buffer.allocUnsafe(Math.min(PIECE_BYTES, size - segment.bytes));
      const { bytesRead } = await file.read(piece, 0, piece.length, segment.bytes);
      if (bytesRead === 0) break;
      segment.bytes += bytesRead;
      const scanned = scanner.scan(piece.subarray(0, bytesRead), segment.bytes >= size);
      for (const one of scanned) note(one, segment, contents);
    }
  } finally {
    await file.close();
  }
  contents.skippedBytes += scanner.skippedBytes;
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
