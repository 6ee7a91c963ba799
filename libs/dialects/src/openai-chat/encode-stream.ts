import type { GatewayError } from '@tollgate/contracts';
import { lengthOf, startingWith, writeDelta, type Delta } from '../canonical/delta.js';
import type { JsonObject, Signature } from '../canonical/part.js';
import type { Finish } from '../canonical/response.js';
import type { StreamEncoder, StreamPart } from '../canonical/stream.js';
import type { ReportedUsage } from '../canonical/usage.js';
import type { AnswerContext } from '../dialect.js';
import { encodeOpenaiStreamError } from '../json/openai-errors.js';
import {
  customToolNames,
  dropOpaque,
  dropSignature,
  encodeAudio,
  encodeCall,
  encodeCitation,
  encodeHead,
  encodeImage,
  encodeLogprobs,
  freeText,
  isDisguised,
  THOUGHTS_APART,
} from './answer-writer.js';
import { encodeFinish } from './finish-reason.js';
import { encodeDetails } from './reasoning-details.js';
import { encodeUsage } from './usage.js';

type ChoicePart = Exclude<StreamPart, { type: 'response-start' | 'usage' }>;
type CallStart = Extract<StreamPart, { type: 'tool-call-start' }>;
type ReasoningStart = Extract<StreamPart, { type: 'reasoning-start' }>;

const NO_FINISH: Finish = { reason: 'other', raw: null };

/**
 * Writes `chat.completion.chunk` events. Reasons to finish wait for the end, where usage follows them.
 * https://platform.openai.com/docs/api-reference/chat/streaming
 */
export class ChatStreamEncoder implements StreamEncoder {
  private head = '';
  private tail = '';
  private readonly choices = new Map<number, ChoiceWriter>();
  private usage: ReportedUsage | undefined;

  constructor(private readonly context: AnswerContext) {}

  push(part: StreamPart): string {
    if (part.type === 'usage') {
      this.usage = part.usage;
      return '';
    }
    if (part.type === 'response-start') {
      this.open(part);
      return this.writerOf(0).begin();
    }
    return this.writerOf(part.choice).push(part);
  }

  end(): string {
    this.writerOf(0);
    const ordered = [...this.choices].sort(([left], [right]) => left - right);
    return `${ordered.map(([, writer]) => writer.end()).join('')}${this.usageEvent()}data: [DONE]\n\n`;
  }

  fail(error: GatewayError): string {
    return encodeOpenaiStreamError(error);
  }

  private open(start: Parameters<typeof encodeHead>[0]): void {
    const { id, created, model } = encodeHead(start, this.context);
    const about = JSON.stringify({ id, object: 'chat.completion.chunk', created, model });
    this.head = `data: ${about.slice(0, -1)},"choices":[`;
    this.tail = this.context.streamUsage ? '],"usage":null}\n\n' : ']}\n\n';
  }

  private writerOf(choice: number): ChoiceWriter {
    const known = this.choices.get(choice);
    if (known !== undefined) return known;
    if (this.head === '') this.open({ id: null, model: null, createdAt: null });
    const { head, tail, context } = this;
    const writer = new ChoiceWriter({ head, tail, choice, context });
    this.choices.set(choice, writer);
    return writer;
  }

  private usageEvent(): string {
    const usage = this.context.streamUsage ? encodeUsage(this.usage) : undefined;
    return usage === undefined ? '' : `${this.head}],"usage":${JSON.stringify(usage)}}\n\n`;
  }
}

interface ChoiceFrame {
  readonly head: string;
  readonly tail: string;
  readonly choice: number;
  readonly context: AnswerContext;
}

/** Events of one choice. */
class ChoiceWriter {
  private readonly context: AnswerContext;
  private readonly tail: string;
  private readonly before: string;
  private readonly behind: string;
  private readonly beforeText: string;
  private readonly beforeThought: string;
  private readonly behindValue: string;
  private readonly customTools: ReadonlySet<string>;
  private begun = false;
  private refused = false;
  private finish = NO_FINISH;
  /** Length of the text before the part that is open, and with it. */
  private textBefore = 0;
  private textLength = 0;
  private reasoning: Pick<ReasoningStart, 'id' | 'redacted'> = {};
  private thought = '';
  private thoughtsTold = false;
  private detailCount = 0;
  private imageCount = 0;
  private callCount = 0;
  private call: CallStart | undefined;
  /** The input is held back to be told whole: a call of a tool for free text, made as a function. */
  private disguised = false;
  private input = '';

  constructor({ head, tail, choice, context }: ChoiceFrame) {
    this.context = context;
    this.before = `${head}{"index":${choice},"delta":`;
    this.behind = `,"logprobs":null,"finish_reason":null}${tail}`;
    this.beforeText = `${this.before}{"content":`;
    this.beforeThought = `${this.before}{"reasoning_content":`;
    this.behindValue = `}${this.behind}`;
    this.customTools = customToolNames(context.request);
    this.tail = tail;
  }

  /** The role comes first, once. */
  begin(): string {
    if (this.begun) return '';
    this.begun = true;
    return this.delta({ role: 'assistant', content: '', refusal: null });
  }

  push(part: ChoicePart): string {
    return this.begun ? this.write(part) : this.begin() + this.write(part);
  }

  end(): string {
    const onlyRefusal = this.refused && this.textLength === 0 && this.callCount === 0;
    const word = encodeFinish(this.finish, onlyRefusal, this.context.warnings);
    return `${this.begin()}${this.before}{},"logprobs":null,"finish_reason":"${word}"}${this.tail}`;
  }

  private write(part: ChoicePart): string {
    switch (part.type) {
      case 'text-delta':
        this.textLength += lengthOf(part);
        return writeDelta(part, this.beforeText, this.behindValue);
      case 'reasoning-delta':
        return this.writeThought(part);
      case 'tool-input-delta':
        return this.writeInput(part.text);
      case 'tool-call-start':
        return this.beginCall(part);
      case 'tool-call-end':
        return this.endCall();
      case 'refusal-delta':
        this.refused = true;
        return this.delta({ refusal: part.text });
      case 'finish':
        this.finish = part.finish;
        return '';
      default:
        return this.writeRare(part);
    }
  }

  private writeRare(
    part: Exclude<ChoicePart, { type: `${string}-delta` | 'tool-call-start' | 'tool-call-end' | 'finish' }>,
  ): string {
    switch (part.type) {
      case 'text-start':
        this.textBefore = this.textLength;
        return '';
      case 'text-end':
        if (part.signature !== undefined) dropSignature(this.context);
        return '';
      case 'citation': {
        const annotation = encodeCitation(part.citation, this.textBefore, this.context);
        return annotation === undefined ? '' : this.delta({ annotations: [annotation] });
      }
      case 'reasoning-start':
        this.reasoning = part;
        this.thought = '';
        return '';
      case 'reasoning-end':
        return this.endReasoning(part.signature);
      case 'refusal-start':
        this.refused = true;
        return '';
      case 'refusal-end':
        return '';
      case 'image':
        this.imageCount += 1;
        return this.delta({ images: [encodeImage(part.data, part.mediaType, this.imageCount - 1)] });
      case 'audio':
        return this.delta({ audio: encodeAudio(part.data, this.context) });
      case 'logprobs':
        return `${this.before}{},"logprobs":${JSON.stringify(encodeLogprobs(part.tokens))},"finish_reason":null}${this.tail}`;
      case 'opaque':
        dropOpaque(part.kind, this.context);
        return '';
    }
  }

  private delta(delta: JsonObject): string {
    return this.before + JSON.stringify(delta) + this.behind;
  }

  private writeThought(delta: Delta): string {
    if (delta.text === '') return '';
    const apart = this.thought === '' && this.thoughtsTold ? THOUGHTS_APART : '';
    this.thought += delta.text;
    this.thoughtsTold = true;
    return writeDelta(startingWith(apart, delta), this.beforeThought, this.behindValue);
  }

  /** Their state comes with the words once more: so clients that put the pieces together have it whole. */
  private endReasoning(signature: Signature | undefined): string {
    if (signature === undefined) return '';
    const { id, redacted } = this.reasoning;
    const details = encodeDetails({
      type: 'reasoning',
      text: this.thought,
      signature,
      ...(id === undefined ? {} : { id }),
      ...(redacted === undefined ? {} : { redacted }),
    });
    const numbered = details.map((detail, index) => ({ ...detail, index: this.detailCount + index }));
    this.detailCount += details.length;
    return this.delta({ reasoning_details: numbered });
  }

  private beginCall(part: CallStart): string {
    this.call = part;
    this.callCount += 1;
    this.input = '';
    this.disguised = isDisguised(part, this.customTools);
    return this.disguised ? '' : this.callStart(part, '');
  }

  private callStart({ id, name, kind, signature }: CallStart, input: string): string {
    const call = encodeCall({ id, name, kind, input, ...(signature === undefined ? {} : { signature }) });
    return this.delta({ tool_calls: [{ index: this.callCount - 1, ...call }] });
  }

  private writeInput(text: string): string {
    if (this.call === undefined || text === '') return '';
    if (this.disguised) {
      this.input += text;
      return '';
    }
    this.input = text;
    return this.inputDelta(this.call, text);
  }

  private inputDelta({ kind }: CallStart, text: string): string {
    const piece = kind === 'custom' ? { custom: { input: text } } : { function: { arguments: text } };
    return this.delta({ tool_calls: [{ index: this.callCount - 1, ...piece }] });
  }

  private endCall(): string {
    const { call, input } = this;
    this.call = undefined;
    if (call === undefined) return '';
    if (this.disguised)
      return this.callStart({ ...call, kind: 'custom' }, freeText(input === '' ? '{}' : input));
    return input === '' && call.kind === 'function' ? this.inputDelta(call, '{}') : '';
  }
}
