import type { ReportedUsage } from '../canonical/usage.js';
import { scanObject } from '../json/scan.js';
import { objectOf, parseObject, textOf } from '../json/tolerant.js';
import { ERROR_MARK } from '../sse/error-mark.js';
import type { StreamWatcher } from '../sse/passing-stream.js';
import { lastUsage, toReportedUsage } from './usage.js';

// Searched for in every piece of every stream: as bytes, so that they are encoded once. In the model's words the quotes
// around a name would be escaped, so these are always whole JSON strings.
const COMPLETED = Buffer.from('"response.completed"');
const INCOMPLETE = Buffer.from('"response.incomplete"');
const FAILED = Buffer.from('"response.failed"');
const END_EVENT = /(?:^|\n)data: ?\{[^\n]*"type"\s*:\s*"response\.(?:completed|incomplete)"/;
const FAILED_EVENT = /(?:^|\n)data: ?\{[^\n]*"type"\s*:\s*"response\.failed"/;
const ERROR_EVENT = /(?:^|\n)(?:event: ?error\s*\n|data: ?\{\s*(?:"type"\s*:\s*"error"|"error"\s*:\s*[{"]))/;
const RESPONSE_ID = /"response"\s*:\s*\{\s*"id"\s*:\s*"([^"\\]{1,200})"/;

/** What matters in a stream of a response that passes: nothing is parsed but the one usage object. */
export class ResponsesStreamWatcher implements StreamWatcher {
  usage: ReportedUsage | undefined;
  complete = false;
  failed = false;
  responseId: string | null = null;

  first(events: Buffer): void {
    this.responseId = idOfFirstEvent(events);
  }

  last(tail: Buffer): Buffer {
    this.complete ||= (tail.includes(COMPLETED) || tail.includes(INCOMPLETE)) && says(tail, END_EVENT);
    this.failed ||=
      (tail.includes(FAILED) && says(tail, FAILED_EVENT)) ||
      (tail.includes(ERROR_MARK) && says(tail, ERROR_EVENT));
    // The last event holds the whole answer: a very long one comes in pieces, and usage in the last of them.
    if (this.complete || this.failed) this.usage = lastUsage(tail) ?? wholeUsage(tail) ?? this.usage;
    return tail;
  }
}

/** The vendor's id of a whole answer that passes. */
export function readResponseId(body: Buffer): string | null {
  try {
    const range = scanObject(body, ['id']).values.id;
    const id: unknown = range && JSON.parse(body.toString('utf8', range.start, range.end));
    return typeof id === 'string' && id !== '' ? id : null;
  } catch {
    // What is no JSON object has no id.
    return null;
  }
}

function says(tail: Buffer, event: RegExp): boolean {
  return event.test(tail.toString('latin1'));
}

function idOfFirstEvent(events: Buffer): string | null {
  const text = events.toString('latin1');
  const found = RESPONSE_ID.exec(text)?.[1];
  if (found !== undefined) return found;
  const line = text.split('\n').find((candidate) => candidate.startsWith('data:')) ?? '';
  return textOf(objectOf(parseObject(line.slice('data:'.length))?.['response'])?.['id']) ?? null;
}

/** For streams in which another object of the name, of a tool's schema, stands behind the one that counts. */
function wholeUsage(tail: Buffer): ReportedUsage | undefined {
  const line = tail
    .toString('utf8')
    .split('\n')
    .findLast((candidate) => candidate.startsWith('data:') && candidate.includes('"usage"'));
  const event = line === undefined ? undefined : parseObject(line.slice('data:'.length));
  return toReportedUsage(objectOf(objectOf(event?.['response'])?.['usage']));
}
