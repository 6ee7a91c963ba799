import { crc32 } from 'node:zlib';
import type { UsageRecordedV1 } from '@tollgate/contracts';
import type { JournalEnd, JournalStart } from '../journal.js';
import { encodeEnd, writeEnd, writeStart } from './encode-entry.js';
import { JsonWriter } from './json-writer.js';

/** One record: 4 bytes length, 4 bytes CRC-32 (both big-endian, of the payload), the payload in JSON. */
export const HEADER_BYTES = 8;
const CHECKSUM_AT = 4;
/** Of a payload: each fits into a message to billing by itself. */
export const RECORD_BYTES_MAX = 2 ** 19;

export type JournalRecord = { readonly start: JournalStart } | { readonly end: UsageRecordedV1 };

/** An ended event in the JSON that the journal holds of it: written once, published as it is. */
export interface EncodedEvent {
  readonly sequence: number;
  readonly json: Buffer;
}

const OPENING_BRACE = 0x7b;
const START_PREFIX = '{"start":';
const END_PREFIX = '{"end":';
const SUFFIX = '}';

/**
 * Records that wait to be written together. Their bytes stay where they are after they were written, for whoever holds
 * an event of them: what is on its way to billing costs the garbage collector next to nothing.
 */
export class RecordBuffer {
  readonly #out = new JsonWriter();

  get length(): number {
    return this.#out.length;
  }

  /** What waits; valid until the next call of another method. */
  get bytes(): Buffer {
    return this.#out.part();
  }

  /** @throws RangeError for an entry that is larger than a record may be; nothing is appended then */
  appendStart(start: JournalStart): void {
    this.#append(START_PREFIX, (out) => writeStart(out, start));
  }

  /**
   * @returns the event in JSON
   * @throws RangeError as `appendStart`
   */
  appendEnd(end: JournalEnd, sequence: number): Buffer {
    return eventIn(this.#append(END_PREFIX, (out) => writeEnd(out, end, sequence)));
  }

  /**
   * An event that is JSON already.
   *
   * @returns it, where it is now
   * @throws RangeError as `appendStart`
   */
  appendEvent(json: Uint8Array): Buffer {
    return eventIn(this.#append(END_PREFIX, (out) => out.encoded(json)));
  }

  /** Nothing waits any more: it is written, or not wanted. */
  clear(): void {
    this.#out.forget();
  }

  /** @returns the payload */
  #append(prefix: string, write: (out: JsonWriter) => void): Buffer {
    const out = this.#out;
    const begin = out.length;
    try {
      out.skip(HEADER_BYTES);
      out.ascii(prefix);
      write(out);
      out.ascii(SUFFIX);
      const payload = out.part(begin + HEADER_BYTES);
      if (payload.length > RECORD_BYTES_MAX) throw tooLarge();
      out.setUint32(begin, payload.length);
      out.setUint32(begin + CHECKSUM_AT, crc32(payload));
      return payload;
    } catch (error) {
      out.cut(begin);
      throw error;
    }
  }
}

/**
 * An event that is in no record, though it may get into one.
 *
 * @throws RangeError as `RecordBuffer.appendStart`
 */
export function encodeEvent(end: JournalEnd, sequence: number): Buffer {
  const json = encodeEnd(end, sequence);
  if (END_PREFIX.length + json.length + SUFFIX.length > RECORD_BYTES_MAX) throw tooLarge();
  return json;
}

function tooLarge(): RangeError {
  return new RangeError('The record is larger than the journal takes.');
}

function eventIn(endPayload: Buffer): Buffer {
  return endPayload.subarray(END_PREFIX.length, endPayload.length - SUFFIX.length);
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
  return crc32(bytes.subarray(begin, begin + length)) === bytes.readUInt32BE(at + CHECKSUM_AT)
    ? length
    : 'damaged';
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
  const [prefix, entry] = 'start' in record ? [START_PREFIX, record.start] : [END_PREFIX, record.end];
  const ours = Object.keys(record).length === 1 && payload.toString('latin1', 0, prefix.length) === prefix;
  return ours
    ? payload.subarray(prefix.length, payload.length - SUFFIX.length)
    : Buffer.from(JSON.stringify(entry));
}

function isJournalRecord(value: unknown): value is JournalRecord {
  if (typeof value !== 'object' || value === null) return false;
  const entry: unknown = 'start' in value ? value.start : 'end' in value ? value.end : undefined;
  if (typeof entry !== 'object' || entry === null || !('id' in entry)) return false;
  return 'start' in value || ('sequence' in entry && Number.isSafeInteger(entry.sequence));
}
