import type { ReportedUsage } from '../canonical/usage.js';
import type { JsonObject } from '../canonical/part.js';
import { objectOf, parseObject } from '../json/tolerant.js';
import { endOfEvent, startOfEvent, type StreamWatcher } from '../sse/passing-stream.js';
import { mergeUsage, toReportedUsage, type WireUsage } from './usage.js';

// Searched for in every piece of every stream: as bytes, so that they are encoded once. Within a text of the model the
// quotes would be escaped; within a result of a vendor's tool they are not, so the event is parsed to be sure.
const MESSAGE_START = Buffer.from('"message_start"');
const MESSAGE_DELTA = Buffer.from('"message_delta"');
const MESSAGE_STOP = Buffer.from('"message_stop"');
const ERROR = Buffer.from('"error"');
const CANDIDATES_MAX = 4;

/** What matters in a Messages stream that passes: input is counted in its first event, output in the last but one. */
export class MessagesStreamWatcher implements StreamWatcher {
  readonly responseId = null;
  usage: ReportedUsage | undefined;
  complete = false;
  failed = false;
  private counts: WireUsage | undefined;
  private started = false;

  first(events: Buffer): void {
    this.readStart(events);
  }

  last(events: Buffer): Buffer {
    this.readStart(events);
    const delta = lastEvent(events, MESSAGE_DELTA, 'message_delta');
    if (delta !== undefined) this.count(objectOf(delta['usage']));
    this.complete ||= lastEvent(events, MESSAGE_STOP, 'message_stop') !== undefined;
    this.failed ||= lastEvent(events, ERROR, 'error') !== undefined;
    return events;
  }

  private readStart(events: Buffer): void {
    if (this.started) return;
    const start = lastEvent(events, MESSAGE_START, 'message_start');
    if (start === undefined) return;
    this.started = true;
    this.count(objectOf(objectOf(start['message'])?.['usage']));
  }

  private count(counts: WireUsage | undefined): void {
    this.counts = mergeUsage(this.counts, counts);
    this.usage = toReportedUsage(this.counts);
  }
}

/** The last event of a type among some, which holds its name. */
function lastEvent(events: Buffer, name: Buffer, type: string): JsonObject | undefined {
  let at = events.lastIndexOf(name);
  for (let candidates = 0; at !== -1 && candidates < CANDIDATES_MAX; candidates += 1) {
    const start = startOfEvent(events, at);
    const event = dataOf(events.toString('utf8', start, endOfEvent(events, at)));
    if (event?.['type'] === type) return event;
    at = start === 0 ? -1 : events.lastIndexOf(name, start - 1);
  }
  return undefined;
}

function dataOf(event: string): JsonObject | undefined {
  const lines = event.split(/\r?\n/).filter((line) => line.startsWith('data:'));
  return parseObject(lines.map((line) => line.slice('data:'.length)).join('\n'));
}
