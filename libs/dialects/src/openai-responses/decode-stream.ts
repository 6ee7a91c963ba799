import { invalidAnswer } from '../canonical/failure.js';
import type { JsonObject } from '../canonical/part.js';
import type { EmitPart, StreamDecoder } from '../canonical/stream.js';
import { openaiVendorFailure } from '../json/openai-errors.js';
import { arrayOf, numberOf, objectOf, objectsOf, parseObject, textOf } from '../json/tolerant.js';
import { responseHead } from './decode-response.js';
import { DeltaTemplate } from './delta-template.js';
import { decodeFinish } from './finish-reason.js';
import { contentKey, StreamItems, type StreamItem } from './stream-items.js';
import { toReportedUsage } from './usage.js';

/** Events of the vendor's own tools are kept until their item ends. */
const KEPT_LENGTH_MAX = 32 * 1_048_576;
const ITEMS_MAX = 2_000;

/**
 * Reads a stream of events of a response. Its last event holds the whole answer, and the truth about it.
 * https://platform.openai.com/docs/api-reference/responses-streaming
 */
export class ResponsesStreamDecoder implements StreamDecoder {
  complete = false;
  private started = false;
  private readonly items: StreamItem[] = [];
  private readonly byPosition = new Map<unknown, StreamItem>();
  private readonly answer: StreamItems;
  private readonly template = new DeltaTemplate();
  private learned: { readonly item: StreamItem; readonly key: string } | undefined;
  private keptLength = 0;

  constructor(private readonly emit: EmitPart) {
    this.answer = new StreamItems(emit);
  }

  push(event: string, data: string): void {
    if (this.learned !== undefined) {
      const text = this.template.match(data);
      if (text !== undefined) {
        this.answer.text(this.learned.item, this.learned.key, text);
        return;
      }
    }
    if (data === '[DONE]') return;
    const parsed = parseObject(data);
    if (parsed === undefined) throw invalidAnswer('an event of its stream is no JSON object');
    const type = textOf(parsed['type']) ?? event;
    if (type === 'error' || (parsed['error'] ?? null) !== null) throw openaiVendorFailure(parsed);
    if (type === 'response.output_text.delta') this.textDelta(parsed, data);
    else this.pushEvent(type, parsed, data);
  }

  pushDeltas(text: string, from: number, frame: string): number {
    if (this.learned === undefined) return from;
    const found = this.template.find(text, from, frame);
    if (found === undefined) return from;
    this.answer.texts(this.learned.item, this.learned.key, found.run);
    return found.end;
  }

  end(): void {
    this.answer.close();
  }

  private textDelta(event: JsonObject, data: string): void {
    const item = this.itemOf(event, 'message');
    const key = contentKey(event['content_index']);
    this.answer.text(item, key, textOf(event['delta']) ?? '');
    if (arrayOf(event['logprobs']).length > 0) {
      this.answer.logprobs(item, key, event['logprobs']);
      return;
    }
    if (this.template.learn(data)) this.learned = { item, key };
  }

  private pushEvent(type: string, event: JsonObject, data: string): void {
    switch (type) {
      case 'response.created':
      case 'response.in_progress':
      case 'response.queued':
        this.start(event);
        return;
      case 'response.completed':
      case 'response.incomplete':
        this.finish(event);
        return;
      case 'response.failed':
      case 'response.cancelled':
        throw openaiVendorFailure({ error: objectOf(event['response'])?.['error'] });
      case 'response.output_item.added':
        this.add(objectOf(event['item']) ?? {}, event['output_index']);
        break;
      case 'response.output_item.done':
        this.itemDone(event, data);
        return;
      default:
        this.pushPart(type, event);
    }
    this.keep(type, event, data);
  }

  private start(event: JsonObject): void {
    if (this.started) return;
    this.started = true;
    this.emit({ type: 'response-start', ...responseHead(objectOf(event['response']) ?? {}) });
  }

  /** Events of words, thoughts and calls. Those that only repeat what came before in pieces are passed over. */
  private pushPart(type: string, event: JsonObject): void {
    const delta = textOf(event['delta']) ?? '';
    switch (type) {
      case 'response.content_part.added':
        if (objectOf(event['part'])?.['type'] === 'output_text') {
          this.answer.openText(this.itemOf(event, 'message'), contentKey(event['content_index']));
        }
        return;
      case 'response.output_text.annotation.added':
        for (const annotation of objectsOf([event['annotation']])) {
          this.answer.citation(this.itemOf(event, 'message'), contentKey(event['content_index']), annotation);
        }
        return;
      case 'response.refusal.delta':
        this.answer.refusal(this.itemOf(event, 'message'), contentKey(event['content_index']), delta);
        return;
      case 'response.function_call_arguments.delta':
        this.answer.toolInput(this.itemOf(event, 'function_call'), delta);
        return;
      case 'response.custom_tool_call_input.delta':
        this.answer.toolInput(this.itemOf(event, 'custom_tool_call'), delta);
        return;
      case 'response.reasoning_summary_text.delta':
      case 'response.reasoning_text.delta':
      case 'response.reasoning.delta': // As it was called before.
        this.answer.reasoning(this.itemOf(event, 'reasoning'), type + partNumber(event), delta);
    }
  }

  /** The item that an event is about; a new one when none was announced. */
  private itemOf(event: JsonObject, type: string): StreamItem {
    const position = event['output_index'] ?? event['item_id'];
    const known = this.byPosition.get(position);
    if (known?.type === type && !known.done) return known;
    const id = textOf(event['item_id']);
    return this.add({ type, ...(id === undefined ? {} : { id }) }, position);
  }

  private add(wire: JsonObject, position: unknown): StreamItem {
    if (!this.started) this.start({});
    if (this.items.length === ITEMS_MAX) throw invalidAnswer('it has too many items');
    const item: StreamItem = {
      ...{ serial: this.items.length, type: textOf(wire['type']) ?? 'unknown', wire, done: false },
      ...{ received: new Map(), events: [] },
    };
    this.items.push(item);
    this.byPosition.set(position ?? wire['id'], item);
    this.answer.start(item);
    return item;
  }

  private itemDone(event: JsonObject, data: string): void {
    const wire = objectOf(event['item']);
    if (wire === undefined) return;
    const known = this.byPosition.get(event['output_index'] ?? wire['id']);
    const fits = known !== undefined && known.type === wire['type'] && !known.done;
    const item = fits ? known : this.add(wire, event['output_index']);
    item.wire = wire;
    this.learned = undefined;
    this.keep('response.output_item.done', event, data);
    this.answer.finish(item);
  }

  /** For clients of the same dialect, who follow what the vendor's own tools do. */
  private keep(type: string, event: JsonObject, data: string): void {
    const item = this.byPosition.get(event['output_index']);
    if (item === undefined || item.done || TOLD_IN_PARTS.has(item.type)) return;
    this.keptLength += data.length;
    if (this.keptLength > KEPT_LENGTH_MAX) throw invalidAnswer('the events of an item are too long');
    item.events.push({ ...event, type });
  }

  private finish(event: JsonObject): void {
    this.start(event);
    const response = objectOf(event['response']) ?? {};
    const output = objectsOf(response['output']);
    if (output.length > ITEMS_MAX) throw invalidAnswer('it has too many items');
    for (const [index, wire] of output.entries()) this.reconcile(wire, index);
    for (const item of this.items) this.answer.finish(item);
    this.answer.close();
    const usage = toReportedUsage(objectOf(response['usage']));
    if (usage !== undefined) this.emit({ type: 'usage', usage });
    const finish = decodeFinish(response, this.answer.traits);
    this.emit({ type: 'finish', choice: 0, finish });
    this.complete = true;
  }

  /** An item of the whole answer: the one that was streamed, or one that was not. */
  private reconcile(wire: JsonObject, index: number): void {
    const id = textOf(wire['id']);
    const byId = this.items.find((item) => id !== undefined && item.wire['id'] === id);
    const byIndex = this.byPosition.get(index);
    const known = byId ?? (byIndex?.type === wire['type'] ? byIndex : undefined);
    const item = known ?? this.add(wire, index);
    if (!item.done) item.wire = wire;
    this.answer.finish(item);
  }
}

/** Which part of a summary, or of the thoughts themselves, an event is about. */
function partNumber(event: JsonObject): number {
  return numberOf(event['summary_index']) ?? numberOf(event['content_index']) ?? 0;
}

const TOLD_IN_PARTS: ReadonlySet<string> = new Set([
  'message',
  'reasoning',
  'function_call',
  'custom_tool_call',
]);
