import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { segmentPath, SegmentStore } from './segment-store.js';

describe('the segments of a journal', () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'tollgate-segments-'));
  });
  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  /** Its second write fails behind four bytes. @param cutting whether they can be cut off again */
  function failing(cutting: boolean): SegmentStore {
    let writes = 0;
    const write = ((descriptor: number, bytes: Buffer, offset: number, length: number): number => {
      writes += 1;
      if (writes === 2) return writeSync(descriptor, bytes, offset, 4, null);
      if (writes !== 3) return writeSync(descriptor, bytes, offset, length, null);
      if (!cutting) {
        // The same descriptor, but for reading: nothing can be cut off.
        closeSync(descriptor);
        expect(openSync(segmentPath(directory, 1), 'r')).toBe(descriptor);
      }
      throw Object.assign(new Error('EIO: i/o error, write'), { code: 'EIO' });
    }) as typeof writeSync;
    return new SegmentStore({ directory, segmentBytes: 1_000, write });
  }

  const append = (store: SegmentStore, text: string): number =>
    store.append(Buffer.from(text), text.length).number;
  const contents = (number: number): string => readFileSync(segmentPath(directory, number), 'utf8');

  it('lose what a write left that failed', async () => {
    const store = failing(true);
    append(store, 'first ');
    expect(() => append(store, 'second ')).toThrow('EIO');
    expect(append(store, 'third')).toBe(1);
    expect(contents(1)).toBe('first third');
    expect(store.totalBytes).toBe(11);
    await store.close();
  });

  it('begin anew behind what the disk does not take back', async () => {
    const store = failing(false);
    append(store, 'first ');
    expect(() => append(store, 'second ')).toThrow('EIO');
    expect(append(store, 'third')).toBe(2);
    expect([contents(1), contents(2)]).toEqual(['first seco', 'third']);
    expect(store.segments.map(({ bytes }) => bytes)).toEqual([10, 5]);
    expect(store.totalBytes).toBe(15);
    await store.close();
  });
});
