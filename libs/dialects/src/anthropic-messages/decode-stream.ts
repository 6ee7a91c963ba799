import { Blocks } from '../canonical/blocks.js';
import { invalidAnswer } from '../canonical/failure.js';
import type { Citation, JsonObject } from '../canonical/part.js';
import type { EmitPart, StreamDecoder } from '../canonical/stream.js';
import { endOfSpaces, type TemplateSlot } from '../json/template-slots.js';
import { TextTemplate } from '../json/text-template.js';
import { numberOf, objectOf, parseObject, textOf } from '../json/tolerant.js';
import { decodeCitation } from './citations.js';
import { isToolsetCall } from './decode-messages.js';
import { impliedFinish } from './decode-response.js';
import { isError, vendorError } from './errors.js';
import { decodeFinish } from './finish-reason.js';
import { OpaqueBlock } from './opaque-block.js';
import { mergeUsage, toReportedUsage, type WireUsage } from './usage.js';
import { DIALECT } from './wire.js';

type OpenBlock =
  | { readonly kind: 'text'; length: number; readonly citations: JsonObject[] }
  | { readonly kind: 'thinking' }
  | { readonly kind: 'tool-call'; readonly input: JsonObject; begun: boolean }
  | { readonly kind: 'opaque'; readonly block: OpaqueBlock };

type Worded = Extract<OpenBlock, { kind: 'text' | 'thinking' }>;

/**
 * The vendor pads its events with spaces of random number before the last brace, so that their length tells nothing of
 * the text.
 */
const PADDING: TemplateSlot = {
  placesIn: (data) => {
    const start = data.lastIndexOf('}', data.length - 2) + 1;
    const end = endOfSpaces(data, start);
    return start > 0 && data.endsWith('}') && end === data.length - 1 ? [{ start, end }] : [];
  },
  end: endOfSpaces,
};

/** Some vendors that imitate close with OpenAI's mark, too. */
const DONE = '[DONE]';

/**
 * Reads a stream of messages. The `type` in the data says what an event is: vendors that imitate leave names out, and
 * some of the counts.
 * https://platform.claude.com/docs/en/build-with-claude/streaming
 */
export class MessagesStreamDecoder implements StreamDecoder {
  complete = false;
  private started = false;
  private finished = false;
  private counts: WireUsage | undefined;
  private readonly blocks: Blocks;
  private readonly open = new Map<number, OpenBlock>();
  private readonly template = new TextTemplate([PADDING]);
  /** The block of text or thinking that the template was learnt in. */
  private templateBlock: Worded | undefined;

  constructor(private readonly emit: EmitPart) {
    this.blocks = new Blocks(emit);
  }

  push(_event: string, data: string): void {
    if (this.templateBlock !== undefined) {
      const text = this.template.match(data);
      if (text !== undefined) {
        this.words(this.templateBlock, text);
        return;
      }
    }
    if (data.trim() === '' || data.trim() === DONE) return;
    const event = parseObject(data);
    if (event === undefined) throw invalidAnswer('an event is no JSON object');
    this.read(event, data);
  }

  pushDeltas(text: string, from: number, frame: string): number {
    const block = this.templateBlock;
    if (block === undefined) return from;
    const found = this.template.find(text, from, frame);
    if (found === undefined) return from;
    if (block.kind === 'thinking') this.blocks.reasonings(found.run);
    else {
      block.length += found.run.length;
      this.blocks.texts(found.run);
    }
    return found.end;
  }

  end(): void {
    this.endBlocks();
  }

  private read(event: JsonObject, data: string): void {
    if (isError(event)) throw vendorError(event['error']);
    switch (event['type']) {
      case 'message_start':
        this.messageStart(objectOf(event['message']) ?? {});
        return;
      case 'content_block_start':
        this.blockStart(event);
        return;
      case 'content_block_delta':
        this.blockDelta(event, data);
        return;
      case 'content_block_stop':
        this.blockStop(indexOf(event), event);
        return;
      case 'message_delta':
        this.messageDelta(event);
        return;
      case 'message_stop':
        this.messageStop();
        return;
      default:
      // A ping, or an event that is not known yet.
    }
  }

  private messageStart(message: JsonObject): void {
    if (this.started) return;
    this.started = true;
    const [id, model] = [textOf(message['id']) ?? null, textOf(message['model']) ?? null];
    this.emit({ type: 'response-start', id, model, createdAt: null });
    this.count(objectOf(message['usage']));
  }

  private messageDelta(event: JsonObject): void {
    this.messageStart({});
    const delta = objectOf(event['delta']) ?? {};
    const stopReason = textOf(delta['stop_reason']);
    if (stopReason !== undefined && !this.finished) {
      this.endBlocks();
      this.finished = true;
      this.emit({ type: 'finish', choice: 0, finish: decodeFinish(stopReason, delta['stop_sequence']) });
    }
    this.count(objectOf(event['usage']));
  }

  private messageStop(): void {
    this.messageStart({});
    this.endBlocks();
    this.complete = true;
    if (this.finished) return;
    this.finished = true;
    this.emit({ type: 'finish', choice: 0, finish: impliedFinish(this.blocks.hasToolCalls) });
  }

  private count(counts: WireUsage | undefined): void {
    if (counts === undefined) return;
    this.counts = mergeUsage(this.counts, counts);
    const usage = toReportedUsage(this.counts);
    if (usage !== undefined) this.emit({ type: 'usage', usage });
  }

  private blockStart(event: JsonObject): void {
    this.messageStart({});
    if (this.finished) return;
    const index = indexOf(event);
    const block = objectOf(event['content_block']) ?? {};
    if (this.open.has(index)) this.blockStop(index, { type: 'content_block_stop', index });
    this.templateBlock = undefined;
    this.open.set(index, this.begin(index, block, event));
  }

  private begin(index: number, block: JsonObject, event: JsonObject): OpenBlock {
    const { blocks } = this;
    switch (block['type']) {
      case 'text':
        blocks.close();
        blocks.openText();
        return this.beginText(block);
      case 'thinking':
        blocks.close();
        blocks.reasoning(textOf(block['thinking']) ?? '');
        this.sign(textOf(block['signature']));
        return { kind: 'thinking' };
      case 'redacted_thinking':
        blocks.close();
        blocks.openReasoning({ redacted: true });
        blocks.signReasoning({ origin: DIALECT, value: textOf(block['data']) ?? '' });
        return { kind: 'thinking' };
      case 'tool_use':
        if (isToolsetCall(block)) break;
        blocks.toolCall(index, { id: textOf(block['id']) ?? '', name: textOf(block['name']) ?? '' });
        return { kind: 'tool-call', input: objectOf(block['input']) ?? {}, begun: false };
    }
    return { kind: 'opaque', block: new OpaqueBlock(block, event) };
  }

  private beginText(block: JsonObject): OpenBlock {
    const text: OpenBlock = { kind: 'text', length: 0, citations: [] };
    this.text(text, textOf(block['text']) ?? '');
    return text;
  }

  private blockDelta(event: JsonObject, data: string): void {
    const index = indexOf(event);
    const delta = objectOf(event['delta']) ?? {};
    const block = this.open.get(index) ?? this.implied(index, delta);
    if (block?.kind === 'opaque') block.block.delta(event, data);
    else if (block?.kind === 'text') this.textDelta(block, delta, data);
    else if (block?.kind === 'thinking') this.thinkingDelta(block, delta, data);
    else if (block?.kind === 'tool-call') {
      const json = textOf(delta['partial_json']) ?? '';
      block.begun ||= json !== '';
      this.blocks.toolInput(index, json);
    }
  }

  /** Vendors that imitate leave out the start of a block of text or thinking. */
  private implied(index: number, delta: JsonObject): OpenBlock | undefined {
    const type = IMPLIED_BLOCKS.get(delta['type']);
    if (type === undefined || this.finished) return undefined;
    this.blockStart({ type: 'content_block_start', index, content_block: { type } });
    return this.open.get(index);
  }

  private textDelta(block: Extract<OpenBlock, { kind: 'text' }>, delta: JsonObject, data: string): void {
    const citation = objectOf(delta['citation']);
    if (citation !== undefined) block.citations.push(citation);
    const text = textOf(delta['text']);
    if (text === undefined) return;
    this.text(block, text);
    if (delta['type'] === 'text_delta') this.learn(block, data, text);
  }

  private learn(block: Worded, data: string, text: string): void {
    if (text === '' || this.open.size > 1) return;
    if (this.template.learn(data, text)) this.templateBlock = block;
  }

  private words(block: Worded, text: string): void {
    if (block.kind === 'text') this.text(block, text);
    else this.blocks.reasoning(text);
  }

  private text(block: Extract<OpenBlock, { kind: 'text' }>, text: string): void {
    block.length += text.length;
    this.blocks.text(text);
  }

  private thinkingDelta(block: Worded, delta: JsonObject, data: string): void {
    const text = textOf(delta['thinking']) ?? '';
    this.blocks.reasoning(text);
    if (delta['type'] === 'thinking_delta') this.learn(block, data, text);
    this.sign(textOf(delta['signature']));
  }

  private sign(value = ''): void {
    if (value !== '') this.blocks.signReasoning({ origin: DIALECT, value });
  }

  private blockStop(index: number, event: JsonObject): void {
    const block = this.open.get(index);
    if (block === undefined) return;
    this.open.delete(index);
    this.templateBlock = undefined;
    if (block.kind === 'tool-call') {
      // Vendors that imitate give the whole input at the start.
      if (!block.begun && Object.keys(block.input).length > 0) {
        this.blocks.toolInput(index, JSON.stringify(block.input));
      }
      this.blocks.endToolCall(index);
      return;
    }
    if (block.kind === 'text') this.cite(block);
    this.blocks.close();
    if (block.kind === 'opaque') this.emit({ choice: 0, ...block.block.end(event) });
  }

  /** Only now it is known how long the text is that they belong to. */
  private cite({ citations, length }: Extract<OpenBlock, { kind: 'text' }>): void {
    if (citations.length === 0) return;
    this.blocks.openText();
    for (const value of citations) {
      const citation: Citation = decodeCitation(value, length);
      this.emit({ type: 'citation', choice: 0, citation });
    }
  }

  private endBlocks(): void {
    for (const index of [...this.open.keys()]) this.blockStop(index, { type: 'content_block_stop', index });
    this.blocks.close();
  }
}

const IMPLIED_BLOCKS: ReadonlyMap<unknown, string> = new Map([
  ['text_delta', 'text'],
  ['thinking_delta', 'thinking'],
  ['signature_delta', 'thinking'],
]);

function indexOf(event: JsonObject): number {
  return numberOf(event['index']) ?? 0;
}
