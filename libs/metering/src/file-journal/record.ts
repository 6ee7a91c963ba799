import { crc32 } from 'node:zlib';
import type { UsageRecordedV1 } from '@tollgate/contracts';
import type { JournalStart } from '../journal.js';

/** One record: 4 bytes length, 4 bytes CRC-32 (both big-endian, of the payload), the payload in JSON. */
export const HEADER_BYTES = 8;
export const RECORD_BYTES_MAX = 2 ** 20;

export type JournalRecord = { readonly start: JournalStart } | { readonly end: UsageRecordedV1 };

const OPENING_BRACE = 0x7b;
const UTF8_BYTES_PER_UNIT_MAX = 3;
const CAPACITY_BYTES = 65_536;

/** Records that wait to be written together. */
export class RecordBuffer {
  #bytes = Buffer.allocUnsafe(CAPACITY_BYTES);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** What waits; valid until the next call of another method. */
  get bytes(): Buffer {
    return this.#bytes;
  }

  append(kind: 'start' | 'end', entry: object): void {
    const json = `{"${kind}":${JSON.stringify(entry)}}`;
    this.#reserve(HEADER_BYTES + json.length * UTF8_BYTES_PER_UNIT_MAX);
    const begin = this.#length + HEADER_BYTES;
    const written = this.#bytes.write(json, begin);
    if (written > RECORD_BYTES_MAX) throw new RangeError('The record is larger than the journal takes.');
    this.#bytes.writeUInt32BE(written, this.#length);
    this.#bytes.writeUInt32BE(crc32(this.#bytes.subarray(begin, begin + written)), this.#length + 4);
    this.#length = begin + written;
  }

  /** Takes back everything after the first `length` bytes. */
  truncate(length: number): void {
    this.#length = length;
  }

  #reserve(needed: number): void {
    if (this.#length + needed <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafe(Math.max(this.#bytes.length * 2, this.#length + needed));
    this.#bytes.copy(larger, 0, 0, this.#length);
    this.#bytes = larger;
  }
}

/** A record and the position in its file right behind it. */
export interface ScannedRecord {
  readonly record: JournalRecord;
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
      const record = parsePayload(bytes, at + HEADER_BYTES, length);
      at += HEADER_BYTES + length;
      if (record === undefined) this.skippedBytes += HEADER_BYTES + length;
      else records.push({ record, endOffset: this.#restOffset + at });
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
function parsePayload(bytes: Buffer, begin: number, length: number): JournalRecord | undefined {
  const value: unknown = JSON.parse(bytes.toString('utf8', begin, begin + length));
  return isJournalRecord(value) ? value : undefined;
}

function isJournalRecord(value: unknown): value is JournalRecord {
  if (typeof value !== 'object' || value === null) return false;
  const entry: unknown = 'start' in value ? value.start : 'end' in value ? value.end : undefined;
  if (typeof entry !== 'object' || entry === null || !('id' in entry)) return false;
  return 'start' in value || ('sequence' in entry && Number.isSafeInteger(entry.sequence));
}
