import {
  closeSync,
  fdatasync,
  fstatSync,
  ftruncateSync,
  openSync,
  writeSync,
  close,
  fsync,
  open,
} from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const syncData = promisify(fdatasync);
const syncAll = promisify(fsync);
const closeFile = promisify(close);
const openFile = promisify(open);
/** No file: writing to it throws. */
const CLOSED = -1;

/** One file of a journal and what is known of it. */
export interface Segment {
  readonly number: number;
  /** Length of what was written whole. */
  bytes: number;
  /** Lowest and highest sequence of the ends in it; 0: it holds none. */
  firstSequence: number;
  lastSequence: number;
  /** It may go when everything up to here is committed: its own ends and the ends of its starts. */
  neededThrough: number;
  /** Starts in it whose request still runs. */
  openStarts: number;
}

export function newSegment(number: number): Segment {
  return { number, bytes: 0, firstSequence: 0, lastSequence: 0, neededThrough: 0, openStarts: 0 };
}

export function segmentPath(directory: string, number: number): string {
  return join(directory, `${number.toString().padStart(10, '0')}.log`);
}

/** The number of a segment file, or `undefined` for another file. */
export function segmentNumber(fileName: string): number | undefined {
  const [, digits] = /^(\d{10})\.log$/.exec(fileName) ?? [];
  return digits === undefined ? undefined : Number(digits);
}

/** How bytes reach a file; tests put a full disk here. */
export type WriteFile = typeof writeSync;

export interface SegmentStoreOptions {
  readonly directory: string;
  readonly segmentBytes: number;
  readonly write?: WriteFile | undefined;
}

/**
 * The segment files that one process appends to. Writing is synchronous (a write to the page cache survives the
 * process); making it durable against loss of power happens in the background.
 */
export class SegmentStore {
  readonly segments: Segment[] = [];
  totalBytes = 0;
  readonly #directory: string;
  readonly #segmentBytes: number;
  readonly #write: WriteFile;
  #current: Segment;
  #descriptor: number;
  /** Files that are full, to be synced and closed. */
  #full: number[] = [];
  #dirty = false;
  /** Behind what was written whole, the current file has what a failed write left. */
  #torn = false;
  #newFiles = true;
  /** One after the other, so that no file is closed under another's hands. */
  #lastSync: Promise<void> = Promise.resolve();

  /** @throws Error of the file system when the first segment can't be made */
  constructor(options: SegmentStoreOptions) {
    this.#directory = options.directory;
    this.#segmentBytes = options.segmentBytes;
    this.#write = options.write ?? writeSync;
    this.#current = newSegment(1);
    this.#descriptor = this.#open(this.#current);
  }

  get current(): Segment {
    return this.#current;
  }

  /**
   * Appends the first `length` bytes, all or nothing as far as the disk allows: what a failed write left is cut off, and
   * where that fails as well, whole records of it may stay.
   *
   * @returns the segment that holds them
   * @throws Error of the file system
   */
  append(bytes: Buffer, length: number): Segment {
    if (this.#torn || this.#current.bytes >= this.#segmentBytes) this.#roll();
    try {
      for (let written = 0; written < length;) {
        written += this.#write(this.#descriptor, bytes, written, length - written, null);
      }
    } catch (error) {
      this.#cutBack();
      throw error;
    }
    this.#current.bytes += length;
    this.totalBytes += length;
    this.#dirty = true;
    return this.#current;
  }

  /** Resolves when all that was appended before the call is on the disk itself. */
  sync(): Promise<void> {
    const synced = this.#lastSync.then(() => this.#syncNow());
    this.#lastSync = synced.catch(() => undefined);
    return synced;
  }

  async remove(segment: Segment): Promise<void> {
    this.segments.splice(this.segments.indexOf(segment), 1);
    this.totalBytes -= segment.bytes;
    await rm(segmentPath(this.#directory, segment.number), { force: true });
  }

  async close(): Promise<void> {
    try {
      await this.sync();
    } finally {
      for (const descriptor of [...this.#full, this.#descriptor]) closeSync(descriptor);
      this.#full = [];
      this.#descriptor = CLOSED;
    }
  }

  #roll(): void {
    const next = newSegment(this.#current.number + 1);
    const descriptor = this.#open(next);
    this.#full.push(this.#descriptor);
    this.#descriptor = descriptor;
    this.#current = next;
    this.#torn = false;
    this.#newFiles = true;
  }

  #open(segment: Segment): number {
    const descriptor = openSync(segmentPath(this.#directory, segment.number), 'ax', 0o600);
    this.segments.push(segment);
    return descriptor;
  }

  /** What a failed write left behind goes; where the disk does not even allow that, nothing is written behind it. */
  #cutBack(): void {
    try {
      ftruncateSync(this.#descriptor, this.#current.bytes);
    } catch {
      this.#dirty = true;
      this.#torn = true;
      const { size } = fstatSync(this.#descriptor);
      this.totalBytes += size - this.#current.bytes;
      this.#current.bytes = size;
    }
  }

  async #syncNow(): Promise<void> {
    if (this.#newFiles) {
      this.#newFiles = false;
      await syncDirectory(this.#directory);
    }
    const full = this.#full;
    this.#full = [];
    for (const descriptor of full) {
      await syncData(descriptor);
      await closeFile(descriptor);
    }
    if (!this.#dirty) return;
    this.#dirty = false;
    await syncData(this.#descriptor);
  }
}

/** Makes the names of new files durable. */
export async function syncDirectory(path: string): Promise<void> {
  const descriptor = await openFile(path, 'r');
  try {
    await syncAll(descriptor);
  } finally {
    await closeFile(descriptor);
  }
}
