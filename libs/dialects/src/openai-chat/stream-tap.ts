import type { ReportedUsage, StreamTap } from '../dialect.js';
import { lastUsage, lastUsageRange } from './usage.js';

/** A single event may not grow beyond this while it is held back to be whole; a larger one passes in pieces. */
const EVENT_BYTES_MAX = 1_048_576;
const NOTHING = Buffer.alloc(0);
// Searched for in every piece of every stream: as bytes, so that they are encoded once.
const DONE = Buffer.from('[DONE]');
const ERROR = Buffer.from('"error"');
const BLANK_LINE = Buffer.from('\n\n');
const BLANK_LINE_CRLF = Buffer.from('\r\n\r\n');

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

  push(chunk: Buffer): Buffer | null {
    const bytes = this.kept.length === 0 ? chunk : Buffer.concat([this.kept, chunk]);
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
    if (!this.complete && events.lastIndexOf(DONE) !== -1) this.complete = hasDoneEvent(events);
    if (!this.failed && events.indexOf(ERROR) !== -1) this.failed = hasErrorEvent(events);
    const usage = lastUsage(events);
    if (usage === undefined) return events;
    this.usage = usage;
    return this.options.hideUsage ? withoutUsageEvent(events) : events;
  }
}

/** Position behind the last blank line; 0 when there is none. */
function endOfLastEvent(bytes: Buffer): number {
  const lineFeeds = bytes.lastIndexOf(BLANK_LINE);
  const pairs = bytes.lastIndexOf(BLANK_LINE_CRLF);
  if (lineFeeds === -1 && pairs === -1) return 0;
  return lineFeeds > pairs ? lineFeeds + 2 : pairs + 4;
}

function hasDoneEvent(events: Buffer): boolean {
  return /(?:^|\n)data: ?\[DONE\]\s*(?:\n|$)/.test(
    events.toString('latin1', Math.max(0, events.length - 256)),
  );
}

function hasErrorEvent(events: Buffer): boolean {
  return /(?:^|\n)data: ?\{\s*"error"\s*:\s*[{"]/.test(events.toString('latin1'));
}

/**
 * Takes out the event that carries only usage (`"choices":[]`): the client did not ask for it. Vendors that put usage
 * beside the last choice keep that event.
 */
function withoutUsageEvent(events: Buffer): Buffer | null {
  const range = lastUsageRange(events);
  if (range === undefined) return events;
  const start = startOfEvent(events, range.start);
  const end = endOfEvent(events, range.end);
  if (!/"choices"\s*:\s*\[\s*\]/.test(events.toString('latin1', start, end))) return events;
  if (start === 0 && end === events.length) return null;
  return Buffer.concat([events.subarray(0, start), events.subarray(end)]);
}

/** The first event carries a role and no words, the last ones usage: one in the middle is like most. */
function lengthOfMiddleEvent(events: Buffer): number {
  const middle = Math.floor(events.length / 2);
  return endOfEvent(events, middle) - startOfEvent(events, middle);
}

function startOfEvent(events: Buffer, at: number): number {
  const lineFeeds = events.lastIndexOf('\n\n', at);
  const pairs = events.lastIndexOf('\r\n\r\n', at);
  return Math.max(lineFeeds === -1 ? 0 : lineFeeds + 2, pairs === -1 ? 0 : pairs + 4);
}

function endOfEvent(events: Buffer, at: number): number {
  const lineFeeds = events.indexOf('\n\n', at);
  const pairs = events.indexOf('\r\n\r\n', at);
  if (lineFeeds === -1 && pairs === -1) return events.length;
  if (pairs === -1 || (lineFeeds !== -1 && lineFeeds < pairs)) return lineFeeds + 2;
  return pairs + 4;
}
