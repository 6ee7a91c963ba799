import type { GatewayError } from '@tollgate/contracts';
import { lengthOf, writeDelta, type Delta } from '../canonical/delta.js';
import type { Citation, JsonObject } from '../canonical/part.js';
import type { Finish } from '../canonical/response.js';
import type { StreamEncoder, StreamPart } from '../canonical/stream.js';
import type { ReportedUsage } from '../canonical/usage.js';
import type { AnswerContext } from '../dialect.js';
import { messageHead, wireFinish, wireSignature, wireToolCallId } from './answer.js';
import { citationOrWarning, noLogprobs, unknownPart } from './encode-response.js';
import { encodeStreamError } from './errors.js';
import { toWireUsage } from './usage.js';
import { DIALECT } from './wire.js';

type Part<Type extends StreamPart['type']> = Extract<StreamPart, { readonly type: Type }>;
type ChoicePart = Exclude<StreamPart, { readonly type: 'response-start' | 'usage' }>;
type DeltaKind = 'text' | 'thinking' | 'tool-input';

/** What stands before the changing string of a delta; behind it follows `DELTA_END`. */
const DELTAS: Readonly<Record<DeltaKind, string>> = {
  text: '"delta":{"type":"text_delta","text":',
  thinking: '"delta":{"type":"thinking_delta","thinking":',
  'tool-input': '"delta":{"type":"input_json_delta","partial_json":',
};
/** Clients take the counts of the end over these, but not how long the cache is kept: nothing is said of that yet. */
const NOT_COUNTED = {
  input_tokens: 0,
  cache_creation_input_tokens: 0,
  cache_read_input_tokens: 0,
  output_tokens: 0,
};
const DELTA_END = '}}\n\n';

/**
 * Writes a stream of messages. The first event waits for the first part, which may be the vendor's count of the input; the
 * last ones wait for the end, for counts may follow the reason why the answer stopped.
 * https://platform.claude.com/docs/en/build-with-claude/streaming
 */
export class MessagesStreamEncoder implements StreamEncoder {
  private head: Pick<Part<'response-start'>, 'id' | 'model'> = { id: null, model: null };
  private started = false;
  private usage: ReportedUsage | undefined;
  private finish: Finish = { reason: 'other', raw: null };
  private refused = false;
  private index = -1;
  private open = false;
  private redacted = false;
  private custom = false;
  private deltaStart = '';

  constructor(private readonly context: AnswerContext) {}

  push(part: StreamPart): string {
    if (part.type === 'text-delta' && part.choice === 0 && this.open) {
      return writeDelta(part, this.deltaStart, DELTA_END);
    }
    if (part.type === 'response-start') {
      this.head = part;
      return '';
    }
    if (part.type === 'usage') {
      this.usage = part.usage;
      return '';
    }
    if (part.choice === 0) return this.start() + this.pushPart(part);
    this.context.warnings.add('dropped', 'answer.choices', 'an answer has one choice here');
    return '';
  }

  end(): string {
    const { finish, refused, context, usage } = this;
    const delta = wireFinish(finish, refused, context);
    const closing = this.start() + this.stopBlock();
    return closing + event('message_delta', { delta, usage: toWireUsage(usage) }) + event('message_stop', {});
  }

  fail(error: GatewayError): string {
    return encodeStreamError(error);
  }

  private start(): string {
    if (this.started) return '';
    this.started = true;
    const message = {
      ...messageHead(this.head, this.context),
      content: [],
      stop_reason: null,
      stop_sequence: null,
      usage: this.usage === undefined ? NOT_COUNTED : toWireUsage(this.usage),
    };
    return event('message_start', { message });
  }

  private pushPart(part: ChoicePart): string {
    switch (part.type) {
      case 'text-start':
      case 'refusal-start':
        return '';
      case 'reasoning-start':
        this.redacted = part.redacted === true;
        return '';
      case 'tool-call-start':
        return this.toolCall(part);
      case 'text-end':
      case 'refusal-end':
        return this.stopBlock();
      case 'reasoning-end':
        return this.reasoningEnd(part);
      case 'tool-call-end':
        return (this.custom ? this.delta({ text: '"}' }) : '') + this.stopBlock();
      case 'finish':
        this.finish = part.finish;
        return this.stopBlock();
      default:
        return this.inside(part);
    }
  }

  private inside(
    part: Exclude<ChoicePart, { type: `${string}-start` | `${string}-end` | 'finish' }>,
  ): string {
    switch (part.type) {
      case 'text-delta':
        return this.text(part);
      case 'refusal-delta':
        this.refused = true;
        return this.text(part);
      case 'reasoning-delta':
        return this.thinking() + this.delta(part);
      case 'tool-input-delta':
        return this.delta(this.custom ? { text: JSON.stringify(part.text).slice(1, -1) } : part);
      case 'citation':
        return this.citation(part.citation);
      default:
        return this.whole(part);
    }
  }

  private whole(part: Part<'image' | 'audio' | 'opaque' | 'logprobs'>): string {
    const { warnings } = this.context;
    if (part.type === 'opaque' && part.origin === DIALECT) return this.opaque(part);
    if (part.type === 'logprobs') noLogprobs(warnings);
    else unknownPart(part.type === 'opaque' ? part.kind : part.type, warnings);
    return '';
  }

  private text(delta: Delta): string {
    if (lengthOf(delta) === 0) return '';
    return this.startBlock('text', { type: 'text', text: '' }) + this.delta(delta);
  }

  /** Opens a block of thinking; empty ones are never opened, for vendors refuse to take them back. */
  private thinking(): string {
    this.redacted = false;
    return this.startBlock('thinking', { type: 'thinking', thinking: '', signature: '' });
  }

  private reasoningEnd({ signature }: Part<'reasoning-end'>): string {
    if (!this.open && signature === undefined) return '';
    if (!this.open && this.redacted) {
      const block = { type: 'redacted_thinking', data: wireSignature(signature) };
      return this.startBlock('text', block) + this.stopBlock();
    }
    const delta = { type: 'signature_delta', signature: wireSignature(signature) };
    return this.thinking() + this.blockEvent('content_block_delta', { delta }) + this.stopBlock();
  }

  private toolCall({ id, name, kind, signature }: Part<'tool-call-start'>): string {
    this.custom = kind === 'custom';
    const block = { type: 'tool_use', id: wireToolCallId(id, signature), name, input: {} };
    const start = this.startBlock('tool-input', block);
    // Free text is the one member of an object here.
    return this.custom ? start + this.delta({ text: '{"input":"' }) : start;
  }

  private citation(citation: Citation): string {
    const encoded = citationOrWarning(citation, this.context.warnings);
    if (encoded === undefined || !this.open) return '';
    return this.blockEvent('content_block_delta', { delta: { type: 'citations_delta', citation: encoded } });
  }

  private opaque({ value, events }: Part<'opaque'>): string {
    if (events === undefined) return this.startBlock('text', value) + this.stopBlock();
    this.index += 1;
    return events.map((wire) => event(String(wire['type']), { ...wire, index: this.index })).join('');
  }

  private startBlock(kind: DeltaKind, block: JsonObject): string {
    if (this.open) return '';
    this.open = true;
    this.index += 1;
    const index = `"index":${this.index}`;
    this.deltaStart = `event: content_block_delta\ndata: {"type":"content_block_delta",${index},${DELTAS[kind]}`;
    return this.blockEvent('content_block_start', { content_block: block });
  }

  private stopBlock(): string {
    if (!this.open) return '';
    this.open = false;
    return this.blockEvent('content_block_stop', {});
  }

  private delta(delta: Delta): string {
    return lengthOf(delta) === 0 ? '' : writeDelta(delta, this.deltaStart, DELTA_END);
  }

  private blockEvent(type: string, members: JsonObject): string {
    return event(type, { index: this.index, ...members });
  }
}

function event(type: string, members: JsonObject): string {
  return `event: ${type}\ndata: ${JSON.stringify({ type, ...members })}\n\n`;
}
