import { Blocks } from '../canonical/blocks.js';
import { invalidAnswer } from '../canonical/failure.js';
import type { JsonObject } from '../canonical/part.js';
import type { EmitPart, StreamDecoder } from '../canonical/stream.js';
import { TextTemplate } from '../json/text-template.js';
import { numberOf, objectOf, objectsOf, parseObject, textOf } from '../json/tolerant.js';
import { decodeCitation } from './citations.js';
import { plainInput } from './decode-response.js';
import { failure } from './errors.js';
import { decodeFinish } from './finish-reason.js';
import { decodeUsage } from './usage.js';

/** Written behind the last event by some versions of the API. */
const DONE = '[DONE]';

/**
 * Events carry their `type` in the data; content and calls are counted apart.
 * https://docs.cohere.com/docs/streaming
 */
export class CohereStreamDecoder implements StreamDecoder {
  complete = false;
  private readonly blocks: Blocks;
  private readonly template = new TextTemplate();
  private started = false;
  /** Of the text that is open: citations count its characters, and come while it grows or when it is whole. */
  private text = '';
  private citations: JsonObject[] = [];

  constructor(private readonly emit: EmitPart) {
    this.blocks = new Blocks(emit);
  }

  push(_event: string, data: string): void {
    const text = this.template.match(data);
    if (text !== undefined) {
      this.addText(text);
      return;
    }
    if (data === DONE) return;
    const body = parseObject(data);
    if (body === undefined) throw invalidAnswer('an event of its stream is no JSON object');
    this.start(body);
    this.handle(body, data);
  }

  pushDeltas(text: string, from: number, frame: string): number {
    const found = this.template.find(text, from, frame);
    if (found === undefined) return from;
    this.text += found.run.text;
    this.blocks.texts(found.run);
    return found.end;
  }

  end(): void {
    this.closeBlock();
  }

  private handle(body: JsonObject, data: string): void {
    const delta = objectOf(body['delta']) ?? {};
    const message = objectOf(delta['message']) ?? {};
    switch (body['type']) {
      case 'content-start':
        this.closeBlock();
        this.content(message['content'], undefined);
        return;
      case 'content-delta':
        this.content(message['content'], data);
        return;
      case 'tool-plan-delta':
        this.addText(textOf(message['tool_plan']));
        return;
      case 'tool-call-start':
        this.callStart(indexOf(body), message['tool_calls']);
        return;
      case 'tool-call-delta':
        this.callInput(indexOf(body), message['tool_calls']);
        return;
      case 'tool-call-end':
        this.blocks.endToolCall(indexOf(body));
        return;
      case 'citation-start':
        this.citations.push(...citationsOf(message['citations']));
        return;
      case 'message-end':
        this.messageEnd(delta);
        return;
      default:
        refuseError(body);
    }
  }

  private start(body: JsonObject): void {
    if (this.started) return;
    this.started = true;
    this.emit({ type: 'response-start', id: textOf(body['id']) ?? null, model: null, createdAt: null });
  }

  /** @param data of an event that only brings text, to learn from */
  private content(value: unknown, data: string | undefined): void {
    const { text, thinking } = objectOf(value) ?? {};
    if (typeof thinking === 'string' && thinking !== '') this.blocks.reasoning(thinking);
    if (typeof text !== 'string' || text === '') return;
    this.addText(text);
    if (data !== undefined && thinking === undefined) this.template.learn(data, text);
  }

  private addText(text: string | undefined): void {
    if (text === undefined || text === '') return;
    this.text += text;
    this.blocks.text(text);
  }

  /** The first of several calls ends the words before it. */
  private callStart(index: number, value: unknown): void {
    const call = callOf(value);
    const named = objectOf(call['function']);
    const name = textOf(named?.['name']);
    if (name === undefined) throw invalidAnswer('a tool call has no name');
    this.closeBlock();
    this.blocks.toolCall(index, { id: textOf(call['id']) ?? '', name });
    this.blocks.toolInput(index, plainInput(textOf(named?.['arguments'])));
  }

  private callInput(index: number, value: unknown): void {
    this.blocks.toolInput(index, plainInput(textOf(objectOf(callOf(value)['function'])?.['arguments'])));
  }

  /** A text is whole: what it cites stands behind it. */
  private closeBlock(): void {
    for (const citation of this.citations.splice(0).flatMap((raw) => decodeCitation(raw, this.text))) {
      this.blocks.openText();
      this.emit({ type: 'citation', choice: 0, citation });
    }
    this.text = '';
    this.blocks.close();
  }

  private messageEnd({ error, finish_reason: reason, usage: reported }: JsonObject): void {
    if (this.complete) return;
    this.closeBlock();
    const usage = decodeUsage(reported);
    if (usage !== undefined) this.emit({ type: 'usage', usage });
    if (typeof error === 'string' && error !== '') throw failure(error);
    this.complete = true;
    this.emit({ type: 'finish', choice: 0, finish: decodeFinish(reason, this.blocks.hasToolCalls) });
  }
}

/** An error in place of an event has no type. */
function refuseError({ type, message }: JsonObject): void {
  if (type === undefined && typeof message === 'string') throw failure(message);
}

function indexOf(body: JsonObject): number {
  return numberOf(body['index']) ?? 0;
}

/** One call, which older versions put into a list. */
function callOf(value: unknown): JsonObject {
  return objectOf(value) ?? objectsOf(value)[0] ?? {};
}

function citationsOf(value: unknown): readonly JsonObject[] {
  const single = objectOf(value);
  return single === undefined ? objectsOf(value) : [single];
}
