import { invalidAnswer } from '../canonical/failure.js';
import type { EmitPart, StreamDecoder } from '../canonical/stream.js';
import type { JsonObject } from '../canonical/part.js';
import { endOfNumber, slotBehind } from '../json/template-slots.js';
import { TextTemplate } from '../json/text-template.js';
import { numberOf, objectOf, objectsOf, parseObject, textOf } from '../json/tolerant.js';
import { CandidateReader } from './candidate-reader.js';
import { vendorError } from './errors.js';
import { blockedFinish } from './finish-reason.js';
import { toReportedUsage } from './usage.js';
import { wireObject } from './wire.js';

const CHOICES_MAX = 128;
/** `candidatesTokenCount`, and `tokenCount` in their details. */
const COUNT = slotBehind('okenCount":', endOfNumber);

/** Whose text it is that a template was learnt from. */
interface Learned {
  readonly reader: CandidateReader;
  readonly thought: boolean;
}

/**
 * Reads a stream of answers, each with what is new. Counts change with each: of events that came together, the last is
 * always parsed.
 * https://ai.google.dev/api/generate-content#method:-models.streamgeneratecontent
 */
export class GeminiStreamDecoder implements StreamDecoder {
  complete = false;
  private started = false;
  private answerId = '';
  private readonly readers = new Map<number, CandidateReader>();
  private readonly template = new TextTemplate([COUNT]);
  private learned: Learned | undefined;

  constructor(private readonly emit: EmitPart) {}

  push(_event: string, data: string): void {
    if (data.trim() === '' || data.trim() === '[DONE]') return;
    const parsed = parseObject(data);
    if (parsed === undefined) throw invalidAnswer('an event is no JSON object');
    const answer = wireObject(parsed);
    this.read(answer);
    this.learn(answer, data);
  }

  pushDeltas(text: string, from: number, frame: string): number {
    const { learned } = this;
    const found = learned === undefined ? undefined : this.template.find(text, from, frame);
    const known = found?.run.withoutLast;
    if (learned === undefined || found === undefined || known === undefined) return from;
    learned.reader.texts(known, learned.thought);
    return found.lastStart;
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

  private learn(answer: JsonObject, data: string): void {
    const told = onlyText(answer);
    if (told === undefined || this.template.match(data) !== undefined) return;
    const reader = this.reader(told.index);
    if (this.template.learn(data, told.text)) this.learned = { reader, thought: told.thought };
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

/** The text of an answer that says nothing else. */
function onlyText(
  answer: JsonObject,
): { readonly text: string; readonly thought: boolean; readonly index: number } | undefined {
  const candidate = onlyEntry(answer['candidates']);
  const content = objectOf(candidate?.['content']);
  const part = onlyEntry(content?.['parts']);
  const known =
    hasOnly(answer, ['candidates', 'usageMetadata', 'modelVersion', 'responseId', 'createTime']) &&
    hasOnly(candidate, ['content', 'index']) &&
    hasOnly(content, ['parts', 'role']) &&
    hasOnly(part, ['text', 'thought']);
  const text = textOf(part?.['text']) ?? '';
  if (!known || text === '') return undefined;
  return { text, thought: part?.['thought'] === true, index: numberOf(candidate?.['index']) ?? 0 };
}

function onlyEntry(value: unknown): JsonObject | undefined {
  return Array.isArray(value) && value.length === 1 ? objectOf(value[0]) : undefined;
}

function hasOnly(object: JsonObject | undefined, names: readonly string[]): boolean {
  return object !== undefined && Object.keys(object).every((name) => names.includes(name));
}
