import { invalidAnswer } from '../canonical/failure.js';
import type { EmitPart, StreamDecoder } from '../canonical/stream.js';
import type { JsonObject } from '../canonical/part.js';
import { numberOf, objectOf, objectsOf, parseObject, textOf } from '../json/tolerant.js';
import { CandidateReader } from './candidate-reader.js';
import { vendorError } from './errors.js';
import { blockedFinish } from './finish-reason.js';
import { toReportedUsage } from './usage.js';
import { wireObject } from './wire.js';

const CHOICES_MAX = 128;

/**
 * Reads a stream of answers, each with what is new. Every event is parsed: counts change with each, so no two are alike.
 * https://ai.google.dev/api/generate-content#method:-models.streamgeneratecontent
 */
export class GeminiStreamDecoder implements StreamDecoder {
  complete = false;
  private started = false;
  private answerId = '';
  private readonly readers = new Map<number, CandidateReader>();

  constructor(private readonly emit: EmitPart) {}

  push(_event: string, data: string): void {
    if (data.trim() === '' || data.trim() === '[DONE]') return;
    const parsed = parseObject(data);
    if (parsed === undefined) throw invalidAnswer('an event is no JSON object');
    this.read(wireObject(parsed));
  }

  end(): void {
    for (const reader of this.readers.values()) reader.end();
  }

  /** One answer with its names in camel case. */
  read(answer: JsonObject): void {
    const error = objectOf(answer['error']);
    if (error !== undefined) throw vendorError(error);
    this.start(answer);
    for (const candidate of objectsOf(answer['candidates'])) {
      this.reader(numberOf(candidate['index']) ?? 0).push(candidate);
    }
    const readers = [...this.readers.values()];
    this.complete ||= readers.length > 0 && readers.every(({ finished }) => finished);
    this.blocked(textOf(objectOf(answer['promptFeedback'])?.['blockReason']));
    const usage = toReportedUsage(objectOf(answer['usageMetadata']));
    if (usage !== undefined) this.emit({ type: 'usage', usage });
  }

  private start(answer: JsonObject): void {
    if (this.started) return;
    this.started = true;
    this.answerId = textOf(answer['responseId']) ?? '';
    const createTime = Date.parse(textOf(answer['createTime']) ?? '');
    this.emit({
      type: 'response-start',
      id: textOf(answer['responseId']) ?? null,
      model: textOf(answer['modelVersion']) ?? null,
      createdAt: Number.isNaN(createTime) ? null : Math.floor(createTime / 1_000),
    });
  }

  /** The prompt was refused: no candidate comes. */
  private blocked(reason: string | undefined): void {
    if (reason === undefined || this.complete) return;
    this.complete = true;
    this.emit({ type: 'finish', choice: 0, finish: blockedFinish(reason) });
  }

  private reader(index: number): CandidateReader {
    if (!Number.isInteger(index) || index < 0 || index >= CHOICES_MAX)
      throw invalidAnswer('a candidate has no place');
    let reader = this.readers.get(index);
    if (reader === undefined)
      this.readers.set(index, (reader = new CandidateReader(this.emit, index, this.answerId)));
    return reader;
  }
}
