import { crc32 } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import type { UsageRecordedV1 } from '@tollgate/contracts';
import { journalEnd, journalStart } from '@tollgate/testing/fakes';
import fc from 'fast-check';
import { HEADER_BYTES, RecordBuffer, RecordScanner, type JournalRecord } from './record.js';

const start = journalStart({ model: 'größer-🚀' });
const end = { type: 'usage.recorded', version: 1, ...journalEnd(start), sequence: 1 } as const;

function encode(count: number): Buffer {
  const buffer = new RecordBuffer();
  for (let index = 0; index < count; index += 1) {
    if (index % 2 === 0) buffer.appendStart(start);
    else buffer.appendEnd(journalEnd(start), 1);
  }
  return Buffer.from(buffer.bytes);
}

function recordOf(payload: Buffer): Buffer {
  const header = Buffer.alloc(HEADER_BYTES);
  header.writeUInt32BE(payload.length, 0);
  header.writeUInt32BE(crc32(payload), 4);
  return Buffer.concat([header, payload]);
}

function scanAll(bytes: Buffer): { records: JournalRecord[]; skipped: number } {
  const scanner = new RecordScanner();
  const records = scanner.scan(bytes, true).map(({ record }) => record);
  return { records, skipped: scanner.skippedBytes };
}

describe('a journal record', () => {
  it('is a length, a CRC-32 and JSON', () => {
    const bytes = encode(1);
    expect(bytes.readUInt32BE(0)).toBe(bytes.length - HEADER_BYTES);
    expect(JSON.parse(bytes.toString('utf8', HEADER_BYTES))).toEqual({ start });
  });

  it('is read back as it was written, also beyond the first capacity of the buffer', () => {
    const { records, skipped } = scanAll(encode(1_000));
    expect(records).toHaveLength(1_000);
    expect(records.slice(0, 2)).toEqual([{ start }, { end }]);
    const [first, second] = new RecordScanner().scan(encode(2), true);
    expect([first, second].map((scanned) => JSON.parse(String(scanned?.json)) as unknown)).toEqual([
      start,
      end,
    ]);
    expect(skipped).toBe(0);
  });

  it('gives its bytes to whoever publishes them, and keeps them when they are written and others follow', () => {
    const buffer = new RecordBuffer();
    const kept = Array.from({ length: 600 }, (_, index) => {
      const bytes = buffer.appendEnd(journalEnd(start), index + 1);
      buffer.clear();
      return bytes;
    });
    const sequences = kept.map((bytes) => (JSON.parse(bytes.toString()) as UsageRecordedV1).sequence);
    expect(sequences).toEqual(kept.map((_, index) => index + 1));
    expect(buffer.length).toBe(0);
  });

  it('is found wherever the pieces of the file are cut', () => {
    const bytes = encode(3);
    for (let cut = 0; cut <= bytes.length; cut += 1) {
      const scanner = new RecordScanner(100);
      const records = [
        ...scanner.scan(bytes.subarray(0, cut), false),
        ...scanner.scan(bytes.subarray(cut), true),
      ];
      expect(records.map(({ record }) => Object.keys(record)[0])).toEqual(['start', 'end', 'start']);
      expect(records.at(-1)?.endOffset).toBe(100 + bytes.length);
      expect(scanner.skippedBytes).toBe(0);
    }
  });

  it('costs no other record when the file ends within it, at whichever byte', () => {
    const whole = encode(2);
    const bytes = encode(3);
    for (let length = whole.length; length < bytes.length; length += 1) {
      const { records, skipped } = scanAll(bytes.subarray(0, length));
      expect(records).toEqual([{ start }, { end }]);
      expect(skipped).toBe(length - whole.length);
    }
  });

  it('costs no other record when any one of its bytes is wrong', () => {
    const [one, two] = [encode(1).length, encode(2).length];
    const bytes = encode(3);
    for (let index = one; index < two; index += 1) {
      const damaged = Buffer.from(bytes);
      damaged[index] = (damaged[index] ?? 0) ^ 0xff;
      const { records, skipped } = scanAll(damaged);
      expect(records).toEqual([{ start }, { start }]);
      expect(skipped).toBe(two - one);
    }
  });

  it('is found behind zeros and behind garbage', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), fc.nat(9_000), (garbage, zeros) => {
        const { records } = scanAll(Buffer.concat([garbage, Buffer.alloc(zeros), encode(2)]));
        expect(records).toEqual([{ start }, { end }]);
      }),
      { numRuns: 50 },
    );
  });

  it('is published as JSON of its event, also where a later version wrote it in another way', () => {
    const event = { ...end };
    for (const payload of [
      { end: event, by: 'v2' },
      { by: 'v2', end: event },
    ]) {
      const bytes = recordOf(Buffer.from(JSON.stringify(payload)));
      const [found] = new RecordScanner().scan(bytes, true);
      expect(JSON.parse(String(found?.json))).toEqual(event);
    }
  });

  it('is skipped when its checksum is right and its content is no entry of ours', () => {
    const buffer = new RecordBuffer();
    buffer.appendEvent(Buffer.from(JSON.stringify({ id: 'x' })));
    buffer.appendStart(start);
    const { records, skipped } = scanAll(Buffer.from(buffer.bytes));
    expect(records).toEqual([{ start }]);
    expect(skipped).toBe(HEADER_BYTES + '{"end":{"id":"x"}}'.length);
  });
});
