import { invalidStream } from '../canonical/failure.js';
import type { JsonObject } from '../canonical/part.js';
import type { EmitPart, StreamDecoder } from '../canonical/stream.js';
import type { ReportedUsage } from '../canonical/usage.js';
import { openaiVendorFailure } from '../json/openai-errors.js';
import { TextTemplate } from '../json/text-template.js';
import { numberOf, objectOf, objectsOf, parseObject, textOf } from '../json/tolerant.js';
import { ChoiceReader } from './choice-reader.js';
import { decodeUsage } from './usage.js';

const DONE = '[DONE]';
const CHOICES_MAX = 128;

/** https://platform.openai.com/docs/api-reference/chat/streaming */
export class ChatStreamDecoder implements StreamDecoder {
  complete = false;
  private begun = false;
  private responseId: string | null = null;
  private readonly choices = new Map<number, ChoiceReader>();
  private readonly template = new TextTemplate();
  /** The choice that the template's text belongs to. */
  private templateChoice: ChoiceReader | undefined;

  constructor(private readonly emit: EmitPart) {}

  push(event: string, data: string): void {
    if (this.complete) return;
    const text = this.template.match(data);
    if (text !== undefined) {
      this.templateChoice?.text(text);
      return;
    }
    const trimmed = data.trim();
    if (trimmed === '') return;
    if (trimmed === DONE) {
      this.complete = true;
      this.endChoices();
      return;
    }
    const chunk = parseObject(data);
    if (chunk === undefined) throw invalidStream('an event holds no JSON object');
    if (event === 'error' || isFailure(chunk)) throw openaiVendorFailure(chunk);
    this.chunk(chunk, data);
  }

  pushDeltas(text: string, from: number, frame: string): number {
    if (this.complete || this.templateChoice === undefined) return from;
    const found = this.template.find(text, from, frame);
    if (found === undefined) return from;
    this.templateChoice.texts(found.run);
    return found.end;
  }

  /** Vendors leave the end mark out: a stream that closed behind the last reason to finish is complete, too. */
  end(): void {
    const readers = [...this.choices.values()];
    if (readers.length > 0 && readers.every((reader) => reader.finished)) this.complete = true;
    this.endChoices();
  }

  private endChoices(): void {
    for (const reader of this.choices.values()) reader.end(this.complete);
  }

  private chunk(chunk: JsonObject, data: string): void {
    const choices = objectsOf(chunk['choices']);
    const usage = usageOf(chunk);
    // Azure begins with an event about the prompt that has neither an id nor choices.
    if (!this.begun && (choices.length > 0 || usage !== undefined || textOf(chunk['id']))) this.begin(chunk);
    for (const choice of choices) this.choice(choice);
    if (usage !== undefined) this.emit({ type: 'usage', usage });
    else this.learn(choices, data);
  }

  private begin(chunk: JsonObject): void {
    this.begun = true;
    this.responseId = textOf(chunk['id']) || null;
    this.emit({ type: 'response-start', ...headOf(chunk) });
  }

  private choice(choice: JsonObject): void {
    if (holdsError(choice)) throw openaiVendorFailure(choice);
    const reader = this.readerOf(choice);
    const delta = objectOf(choice['delta']) ?? objectOf(choice['message']);
    if (delta !== undefined) reader.read(delta);
    if (choice['logprobs']) reader.logprobs(choice['logprobs']);
    reader.finish(choice['finish_reason'], choice['stop_reason']);
  }

  private readerOf(choice: JsonObject): ChoiceReader {
    const index = numberOf(choice['index']) ?? 0;
    let reader = this.choices.get(index);
    if (reader === undefined) {
      if (!Number.isInteger(index) || index < 0 || index >= CHOICES_MAX)
        throw invalidStream('a choice has no sound number');
      reader = new ChoiceReader(this.emit, index, () => fallbackCallId(this.responseId));
      this.choices.set(index, reader);
    }
    return reader;
  }

  private learn(choices: readonly JsonObject[], data: string): void {
    const [choice] = choices;
    if (choice === undefined || choices.length > 1) return;
    const text = onlyText(choice);
    if (text === undefined) return;
    if (this.template.learn(data, text)) this.templateChoice = this.readerOf(choice);
  }
}

/** The text of a choice that says nothing else. */
function onlyText({
  delta,
  finish_reason: finish,
  stop_reason: stop,
  logprobs,
}: JsonObject): string | undefined {
  if (finish || stop || logprobs) return undefined;
  const { content, role: _, ...others } = objectOf(delta) ?? {};
  if (typeof content !== 'string' || content === '') return undefined;
  return Object.values(others).every(isNothing) ? content : undefined;
}

function isNothing(value: unknown): boolean {
  return value === null || value === '' || (Array.isArray(value) && value.length === 0);
}

/** Usage stands beside the choices; with Groq in `x_groq`, with Moonshot within the last choice. */
export function usageOf(body: JsonObject): ReportedUsage | undefined {
  const [choice] = objectsOf(body['choices']);
  return (
    decodeUsage(body['usage']) ??
    decodeUsage(objectOf(body['x_groq'])?.['usage']) ??
    (choice?.['usage'] ? decodeUsage(choice['usage']) : undefined)
  );
}

export function headOf(body: JsonObject): {
  readonly id: string | null;
  readonly model: string | null;
  readonly createdAt: number | null;
} {
  return {
    id: textOf(body['id']) || null,
    model: textOf(body['model']) || null,
    createdAt: numberOf(body['created']) || null,
  };
}

/** An error in place of an answer, or beside one that broke off. */
export function isFailure(body: JsonObject): boolean {
  return holdsError(body) || (typeof body['message'] === 'string' && body['choices'] === undefined);
}

/** So is told, by OpenRouter, also that one choice broke off. */
export function holdsError({ error, object }: JsonObject): boolean {
  if (object === 'error') return true;
  return typeof error === 'string' ? error !== '' : objectOf(error) !== undefined;
}

/** Ids of calls that the vendor gave none: told apart from those of other answers. */
export function fallbackCallId(responseId: string | null): string {
  return `call_${(responseId ?? '').replace(/[^A-Za-z0-9]/g, '').slice(-16)}`;
}
