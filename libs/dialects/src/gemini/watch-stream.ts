import type { ReportedUsage } from '../canonical/usage.js';
import type { TapOptions } from '../dialect.js';
import { lastObjectRange } from '../json/last-object.js';
import { objectOf, parseObject } from '../json/tolerant.js';
import { ERROR_MARK } from '../sse/error-mark.js';
import type { StreamWatcher } from '../sse/passing-stream.js';
import { toReportedUsage } from './usage.js';
import { wireObject } from './wire.js';

// Searched for in every piece of every stream: as bytes, so that they are encoded once.
const USAGE = Buffer.from('"usageMetadata"');
const FINISH = Buffer.from('"finishReason"');
const BLOCKED = Buffer.from('"blockReason"');
const ERROR_EVENT = /(?:^|\n)data: ?\{\s*"error"\s*:\s*\{/;

/** What matters in a Gemini stream that passes: usage comes with every chunk, and the last one has a reason to finish. */
export class GeminiStreamWatcher implements StreamWatcher {
  readonly responseId = null;
  usage: ReportedUsage | undefined;
  complete = false;
  failed = false;
  private finished = 0;

  constructor(private readonly options: Pick<TapOptions, 'choices'>) {}

  last(tail: Buffer): Buffer {
    this.failed ||= tail.includes(ERROR_MARK) && ERROR_EVENT.test(tail.toString('latin1'));
    this.complete ||= this.hasFinished(tail) || tail.includes(BLOCKED);
    const range = lastObjectRange(tail, USAGE);
    const metadata =
      range === undefined ? undefined : parseObject(tail.toString('utf8', range.start, range.end));
    this.usage = toReportedUsage(objectOf(metadata) && wireObject(metadata)) ?? this.usage;
    return tail;
  }

  private hasFinished(tail: Buffer): boolean {
    if (this.options.choices === 1) return tail.includes(FINISH);
    for (let at = tail.indexOf(FINISH); at !== -1; at = tail.indexOf(FINISH, at + FINISH.length)) {
      this.finished += 1;
    }
    return this.finished >= this.options.choices;
  }
}
