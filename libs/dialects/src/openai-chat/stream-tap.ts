import type { ReportedUsage, StreamTap } from '../dialect.js';
import { lastUsage, lastUsageRange } from './usage.js';

/** A single event may not grow beyond this while it is held back to be whole; a larger one passes in pieces. */
const EVENT_BYTES_MAX = 1_048_576;
const NOTHING = Buffer.alloc(0);
// Searched for in every piece of every stream: as bytes, so that they are encoded once.
const DONE = Buffer.from('[DONE]');
const ERROR = Buffer.from('"error"');
const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;
const TAIL_BYTES = 4_096;
/** Longer than the end mark with its framing. */
const DONE_BYTES_MAX = 64;

/**
 * Watches a Chat Completions stream pass. Bytes go on as they came, cut at event boundaries; only the last events are
 * looked into, by native searches: nothing is parsed but the one usage object.
 *
 * ```
 * chunk in:  …rest of event 7}\n\n | data: {event 8}\n\n | data: {event 9, not yet wh
 *            └────────────── passed on now ─────────────┘ └── kept for the next ──┘
 * ```
 */
export class ChatStreamTap implements StreamTap {
  usage: ReportedUsage | undefined;
  complete = false;
  failed = false;
  bytesPerEvent = 0;
  private kept: Buffer = NOTHING;

  constructor(private readonly options: { readonly hideUsage: boolean }) {}

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
    if (this.bytesPerEvent === 0) this.bytesPerEvent = lengthOfMiddleEvent(events);
    const tail = lastEvents(events);
    this.complete ||= hasDoneEvent(tail);
    this.failed ||= tail.includes(ERROR) && ERROR_EVENT.test(tail.toString('latin1'));
    const usage = lastUsage(tail);
    if (usage === undefined) return events;
    this.usage = usage;
    if (!this.options.hideUsage) return events;
    const kept = withoutUsageEvent(tail);
    if (kept === tail) return events;
    const before = events.subarray(0, events.length - tail.length);
    return before.length + kept.length === 0 ? null : Buffer.concat([before, kept]);
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

const ERROR_EVENT = /(?:^|\n)data: ?\{\s*"error"\s*:\s*[{"]/;

function hasDoneEvent(tail: Buffer): boolean {
  const end = tail.subarray(Math.max(0, tail.length - DONE_BYTES_MAX));
  return end.includes(DONE) && /(?:^|\n)data: ?\[DONE\]\s*(?:\n|$)/.test(end.toString('latin1'));
}

/**
 * Takes out the event that carries only usage (`"choices":[]`): the client did not ask for it. Vendors that put usage
 * beside the last choice keep that event.
 */
function withoutUsageEvent(events: Buffer): Buffer {
  const range = lastUsageRange(events);
  if (range === undefined) return events;
  const start = startOfEvent(events, range.start);
  const end = endOfEvent(events, range.end);
  if (!/"choices"\s*:\s*\[\s*\]/.test(events.toString('latin1', start, end))) return events;
  return Buffer.concat([events.subarray(0, start), events.subarray(end)]);
}

/** The first event carries a role and no words, the last ones usage: one in the middle is like most. */
function lengthOfMiddleEvent(events: Buffer): number {
  const middle = Math.floor(events.length / 2);
  return endOfEvent(events, middle) - startOfEvent(events, middle);
}

function startOfEvent(events: Buffer, at: number): number {
  return boundaryAtOrBefore(events, at);
}

function endOfEvent(events: Buffer, from: number): number {
  for (let at = from + 1; at < events.length; at += 1) if (isBoundary(events, at)) return at;
  return events.length;
}
