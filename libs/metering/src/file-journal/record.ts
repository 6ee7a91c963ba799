import { crc32 } from 'node:zlib';
import type { UsageRecordedV1 } from '@tollgate/contracts';
import type { JournalStart } from '../journal.js';

/** One record: 4 bytes length, 4 bytes CRC-32 (both big-endian, of the payload), the payload in JSON. */
export const HEADER_BYTES = 8;
/** Of a payload. */
export const RECORD_BYTES_MAX = 2 ** 20;

export type JournalRecord = { readonly start: JournalStart } | { readonly end: UsageRecordedV1 };

/** An ended event in the JSON that the journal holds of it: written once, published as it is. */
export interface EncodedEvent {
  readonly sequence: number;
  readonly json: Buffer;
}

const OPENING_BRACE = 0x7b;
const UTF8_BYTES_PER_UNIT_MAX = 3;
const SLAB_BYTES = 262_144;
const START_PREFIX = '{"start":';
const END_PREFIX = '{"end":';
const SUFFIX_BYTES = 1;

/**
 * Records that wait to be written together. Their bytes stay where they are after they were written, for whoever holds
 * an event of them: what is on its way to billing costs the garbage collector next to nothing.
 */
export class RecordBuffer {
  #slab = Buffer.allocUnsafe(SLAB_BYTES);
  #begin = 0;
  #end = 0;

  get length(): number {
    return this.#end - this.#begin;
  }

  /** What waits; valid until the next call of another method. */
  get bytes(): Buffer {
    return this.#slab.subarray(this.#begin, this.#end);
  }

  appendStart(json: string): void {
    this.#append(`${START_PREFIX}${json}}`);
  }

  appendEnd(json: string): Buffer {
    const payload = this.#append(`${END_PREFIX}${json}}`);
    return payload.subarray(END_PREFIX.length, payload.length - SUFFIX_BYTES);
  }

  /** Nothing waits any more: it is written, or not wanted. */
  clear(): void {
    this.#begin = this.#end;
  }

  /** @returns the payload */
  #append(payload: string): Buffer {
    this.#reserve(HEADER_BYTES + payload.length * UTF8_BYTES_PER_UNIT_MAX);
    const slab = this.#slab;
    const begin = this.#end + HEADER_BYTES;
    const length = slab.write(payload, begin);
    if (length > RECORD_BYTES_MAX) throw new RangeError('The record is larger than the journal takes.');
    const bytes = slab.subarray(begin, begin + length);
    slab.writeUInt32BE(length, this.#end);
    slab.writeUInt32BE(crc32(bytes), this.#end + 4);
    this.#end = begin + length;
    return bytes;
  }

  #reserve(needed: number): void {
    if (this.#end + needed <= this.#slab.length) return;
    const waiting = this.bytes;
    const larger = Buffer.allocUnsafe(Math.max(SLAB_BYTES, (waiting.length + needed) * 2));
    this.#end = waiting.copy(larger);
    this.#begin = 0;
    this.#slab = larger;
  }
}

/** A record and the position in its file right behind it. */
export interface ScannedRecord {
  readonly record: JournalRecord;
  /** The entry as it stands in the file; of an end, what is to be published. */
  readonly json: Buffer;
  readonly endOffset: number;
}

/**
 * Reads records out of consecutive pieces of a file. What is no record is skipped up to the next whole one and
 * counted: a torn write, a flipped bit or a page of zeros costs the records that it hit and no others.
 */
export class RecordScanner {
  skippedBytes = 0;
  #rest: Buffer = Buffer.alloc(0);
  #restOffset: number;

  /** @param offset where in the file the first piece begins */
  constructor(offset = 0) {
    this.#restOffset = offset;
  }

  /** @param last nothing comes after this piece, so that what is incomplete stays so */
  scan(piece: Buffer, last: boolean): ScannedRecord[] {
    const bytes = this.#rest.length === 0 ? piece : Buffer.concat([this.#rest, piece]);
    const records: ScannedRecord[] = [];
    let at = 0;
    while (at < bytes.length) {
      const length = recordLengthAt(bytes, at);
      if (length === 'unfinished' && !last) break;
      if (typeof length === 'string') {
        at += 1;
        this.skippedBytes += 1;
        continue;
      }
      const payload = bytes.subarray(at + HEADER_BYTES, at + HEADER_BYTES + length);
      const record = parsePayload(payload);
      at += HEADER_BYTES + length;
      if (record === undefined) this.skippedBytes += HEADER_BYTES + length;
      else records.push({ record, json: entryIn(payload, record), endOffset: this.#restOffset + at });
    }
    this.#rest = Buffer.from(bytes.subarray(at));
    this.#restOffset += at;
    return records;
  }
}

function recordLengthAt(bytes: Buffer, at: number): number | 'damaged' | 'unfinished' {
  if (at + HEADER_BYTES >= bytes.length) return 'unfinished';
  const length = bytes.readUInt32BE(at);
  if (length < 2 || length > RECORD_BYTES_MAX || bytes[at + HEADER_BYTES] !== OPENING_BRACE) return 'damaged';
  const begin = at + HEADER_BYTES;
  if (begin + length > bytes.length) return 'unfinished';
  return crc32(bytes.subarray(begin, begin + length)) === bytes.readUInt32BE(at + 4) ? length : 'damaged';
}

/** The checksum says that a journal wrote it; another version may have. */
function parsePayload(payload: Buffer): JournalRecord | undefined {
  try {
    const value: unknown = JSON.parse(payload.toString('utf8'));
    return isJournalRecord(value) ? value : undefined;
  } catch {
    // Damage that its checksum does not show: skipped like any other.
    return undefined;
  }
}

function entryIn(payload: Buffer, record: JournalRecord): Buffer {
  const prefix = 'start' in record ? START_PREFIX : END_PREFIX;
  return payload.subarray(prefix.length, payload.length - SUFFIX_BYTES);
}

function isJournalRecord(value: unknown): value is JournalRecord {
  if (typeof value !== 'object' || value === null) return false;
  const entry: unknown = 'start' in value ? value.start : 'end' in value ? value.end : undefined;
  if (typeof entry !== 'object' || entry === null || !('id' in entry)) return false;
  return 'start' in value || ('sequence' in entry && Number.isSafeInteger(entry.sequence));
}
