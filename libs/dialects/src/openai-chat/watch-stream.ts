import type { ReportedUsage } from '../canonical/usage.js';
import { endOfEvent, startOfEvent, type StreamWatcher } from '../sse/passing-stream.js';
import { lastUsage, lastUsageRange } from './usage.js';

// Searched for in every piece of every stream: as bytes, so that they are encoded once.
const DONE = Buffer.from('[DONE]');
/** Followed by a letter: `null` and an empty word are no reason. */
const FINISH = [Buffer.from('"finish_reason":"'), Buffer.from('"finish_reason": "')];
const QUOTE = 0x22;
const ERROR = Buffer.from('"error"');
/** Longer than the end mark with its framing. */
const DONE_BYTES_MAX = 64;
const ERROR_EVENT = /(?:^|\n)data: ?\{\s*"error"\s*:\s*[{"]/;

/** What matters in a Chat Completions stream that passes: nothing is parsed but the one usage object. */
export class ChatStreamWatcher implements StreamWatcher {
  readonly responseId = null;
  usage: ReportedUsage | undefined;
  complete = false;
  failed = false;

  constructor(private readonly options: { readonly hideUsage: boolean }) {}

  last(tail: Buffer): Buffer {
    this.complete ||= hasDoneEvent(tail) || hasFinish(tail);
    this.failed ||= tail.includes(ERROR) && ERROR_EVENT.test(tail.toString('latin1'));
    const usage = lastUsage(tail);
    if (usage === undefined) return tail;
    this.usage = usage;
    return this.options.hideUsage ? withoutUsageEvent(tail) : tail;
  }
}

function hasDoneEvent(tail: Buffer): boolean {
  const end = tail.subarray(Math.max(0, tail.length - DONE_BYTES_MAX));
  return end.includes(DONE) && /(?:^|\n)data: ?\[DONE\]\s*(?:\n|$)/.test(end.toString('latin1'));
}

/** Vendors leave the end mark out: behind the reason to finish nothing comes but usage. */
function hasFinish(tail: Buffer): boolean {
  return FINISH.some((mark) => {
    const at = tail.lastIndexOf(mark);
    return at !== -1 && tail[at + mark.length] !== QUOTE;
  });
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
