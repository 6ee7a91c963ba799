import type { ReportedUsage } from '../canonical/usage.js';
import type { TapOptions } from '../dialect.js';
import { ERROR_MARK } from '../sse/error-mark.js';
import { endOfEvent, startOfEvent, type StreamWatcher } from '../sse/passing-stream.js';
import { lastUsage, lastUsageRange } from './usage.js';

// Searched for in every piece of every stream: as bytes, so that they are encoded once.
const DONE = Buffer.from('[DONE]');
/** Followed by a letter: `null` and an empty word are no reason. */
const FINISH = [Buffer.from('"finish_reason":"'), Buffer.from('"finish_reason": "')];
const QUOTE = 0x22;
/** Longer than the end mark with its framing. */
const DONE_BYTES_MAX = 64;
const USAGE_ALONE = /"choices"\s*:\s*\[\s*\]/;
const ERROR_EVENT = /(?:^|\n)data: ?\{\s*"error"\s*:\s*[{"]/;

/** What matters in a Chat Completions stream that passes: nothing is parsed but the one usage object. */
export class ChatStreamWatcher implements StreamWatcher {
  readonly responseId = null;
  usage: ReportedUsage | undefined;
  complete = false;
  failed = false;

  private finished = 0;

  constructor(private readonly options: TapOptions) {}

  last(tail: Buffer): Buffer {
    this.complete ||= hasDoneEvent(tail) || this.hasFinished(tail);
    this.failed ||= tail.includes(ERROR_MARK) && ERROR_EVENT.test(tail.toString('latin1'));
    const usage = lastUsage(tail);
    if (usage === undefined) return tail;
    this.usage = usage;
    // Of several choices, the first ones may have finished long ago: usage for all of them comes behind the last.
    this.complete ||= this.finished > 0 && USAGE_ALONE.test(tail.toString('latin1'));
    return this.options.hideUsage ? withoutUsageEvent(tail) : tail;
  }

  private hasFinished(tail: Buffer): boolean {
    if (this.options.choices === 1) return hasFinish(tail);
    this.finished += finishesIn(tail);
    return this.finished >= this.options.choices;
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

/** How many choices finish in these events. */
function finishesIn(tail: Buffer): number {
  let finishes = 0;
  for (const mark of FINISH) {
    for (let at = tail.indexOf(mark); at !== -1; at = tail.indexOf(mark, at + mark.length)) {
      if (tail[at + mark.length] !== QUOTE) finishes += 1;
    }
  }
  return finishes;
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
  if (!USAGE_ALONE.test(events.toString('latin1', start, end))) return events;
  return Buffer.concat([events.subarray(0, start), events.subarray(end)]);
}
