import { GrowingText, type Delta } from '../canonical/delta.js';
import type { Citation, JsonObject } from '../canonical/part.js';
import type { TokenLogprob } from '../canonical/response.js';
import type { Warnings } from '../canonical/warning.js';
import { encodeAnnotation } from './citations.js';
import { encodeLogprobs } from './logprobs.js';

/** Writes an event of the stream: its type and what it holds besides. */
export type WriteEvent = (type: string, members: JsonObject) => string;

/** Where an item stands, and how it is told. */
export interface ItemPlace {
  readonly id: string;
  readonly index: number;
  readonly write: WriteEvent;
}

/** An item of the output while it is told. */
export interface OutputItem {
  /** What stands in each delta before its text. */
  readonly deltaType: string;
  readonly deltaMembers: JsonObject;
  /** A piece of the text that its deltas hold. */
  append(delta: Delta): void;
  /** Closing events. */
  close(): string;
  /** As the whole answer holds it. Only after `close`. */
  readonly item: JsonObject;
}

function added({ index, write }: ItemPlace, item: JsonObject): string {
  return write('response.output_item.added', { output_index: index, item });
}

function done({ index, write }: ItemPlace, item: JsonObject): string {
  return write('response.output_item.done', { output_index: index, item });
}

type ContentType = 'output_text' | 'refusal';

/** Words: one part of text, though the vendor may have told it in several, or of refusal, or one of each. */
export class MessageItem implements OutputItem {
  readonly opening: string;
  private readonly content: JsonObject[] = [];
  private type: ContentType | undefined;
  private words = new GrowingText();
  private blockStart = 0;
  private annotations: JsonObject[] = [];
  private logprobs: readonly JsonObject[] = [];
  private status = 'completed';

  constructor(private readonly place: ItemPlace) {
    this.opening = added(place, this.wire('in_progress', []));
  }

  get deltaType(): string {
    return this.type === 'refusal' ? 'response.refusal.delta' : 'response.output_text.delta';
  }

  get deltaMembers(): JsonObject {
    return { ...this.position, ...(this.type === 'output_text' ? { logprobs: [] } : {}) };
  }

  get item(): JsonObject {
    return this.wire(this.status, this.content);
  }

  /** Words of this type follow. */
  open(type: ContentType): string {
    this.blockStart = this.words.length;
    if (this.type === type) return '';
    const closing = this.closePart();
    this.type = type;
    return closing + this.place.write('response.content_part.added', { ...this.position, part: this.part });
  }

  append(delta: Delta): void {
    this.words.add(delta);
  }

  annotate(citation: Citation, warnings: Warnings): string {
    const range = { start: this.blockStart, end: this.words.length };
    const annotation = this.type === 'output_text' ? encodeAnnotation(citation, range, warnings) : undefined;
    if (annotation === undefined) return '';
    this.annotations.push(annotation);
    const members = { ...this.position, annotation_index: this.annotations.length - 1, annotation };
    return this.place.write('response.output_text.annotation.added', members);
  }

  addLogprobs(tokens: readonly TokenLogprob[]): void {
    this.logprobs = [...this.logprobs, ...encodeLogprobs(tokens)];
  }

  /** The answer was cut off within these words. */
  cut(): void {
    this.status = 'incomplete';
  }

  close(): string {
    return this.closePart() + done(this.place, this.item);
  }

  private get position(): JsonObject {
    return { item_id: this.place.id, output_index: this.place.index, content_index: this.content.length };
  }

  private get part(): JsonObject {
    const { annotations, logprobs } = this;
    const { text } = this.words;
    return this.type === 'refusal'
      ? { type: 'refusal', refusal: text }
      : { type: 'output_text', annotations, logprobs, text };
  }

  private closePart(): string {
    const { type, logprobs, part, position } = this;
    if (type === undefined) return '';
    const { text } = this.words;
    const whole =
      type === 'refusal'
        ? this.place.write('response.refusal.done', { ...position, refusal: text })
        : this.place.write('response.output_text.done', { ...position, text, logprobs });
    const closing = whole + this.place.write('response.content_part.done', { ...position, part });
    this.content.push(part);
    this.type = undefined;
    this.words = new GrowingText();
    this.blockStart = 0;
    this.annotations = [];
    this.logprobs = [];
    return closing;
  }

  private wire(status: string, content: readonly JsonObject[]): JsonObject {
    return { id: this.place.id, type: 'message', status, content: [...content], role: 'assistant' };
  }
}

/** Thoughts, as a summary of one part, and the vendor's state. */
export class ReasoningItem implements OutputItem {
  readonly deltaType = 'response.reasoning_summary_text.delta';
  readonly opening: string;
  private words = new GrowingText();
  private begun = false;
  private encrypted: string | undefined;

  constructor(private readonly place: ItemPlace) {
    this.opening = added(place, { id: place.id, type: 'reasoning', summary: [] });
  }

  get deltaMembers(): JsonObject {
    return { item_id: this.place.id, output_index: this.place.index, summary_index: 0 };
  }

  get item(): JsonObject {
    const state = this.encrypted === undefined ? {} : { encrypted_content: this.encrypted };
    const { text } = this.words;
    const summary = text === '' ? [] : [{ type: 'summary_text', text }];
    return { id: this.place.id, type: 'reasoning', summary, ...state };
  }

  /** Before the first words: thoughts that are hidden have none. */
  begin(): string {
    if (this.begun) return '';
    this.begun = true;
    const members = { ...this.deltaMembers, part: { type: 'summary_text', text: '' } };
    return this.place.write('response.reasoning_summary_part.added', members);
  }

  append(delta: Delta): void {
    this.words.add(delta);
  }

  sign(encrypted: string | undefined): void {
    this.encrypted = encrypted;
  }

  close(): string {
    const { place, deltaMembers } = this;
    const { text } = this.words;
    const part = { type: 'summary_text', text };
    const summary = this.begun
      ? place.write('response.reasoning_summary_text.done', { ...deltaMembers, text }) +
        place.write('response.reasoning_summary_part.done', { ...deltaMembers, part })
      : '';
    return summary + done(place, this.item);
  }
}

export interface Call {
  readonly callId: string;
  readonly name: string;
  readonly kind: 'function' | 'custom';
}

/** A call of a tool of the client's. */
export class CallItem implements OutputItem {
  readonly opening: string;
  private words = new GrowingText();

  constructor(
    private readonly place: ItemPlace,
    private readonly call: Call,
  ) {
    this.opening = added(place, this.wire('in_progress'));
  }

  get deltaType(): string {
    return `${this.events}.delta`;
  }

  get deltaMembers(): JsonObject {
    return { item_id: this.place.id, output_index: this.place.index };
  }

  get item(): JsonObject {
    return this.wire('completed');
  }

  append(delta: Delta): void {
    this.words.add(delta);
  }

  close(): string {
    if (this.words.length === 0 && this.call.kind === 'function') this.words.add({ text: '{}' });
    const input = this.call.kind === 'custom' ? { input: this.words.text } : { arguments: this.words.text };
    return (
      this.place.write(`${this.events}.done`, { ...this.deltaMembers, ...input }) +
      done(this.place, this.item)
    );
  }

  private get events(): string {
    return this.call.kind === 'custom'
      ? 'response.custom_tool_call_input'
      : 'response.function_call_arguments';
  }

  private wire(status: string): JsonObject {
    const { id } = this.place;
    const { callId, name, kind } = this.call;
    return kind === 'custom'
      ? { id, type: 'custom_tool_call', status, call_id: callId, name, input: this.words.text }
      : { id, type: 'function_call', status, call_id: callId, name, arguments: this.words.text };
  }
}
