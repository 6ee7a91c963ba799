import type { GatewayError } from '@tollgate/contracts';
import { lengthOf, type Delta } from '../canonical/delta.js';
import type { JsonObject } from '../canonical/part.js';
import type { Finish, TokenLogprob } from '../canonical/response.js';
import { packToolCallId } from '../canonical/signature.js';
import type { StreamEncoder, StreamPart } from '../canonical/stream.js';
import type { ReportedUsage } from '../canonical/usage.js';
import type { AnswerContext } from '../dialect.js';
import { parseObject, textOf } from '../json/tolerant.js';
import { errorEvent, failedResponse } from './errors.js';
import { encodeFinish, type WireStatus } from './finish-reason.js';
import { CallItem, MessageItem, ReasoningItem, type ItemPlace, type OutputItem } from './output-items.js';
import { packReasoning } from './reasoning-item.js';
import { idOf, responseObject } from './response-object.js';
import { toWireUsage } from './usage.js';
import { DIALECT } from './wire.js';

type Part<Type extends StreamPart['type']> = Extract<StreamPart, { readonly type: Type }>;
type ChoicePart = Exclude<StreamPart, { type: 'response-start' | 'usage' }>;

/**
 * Writes a stream of events of a response. An item stays open until another begins, so that words which the vendor told
 * in several blocks are one text, as clients expect; the last event waits for the end, for counts may follow the reason
 * why the answer stopped.
 * https://platform.openai.com/docs/api-reference/responses-streaming
 */
export class ResponsesStreamEncoder implements StreamEncoder {
  /** The whole answer, as the last event holds it. */
  response: JsonObject = {};
  private sequenceNumber = 0;
  private readonly output: JsonObject[] = [];
  private item: OutputItem | undefined;
  /** What stands before the text of each delta of the open item. */
  private deltaStart = '';
  /** A custom tool's call that the vendor makes as a function's: its text is known when it is whole. */
  private wrapped: string | undefined;
  private reasoning: Pick<Part<'reasoning-start'>, 'id' | 'redacted'> = {};
  private logprobs: readonly TokenLogprob[] = [];
  private usage: ReportedUsage | undefined;
  private finish: Finish = { reason: 'other', raw: null };
  private said = false;
  private refused = false;
  private readonly customNames: ReadonlySet<string>;
  private readonly ids: string;

  constructor(private readonly context: AnswerContext) {
    const { tools } = context.request;
    this.customNames = new Set(tools.flatMap((tool) => (tool.type === 'custom' ? [tool.name] : [])));
    this.ids = idOf(context);
  }

  push(part: StreamPart): string {
    switch (part.type) {
      case 'text-delta':
        return part.choice === 0 ? this.delta(part) : '';
      case 'response-start':
        this.response = responseObject(part, this.context);
        return (
          this.write('response.created', { response: this.response }) +
          this.write('response.in_progress', { response: this.response })
        );
      case 'usage':
        this.usage = part.usage;
        return '';
      default:
        if (part.choice === 0) return this.pushPart(part);
        this.context.warnings.add('dropped', 'answer.choices', 'an answer has one choice here');
        return '';
    }
  }

  end(): string {
    const { status, incomplete_details } = this.status;
    const closing = this.close();
    if (this.logprobs.length > 0) {
      this.context.warnings.add('dropped', 'answer.logprobs', 'they belong to words, and there are none');
    }
    const usage = toWireUsage(this.usage);
    this.response = { ...this.response, status, incomplete_details, output: this.output, usage };
    return closing + this.write(`response.${status}`, { response: this.response });
  }

  fail(error: GatewayError): string {
    const raised = errorEvent(error, this.sequenceNumber);
    this.sequenceNumber += 1;
    const failure = { status: 'failed', error: failedResponse(error), output: this.output };
    return raised + this.write('response.failed', { response: { ...this.response, ...failure } });
  }

  private pushPart(part: Exclude<ChoicePart, { type: 'text-delta' }>): string {
    switch (part.type) {
      case 'text-start':
        return this.words('output_text');
      case 'refusal-start':
        return this.words('refusal');
      case 'reasoning-start':
        return this.startReasoning(part);
      case 'tool-call-start':
        return this.startCall(part);
      case 'reasoning-delta':
        return this.reasoningDelta(part);
      case 'refusal-delta':
        return this.delta(part);
      case 'tool-input-delta':
        if (this.wrapped === undefined) return this.delta(part);
        this.wrapped += part.text;
        return '';
      default:
        return this.pushWhole(part);
    }
  }

  private pushWhole(part: Exclude<ChoicePart, { type: `${string}-start` | `${string}-delta` }>): string {
    switch (part.type) {
      case 'citation':
        return this.item instanceof MessageItem
          ? this.item.annotate(part.citation, this.context.warnings)
          : '';
      case 'reasoning-end':
        if (this.item instanceof ReasoningItem) this.item.sign(packReasoning({ ...part, ...this.reasoning }));
        return this.close();
      case 'tool-call-end':
        return this.unwrap() + this.close();
      case 'text-end':
      case 'refusal-end':
        return '';
      case 'finish':
        return this.finished(part.finish);
      default:
        return this.whole(part);
    }
  }

  private words(type: 'output_text' | 'refusal'): string {
    this.said ||= type === 'output_text';
    this.refused ||= type === 'refusal';
    const opening =
      this.item instanceof MessageItem ? '' : this.open('msg', (place) => new MessageItem(place));
    const message = this.item;
    if (!(message instanceof MessageItem)) return opening;
    const part = message.open(type);
    if (type === 'output_text') this.takeLogprobs(message);
    this.prepareDelta(message);
    return opening + part;
  }

  private startReasoning({ id, redacted }: Part<'reasoning-start'>): string {
    this.reasoning = { ...(id === undefined ? {} : { id }), ...(redacted === undefined ? {} : { redacted }) };
    return this.open('rs', (place) => new ReasoningItem(place), id);
  }

  private reasoningDelta(delta: Delta): string {
    if (!(this.item instanceof ReasoningItem)) return '';
    return delta.text === '' ? '' : this.item.begin() + this.delta(delta);
  }

  private startCall({ id, name, kind, signature }: Part<'tool-call-start'>): string {
    this.wrapped = kind === 'function' && this.customNames.has(name) ? '' : undefined;
    const asCustom = kind === 'custom' || this.wrapped !== undefined;
    const call = {
      callId: packToolCallId(id, signature),
      name,
      kind: asCustom ? 'custom' : 'function',
    } as const;
    return this.open(asCustom ? 'ctc' : 'fc', (place) => new CallItem(place, call));
  }

  /** The free text is the one member of the arguments; what is no such object is the text itself. */
  private unwrap(): string {
    if (this.wrapped === undefined) return '';
    const text = textOf(parseObject(this.wrapped)?.['input']) ?? this.wrapped;
    this.wrapped = undefined;
    return this.delta({ text });
  }

  private whole(part: Part<'image' | 'audio' | 'opaque' | 'logprobs'>): string {
    const { warnings } = this.context;
    if (part.type === 'logprobs') {
      this.logprobs = [...this.logprobs, ...part.tokens];
      if (this.item instanceof MessageItem) this.takeLogprobs(this.item);
      return '';
    }
    if (part.type === 'image') return this.image(part);
    if (part.type === 'opaque' && part.origin === DIALECT) return this.opaque(part);
    const kind = part.type === 'opaque' ? part.kind : part.type;
    warnings.add('dropped', `answer.${kind}`, 'there is no such item here');
    return '';
  }

  private takeLogprobs(message: MessageItem): void {
    message.addLogprobs(this.logprobs);
    this.logprobs = [];
  }

  /** https://platform.openai.com/docs/guides/tools-image-generation */
  private image({ data, mediaType }: Part<'image'>): string {
    const id = this.itemId('ig');
    const item = { id, type: 'image_generation_call', output_format: mediaType.replace(/^image\//, '') };
    return this.told(
      { ...item, status: 'in_progress', result: null },
      { ...item, status: 'completed', result: data },
    );
  }

  private opaque({ value, events }: Part<'opaque'>): string {
    if (events === undefined) return this.told(value, value);
    const closing = this.close();
    const position = { output_index: this.output.length };
    this.output.push(value);
    return (
      closing + events.map((event) => this.write(String(event['type']), { ...event, ...position })).join('')
    );
  }

  /** An item that is whole at once. */
  private told(begun: JsonObject, whole: JsonObject): string {
    const closing = this.close();
    const position = { output_index: this.output.length };
    this.output.push(whole);
    return (
      closing +
      this.write('response.output_item.added', { ...position, item: begun }) +
      this.write('response.output_item.done', { ...position, item: whole })
    );
  }

  private finished(finish: Finish): string {
    this.finish = finish;
    if (this.status.status === 'incomplete' && this.item instanceof MessageItem) this.item.cut();
    return '';
  }

  private get status(): WireStatus {
    return encodeFinish(this.finish, this.refused && !this.said, this.context.warnings);
  }

  private open<Item extends OutputItem & { readonly opening: string }>(
    prefix: string,
    make: (place: ItemPlace) => Item,
    id = this.itemId(prefix),
  ): string {
    const closing = this.close();
    const place = {
      id,
      index: this.output.length,
      write: (type: string, members: JsonObject) => this.write(type, members),
    };
    const item = make(place);
    this.item = item;
    this.prepareDelta(item);
    return closing + item.opening;
  }

  private close(): string {
    const { item } = this;
    if (item === undefined) return '';
    this.item = undefined;
    const closing = item.close();
    this.output.push(item.item);
    return closing;
  }

  private itemId(prefix: string): string {
    return `${prefix}_${this.ids}${this.output.length + (this.item === undefined ? 0 : 1)}`;
  }

  private prepareDelta({ deltaType, deltaMembers }: OutputItem): void {
    const members = JSON.stringify({ type: deltaType, ...deltaMembers }).slice(0, -1);
    this.deltaStart = `event: ${deltaType}\ndata: ${members},"delta":`;
  }

  private delta(delta: Delta): string {
    if (this.item === undefined || lengthOf(delta) === 0) return '';
    this.item.append(delta);
    if (delta.run === undefined) return this.numbered(JSON.stringify(delta.text));
    let events = '';
    for (const piece of delta.run.escaped) events += this.numbered(`"${piece}"`);
    return events;
  }

  private numbered(text: string): string {
    const number = this.sequenceNumber;
    this.sequenceNumber = number + 1;
    return `${this.deltaStart}${text},"sequence_number":${number}}\n\n`;
  }

  private write(type: string, members: JsonObject): string {
    const data = { type, ...members, sequence_number: this.sequenceNumber };
    this.sequenceNumber += 1;
    return `event: ${type}\ndata: ${JSON.stringify(data)}\n\n`;
  }
}
