import type { EncodedEvent } from './record.js';
import type { SegmentReader } from './segment-reader.js';

/** Where a shipper gets ended events from. */
export interface EventSource {
  /** Highest sequence that may be published. */
  readonly available: number;
  /** Consecutive events from the first at or after `from`, at most `max`. */
  take(from: number, max: number): Promise<readonly EncodedEvent[]>;
  /** The same events once more, for publishing again; does not disturb `take`. */
  takeAgain(from: number, max: number): Promise<readonly EncodedEvent[]>;
}

/**
 * Ended events of a live journal on their way to the shipper: a bounded run of them in memory, the rest in the
 * segments, and those that the disk refused in memory whatever their number (it is bounded by the requests that ran).
 *
 * ```
 *   published │ memory (≤ max) │ only in segments │ memory again … │ not written yet
 * ```
 */
export class EventBacklog implements EventSource {
  #memory: EncodedEvent[] = [];
  #unwritten: EncodedEvent[] = [];
  #writtenThrough = 0;
  #diskRefuses = false;

  constructor(
    private readonly memoryEventsMax: number,
    private readonly reader: SegmentReader,
    private readonly secondReader: SegmentReader,
  ) {}

  get available(): number {
    return this.#diskRefuses
      ? (this.#unwritten.at(-1)?.sequence ?? this.#writtenThrough)
      : this.#writtenThrough;
  }

  append(event: EncodedEvent): void {
    this.#unwritten.push(event);
  }

  /** What the disk does not hold yet. */
  get unwritten(): readonly EncodedEvent[] {
    return this.#unwritten;
  }

  /** All that was appended is in the segments. */
  written(): void {
    this.#diskRefuses = false;
    for (const event of this.#unwritten) {
      this.#writtenThrough = event.sequence;
      const newest = this.#memory.at(-1);
      const follows = newest === undefined || newest.sequence + 1 === event.sequence;
      if (follows && this.#memory.length < this.memoryEventsMax) this.#memory.push(event);
    }
    this.#unwritten = [];
  }

  /** The disk refused what was appended: it is published from memory. */
  refused(): void {
    this.#diskRefuses = true;
  }

  async take(from: number, max: number): Promise<readonly EncodedEvent[]> {
    const stale = this.#memory.findIndex(({ sequence }) => sequence >= from);
    this.#memory.splice(0, stale < 0 ? this.#memory.length : stale);
    const [oldest] = this.#memory;
    if (oldest?.sequence === from) return this.#memory.splice(0, max);
    if (from > this.#writtenThrough)
      return this.#unwritten.filter(({ sequence }) => sequence >= from).slice(0, max);
    const before = oldest?.sequence ?? this.#writtenThrough + 1;
    return this.reader.read(from, Math.min(max, before - from));
  }

  async takeAgain(from: number, max: number): Promise<readonly EncodedEvent[]> {
    return this.secondReader.read(from, max);
  }
}
