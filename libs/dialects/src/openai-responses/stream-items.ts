import { Blocks } from '../canonical/blocks.js';
import type { DeltaRun } from '../canonical/delta.js';
import type { Citation, JsonObject } from '../canonical/part.js';
import type { EmitPart } from '../canonical/stream.js';
import { objectsOf, textOf } from '../json/tolerant.js';
import { decodeAnnotation } from './citations.js';
import { callInput, callOf, reasoningText } from './decode-response.js';
import type { AnswerTraits } from './finish-reason.js';
import { decodeLogprobs } from './logprobs.js';
import { DIALECT } from './wire.js';

/** An item of the output under way. */
export interface StreamItem {
  /** Unlike ids and positions, which vendors that imitate repeat. */
  readonly serial: number;
  readonly type: string;
  /** As it was last told whole. */
  wire: JsonObject;
  done: boolean;
  /** What has arrived, by content part; for calls and reasoning under one key. */
  readonly received: Map<string, Received>;
  /** The events of an item that only this dialect knows. */
  readonly events: JsonObject[];
}

interface Received {
  text: string;
  citations: number;
  logprobs: boolean;
  /** The part of a summary that arrived last. */
  part?: string;
}

const REASONING = 'reasoning';
const INPUT = 'input';

/** Tells items in canonical parts, whatever their events leave out: what was not streamed is made good at their end. */
export class StreamItems {
  private readonly blocks: Blocks;
  /** The words that are open. */
  private open: { readonly item: StreamItem; readonly key: string } | undefined;
  private citations: Citation[] = [];
  private refused = false;
  private said = false;

  constructor(private readonly emit: EmitPart) {
    this.blocks = new Blocks(emit);
  }

  get traits(): AnswerTraits {
    return { calls: this.blocks.hasToolCalls, refusal: this.refused, text: this.said };
  }

  openText(item: StreamItem, key: string): void {
    this.enter(item, key);
    this.blocks.openText();
    receivedOf(item, key);
  }

  text(item: StreamItem, key: string, text: string): void {
    this.openText(item, key);
    this.blocks.text(text);
    this.said ||= text !== '';
    receivedOf(item, key).text += text;
  }

  texts(item: StreamItem, key: string, run: DeltaRun): void {
    this.openText(item, key);
    this.blocks.texts(run);
    this.said = true;
    receivedOf(item, key).text += run.text;
  }

  /** Of the words so far; vendors tell them with each piece, or with the whole text. */
  logprobs(item: StreamItem, key: string, logprobs: unknown): void {
    const tokens = decodeLogprobs(logprobs);
    if (tokens.length === 0) return;
    receivedOf(item, key).logprobs = true;
    this.emit({ type: 'logprobs', choice: 0, tokens });
  }

  /** Citations follow the whole text of their part. */
  citation(item: StreamItem, key: string, annotation: JsonObject): void {
    this.openText(item, key);
    receivedOf(item, key).citations += 1;
    this.citations.push(decodeAnnotation(annotation));
  }

  refusal(item: StreamItem, key: string, text: string): void {
    this.enter(item, key);
    this.blocks.refusal(text);
    this.refused = true;
    receivedOf(item, key).text += text;
  }

  /** Parts of a summary are parted by a blank line. */
  reasoning(item: StreamItem, part: string, text: string): void {
    const received = receivedOf(item, REASONING);
    const separator = received.text !== '' && received.part !== part ? '\n\n' : '';
    received.part = part;
    this.reason(item, separator + text);
  }

  toolInput(item: StreamItem, text: string): void {
    const received = receivedOf(item, INPUT);
    received.text += text;
    if (this.blocks.knowsToolCall(item.serial)) this.blocks.toolInput(item.serial, text);
  }

  /** The item begins, as far as it is told. */
  start(item: StreamItem): void {
    if (isCall(item) && textOf(item.wire['name']) !== undefined) this.startCall(item);
  }

  /** The item is whole: makes good what its events left out. */
  finish(item: StreamItem): void {
    if (item.done) return;
    item.done = true;
    if (isCall(item)) this.finishCall(item);
    else if (item.type === 'message') this.finishMessage(item);
    else if (item.type === 'reasoning') this.finishReasoning(item);
    else this.finishOpaque(item);
  }

  /** No more comes. */
  close(): void {
    this.settle();
    this.blocks.close();
  }

  /** Other words than those that are open. */
  private enter(item: StreamItem, key: string): void {
    if (this.open?.item === item && this.open.key === key) return;
    this.settle();
    this.open = { item, key };
  }

  private settle(): void {
    if (this.open === undefined) return;
    this.open = undefined;
    for (const citation of this.citations) this.emit({ type: 'citation', choice: 0, citation });
    this.citations = [];
    this.blocks.close();
  }

  private reason(item: StreamItem, text: string): void {
    if (text === '') return;
    this.openReasoning(item);
    receivedOf(item, REASONING).text += text;
    this.blocks.reasoning(text);
  }

  private openReasoning(item: StreamItem): void {
    this.enter(item, REASONING);
    const id = textOf(item.wire['id']);
    this.blocks.openReasoning(id === undefined ? {} : { id });
  }

  private startCall(item: StreamItem): void {
    this.settle();
    this.blocks.toolCall(item.serial, callOf(item.wire));
    this.blocks.toolInput(item.serial, receivedOf(item, INPUT).text);
  }

  private finishCall(item: StreamItem): void {
    if (!this.blocks.knowsToolCall(item.serial)) this.startCall(item);
    const missing = rest(callInput(item.wire), receivedOf(item, INPUT).text);
    if (missing !== '' && !(missing === '{}' && item.type === 'function_call')) this.toolInput(item, missing);
    this.blocks.endToolCall(item.serial);
  }

  private finishMessage(item: StreamItem): void {
    for (const [index, content] of objectsOf(item.wire['content']).entries()) {
      const refusal = content['type'] === 'refusal' ? textOf(content['refusal']) : undefined;
      const text = textOf(content['text']);
      if (refusal !== undefined) this.finishRefusal(item, contentKey(index), refusal);
      else if (text !== undefined) this.finishText(item, contentKey(index), { ...content, text });
    }
    this.settle();
  }

  private finishRefusal(item: StreamItem, key: string, whole: string): void {
    const missing = rest(whole, receivedOf(item, key).text);
    if (missing !== '') this.refusal(item, key, missing);
  }

  private finishText(item: StreamItem, key: string, content: JsonObject & { readonly text: string }): void {
    const seen = item.received.get(key);
    const missing = rest(content.text, seen?.text ?? '');
    if (seen === undefined || missing !== '') this.text(item, key, missing);
    if (seen?.logprobs !== true) this.logprobs(item, key, content['logprobs']);
    for (const annotation of objectsOf(content['annotations']).slice(seen?.citations ?? 0)) {
      this.citation(item, key, annotation);
    }
  }

  private finishReasoning(item: StreamItem): void {
    this.reason(item, rest(reasoningText(item.wire), receivedOf(item, REASONING).text));
    const encrypted = textOf(item.wire['encrypted_content']) ?? '';
    if (encrypted !== '') {
      this.openReasoning(item);
      this.blocks.signReasoning({ origin: DIALECT, value: encrypted });
    }
    this.settle();
  }

  private finishOpaque({ type: kind, wire: value, events }: StreamItem): void {
    this.close();
    const told = events.length === 0 ? {} : { events };
    this.emit({ type: 'opaque', choice: 0, origin: DIALECT, kind, value, ...told });
  }
}

export function contentKey(index: unknown): string {
  return `content:${typeof index === 'number' ? index : 0}`;
}

function isCall({ type }: StreamItem): boolean {
  return type === 'function_call' || type === 'custom_tool_call';
}

function receivedOf(item: StreamItem, key: string): Received {
  let received = item.received.get(key);
  if (received === undefined)
    item.received.set(key, (received = { text: '', citations: 0, logprobs: false }));
  return received;
}

/** What of a whole text has not arrived yet; nothing when it is another text. */
function rest(whole: string, received: string): string {
  return whole.startsWith(received) ? whole.slice(received.length) : '';
}
