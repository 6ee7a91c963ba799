import type { ReportedUsage } from '../canonical/usage.js';
import type { StreamTap } from '../dialect.js';

/** A single event may not grow beyond this while it is held back to be whole; a larger one passes in pieces. */
const EVENT_BYTES_MAX = 1_048_576;
const NOTHING = Buffer.alloc(0);
const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;
const TAIL_BYTES = 4_096;

/** What a dialect sees in events that pass: bytes of whole events, looked at by native searches. */
export interface StreamWatcher {
  /** The last usage that the vendor reported. */
  readonly usage: ReportedUsage | undefined;
  readonly complete: boolean;
  readonly failed: boolean;
  /** The vendor's id of the answer; `null` where the dialect stores none. */
  readonly responseId: string | null;
  /** The first events of the stream, before `last` gets their end. */
  first?(events: Buffer): void;
  /**
   * The last events that arrived, 4 KiB or the very last one: usage, end and failure come last.
   *
   * @returns them without what the client did not ask for; nearly always the same, and never more
   */
  last(events: Buffer): Buffer;
}

/**
 * A stream that passes. Bytes go on as they came, cut at event boundaries; only the first and the last events are looked
 * into, by the dialect's watcher.
 *
 * ```
 * chunk in:  …rest of event 7}\n\n | data: {event 8}\n\n | data: {event 9, not yet wh
 *            └────────────── passed on now ─────────────┘ └── kept for the next ──┘
 * ```
 */
export class PassingStream implements StreamTap {
  bytesPerEvent = 0;
  private kept: Buffer = NOTHING;
  private begun = false;

  constructor(private readonly watcher: StreamWatcher) {}

  get usage(): ReportedUsage | undefined {
    return this.watcher.usage;
  }

  get complete(): boolean {
    return this.watcher.complete;
  }

  get failed(): boolean {
    return this.watcher.failed;
  }

  get responseId(): string | null {
    return this.watcher.responseId;
  }

  push(pieces: readonly Buffer[]): Buffer | null {
    const bytes = joined(this.kept, pieces);
    const end = endOfLastEvent(bytes);
    if (end === 0 && bytes.length <= EVENT_BYTES_MAX) {
      this.kept = bytes;
      return null;
    }
    if (end === 0 || end === bytes.length) {
      this.kept = NOTHING;
      return this.inspect(bytes);
    }
    this.kept = bytes.subarray(end);
    return this.inspect(bytes.subarray(0, end));
  }

  end(): Buffer | null {
    const rest = this.kept;
    this.kept = NOTHING;
    return rest.length === 0 ? null : this.inspect(rest);
  }

  private inspect(events: Buffer): Buffer | null {
    if (!this.begun) {
      this.begun = true;
      this.bytesPerEvent = lengthOfMiddleEvent(events);
      this.watcher.first?.(events);
    }
    const tail = lastEvents(events);
    const kept = this.watcher.last(tail);
    if (kept === tail) return events;
    const before = events.length - tail.length;
    if (before + kept.length === 0) return null;
    // What is left of the tail moves to its beginning.
    return events.subarray(0, before + kept.copy(events, before));
  }
}

/** Everything in one piece; copied once, and only where there is more than one. */
function joined(kept: Buffer, pieces: readonly Buffer[]): Buffer {
  const [only] = pieces;
  if (kept.length > 0) return Buffer.concat([kept, ...pieces]);
  return pieces.length === 1 && only !== undefined ? only : Buffer.concat(pieces);
}

/**
 * The last whole events of some, 4 KiB or the very last one: what tells usage, end and failure of a stream comes last, so
 * the rest is not searched.
 */
function lastEvents(events: Buffer): Buffer {
  if (events.length <= TAIL_BYTES) return events;
  return events.subarray(startOfEvent(events, events.length - TAIL_BYTES));
}

/** Position behind the last blank line. Nearly always found at the very end. */
function endOfLastEvent(bytes: Buffer): number {
  return boundaryAtOrBefore(bytes, bytes.length);
}

/** The last position at or before `limit` that stands behind a blank line; 0 when there is none. */
function boundaryAtOrBefore(bytes: Buffer, limit: number): number {
  for (let at = limit; at > 1; at -= 1) if (isBoundary(bytes, at)) return at;
  return 0;
}

/** Events end with two line ends, `\n` or `\r\n` each. */
function isBoundary(bytes: Buffer, at: number): boolean {
  if (bytes[at - 1] !== LINE_FEED) return false;
  return bytes[at - 2] === LINE_FEED || (bytes[at - 2] === CARRIAGE_RETURN && bytes[at - 3] === LINE_FEED);
}

/** The first event carries a role and no words, the last ones usage: one in the middle is like most. */
function lengthOfMiddleEvent(events: Buffer): number {
  const middle = Math.floor(events.length / 2);
  return endOfEvent(events, middle) - startOfEvent(events, middle);
}

/** Where the event around a position begins. */
export function startOfEvent(events: Buffer, at: number): number {
  return boundaryAtOrBefore(events, at);
}

/** Where the event around a position ends. */
export function endOfEvent(events: Buffer, from: number): number {
  for (let at = from + 1; at < events.length; at += 1) if (isBoundary(events, at)) return at;
  return events.length;
}
