import { Blocks } from '../canonical/blocks.js';
import { invalidAnswer } from '../canonical/failure.js';
import type { Citation, JsonObject } from '../canonical/part.js';
import type { EmitPart, StreamDecoder } from '../canonical/stream.js';
import { TextTemplate } from '../json/text-template.js';
import { numberOf, objectOf, parseObject, textOf } from '../json/tolerant.js';
import { decodeCitation } from './citations.js';
import { streamFailure } from './errors.js';
import { decodeFinish } from './finish-reason.js';
import { decodeUsage } from './usage.js';
import { DIALECT } from './wire.js';

const DELTA = 'contentBlockDelta';
const SIGNATURE_LENGTH_MAX = 4 * 1_048_576;

/**
 * Events of ConverseStream, by name; their names stand in the framing.
 * https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ConverseStreamOutput.html
 */
export class ConverseStreamDecoder implements StreamDecoder {
  complete = false;
  private readonly blocks: Blocks;
  private readonly template = new TextTemplate();
  /** Of the block that the template was learnt in. */
  private templateIndex = -1;
  private started = false;
  /** Of the block that is open: models may leave its start out. */
  private openIndex = -1;
  /** Of the open block; they stand behind all of its text. */
  private citations: Citation[] = [];
  private signature = '';

  constructor(private readonly emit: EmitPart) {
    this.blocks = new Blocks(emit);
  }

  push(event: string, data: string): void {
    if (event === DELTA) {
      const text = this.template.match(data);
      if (text !== undefined) {
        this.enter(this.templateIndex);
        this.blocks.text(text);
        return;
      }
    }
    const body = parseObject(data);
    if (body === undefined) throw invalidAnswer('an event of its stream is no JSON object');
    this.start();
    this.handle(event, body, data);
  }

  pushDeltas(text: string, from: number, frame: string): number {
    const found = frame.includes(DELTA) ? this.template.find(text, from, frame) : undefined;
    if (found === undefined) return from;
    this.enter(this.templateIndex);
    this.blocks.texts(found.run);
    return found.end;
  }

  end(): void {
    this.closeBlock();
  }

  private handle(event: string, body: JsonObject, data: string): void {
    switch (event) {
      case 'contentBlockStart':
        this.blockStart(body);
        return;
      case DELTA:
        this.blockDelta(body, data);
        return;
      case 'contentBlockStop':
        this.blockStop(body);
        return;
      case 'messageStop':
        this.messageStop(body);
        return;
      case 'metadata':
        this.metadata(body);
        return;
      default:
        if (event === 'error' || event.endsWith('Exception')) throw streamFailure(body);
    }
  }

  private start(): void {
    if (this.started) return;
    this.started = true;
    this.emit({ type: 'response-start', id: null, model: null, createdAt: null });
  }

  private blockStart(body: JsonObject): void {
    const index = indexOf(body);
    const toolUse = objectOf(objectOf(body['start'])?.['toolUse']);
    this.enter(index);
    if (toolUse === undefined) return;
    const name = textOf(toolUse['name']);
    if (name === undefined) throw invalidAnswer('a tool call has no name');
    this.blocks.toolCall(index, { id: textOf(toolUse['toolUseId']) ?? '', name });
  }

  private blockDelta(body: JsonObject, data: string): void {
    const index = indexOf(body);
    const delta = objectOf(body['delta']) ?? {};
    const { text, toolUse, reasoningContent, citation } = delta;
    this.enter(index);
    if (typeof text === 'string') {
      this.blocks.text(text);
      if (text !== '') this.learn(index, data, text);
    } else if (toolUse !== undefined) this.toolInput(index, objectOf(toolUse));
    else if (reasoningContent !== undefined) this.reasoning(objectOf(reasoningContent) ?? {});
    else if (citation !== undefined) this.citations.push(decodeCitation(objectOf(citation) ?? {}));
  }

  private learn(index: number, data: string, text: string): void {
    if (this.template.learn(data, text)) this.templateIndex = index;
  }

  /** Blocks follow one another: a new index ends the block before it. */
  private enter(index: number): void {
    if (index === this.openIndex) return;
    if (this.openIndex !== -1) this.closeBlock();
    this.openIndex = index;
  }

  private closeBlock(): void {
    for (const citation of this.citations.splice(0)) {
      this.blocks.openText();
      this.emit({ type: 'citation', choice: 0, citation });
    }
    this.signature = '';
    this.blocks.close();
  }

  private toolInput(index: number, toolUse: JsonObject | undefined): void {
    this.blocks.toolInput(index, textOf(toolUse?.['input']) ?? '');
  }

  private reasoning({ text, signature, redactedContent }: JsonObject): void {
    if (typeof redactedContent === 'string') {
      this.blocks.openReasoning({ redacted: true });
      this.sign(joinedBase64(this.signature, redactedContent));
    } else if (typeof signature === 'string') this.sign(this.signature + signature);
    else if (typeof text === 'string') this.blocks.reasoning(text);
  }

  private sign(value: string): void {
    if (value.length > SIGNATURE_LENGTH_MAX) throw invalidAnswer('a signature is too long');
    this.signature = value;
    this.blocks.signReasoning({ origin: DIALECT, value });
  }

  private blockStop(body: JsonObject): void {
    if (indexOf(body) === this.openIndex) this.closeBlock();
    this.openIndex = -1;
  }

  private messageStop({ stopReason, additionalModelResponseFields: fields }: JsonObject): void {
    if (this.complete) return;
    this.complete = true;
    this.closeBlock();
    this.emit({
      type: 'finish',
      choice: 0,
      finish: decodeFinish(stopReason, fields, this.blocks.hasToolCalls),
    });
  }

  private metadata(body: JsonObject): void {
    const usage = decodeUsage(body['usage']);
    if (usage !== undefined) this.emit({ type: 'usage', usage });
  }
}

function indexOf(body: JsonObject): number {
  return numberOf(body['contentBlockIndex']) ?? 0;
}

/** Bytes that came in pieces, each in base64 of its own. */
function joinedBase64(before: string, more: string): string {
  if (before === '') return more;
  return Buffer.concat([Buffer.from(before, 'base64'), Buffer.from(more, 'base64')]).toString('base64');
}
