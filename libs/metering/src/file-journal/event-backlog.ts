import type { EncodedEvent } from './record.js';
import { lengthWithin, type RunLimit } from './run-limit.js';
import type { SegmentReader } from './segment-reader.js';

/** Where a shipper gets ended events from. */
export interface EventSource {
  /** Highest sequence that may be published. */
  readonly available: number;
  /** Consecutive events from the first at or after `from`, within a limit. */
  take(from: number, limit: RunLimit): Promise<readonly EncodedEvent[]>;
  /** The same events once more, for publishing again; does not disturb `take`. */
  takeAgain(from: number, limit: RunLimit): Promise<readonly EncodedEvent[]>;
}

/**
 * Ended events of a live journal on their way to the shipper: a run of them of bounded size in memory, the rest in the
 * segments, and those that the disk refused in memory whatever their number (it is bounded by the requests that ran).
 *
 * ```
 *   published │ memory (≤ max) │ only in segments │ memory again … │ not written yet
 * ```
 *
 * Events that a full journal does not take are beside it (`unfiled`), until billing has committed them.
 */
export class EventBacklog implements EventSource {
  #memory: EncodedEvent[] = [];
  #memoryBytes = 0;
  #unwritten: EncodedEvent[] = [];
  /** By sequence, rising. */
  readonly #unfiled = new Map<number, EncodedEvent>();
  #unfiledBytes = 0;
  #lastUnfiled = 0;
  #writtenThrough = 0;
  #diskRefuses = false;

  constructor(
    private readonly memoryBytesMax: number,
    private readonly reader: SegmentReader,
    private readonly secondReader: SegmentReader,
  ) {}

  get available(): number {
    if (!this.#diskRefuses) return this.#writtenThrough;
    return Math.max(this.#unwritten.at(-1)?.sequence ?? this.#writtenThrough, this.#lastUnfiled);
  }

  append(event: EncodedEvent): void {
    this.#unwritten.push(event);
  }

  /** It will not be in the segments. */
  appendUnfiled(event: EncodedEvent): void {
    this.#unfiled.set(event.sequence, event);
    this.#unfiledBytes += event.json.length;
    this.#lastUnfiled = event.sequence;
    if (this.#unwritten.length === 0) this.#writtenThrough = event.sequence;
  }

  /** What the disk does not hold yet, and will. */
  get unwritten(): readonly EncodedEvent[] {
    return this.#unwritten;
  }

  /** What only this process knows of; billing has not committed it. */
  get unfiled(): ReadonlyMap<number, EncodedEvent> {
    return this.#unfiled;
  }

  /** Bytes of `unfiled`. */
  get unfiledBytes(): number {
    return this.#unfiledBytes;
  }

  /** All that was appended is in the segments. */
  written(): void {
    this.#diskRefuses = false;
    for (const event of this.#unwritten) {
      this.#writtenThrough = event.sequence;
      const newest = this.#memory.at(-1);
      const follows = newest === undefined || newest.sequence + 1 === event.sequence;
      if (!follows || this.#memoryBytes >= this.memoryBytesMax) continue;
      this.#memory.push(event);
      this.#memoryBytes += event.json.length;
    }
    this.#unwritten = [];
    if (this.#lastUnfiled > this.#writtenThrough) this.#writtenThrough = this.#lastUnfiled;
  }

  /** The disk refused what was appended: it is published from memory. */
  refused(): void {
    this.#diskRefuses = true;
  }

  /** Billing has everything up to here. */
  committed(through: number): void {
    if (this.#unfiled.size === 0) return;
    for (const { sequence, json } of this.#unfiled.values()) {
      if (sequence > through) return;
      this.#unfiled.delete(sequence);
      this.#unfiledBytes -= json.length;
    }
  }

  async take(from: number, limit: RunLimit): Promise<readonly EncodedEvent[]> {
    const stale = this.#memory.findIndex(({ sequence }) => sequence >= from);
    this.#takeFromMemory(stale < 0 ? this.#memory.length : stale);
    const [oldest] = this.#memory;
    if (oldest?.sequence === from) return this.#takeFromMemory(lengthWithin(this.#memory, limit));
    if (from > this.#writtenThrough || this.#unfiled.has(from)) return this.#runInMemory(from, limit);
    const before = oldest?.sequence ?? this.#writtenThrough + 1;
    return this.reader.read(from, { ...limit, events: Math.min(limit.events, before - from) });
  }

  async takeAgain(from: number, limit: RunLimit): Promise<readonly EncodedEvent[]> {
    if (from > this.#writtenThrough || this.#unfiled.has(from)) return this.#runInMemory(from, limit);
    return this.secondReader.read(from, limit);
  }

  #takeFromMemory(length: number): EncodedEvent[] {
    const taken = this.#memory.splice(0, length);
    for (const { json } of taken) this.#memoryBytes -= json.length;
    return taken;
  }

  /** Of what is not in the segments: those that follow one another from the first at or after `from`. */
  #runInMemory(from: number, limit: RunLimit): readonly EncodedEvent[] {
    const run: EncodedEvent[] = [];
    const waiting = this.#unwritten.filter(({ sequence }) => sequence >= from);
    let at = 0;
    let next = this.#unfiled.has(from) ? from : (waiting[0]?.sequence ?? from);
    while (run.length < limit.events) {
      const unfiled = this.#unfiled.get(next);
      const event = unfiled ?? waiting[at];
      if (event?.sequence !== next) break;
      if (unfiled === undefined) at += 1;
      run.push(event);
      next += 1;
    }
    return run.slice(0, lengthWithin(run, limit));
  }
}
