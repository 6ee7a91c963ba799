import type { GatewayError } from '@tollgate/contracts';
import { GrowingText, writeDelta, type Delta } from '../canonical/delta.js';
import type { Citation, JsonObject } from '../canonical/part.js';
import type { Finish, TokenLogprob } from '../canonical/response.js';
import type { StreamEncoder, StreamPart } from '../canonical/stream.js';
import type { ReportedUsage } from '../canonical/usage.js';
import type { AnswerContext } from '../dialect.js';
import { given } from '../json/tolerant.js';
import { CitedText, encodeCall, encodeLogprobs, encodePart, signed } from './answer-writer.js';
import { encodeStreamError } from './errors.js';
import { encodeFinish } from './finish-reason.js';
import { encodeGrounding } from './grounding.js';
import { toUsageMetadata } from './usage.js';

type CallStart = Extract<StreamPart, { type: 'tool-call-start' }>;

/** What is kept of a choice until the last chunk. */
class ChoiceState {
  readonly cited = new CitedText();
  readonly logprobs: TokenLogprob[] = [];
  text = new GrowingText();
  citations: Citation[] = [];
  call: CallStart | undefined;
  input = '';
  finish: Finish | undefined;
}

/**
 * Writes a stream: a chunk a piece of text or a whole call, and a last one with the reasons to finish, sources and usage.
 * https://ai.google.dev/api/generate-content#method:-models.streamgeneratecontent
 */
export class GeminiStreamEncoder implements StreamEncoder {
  private readonly choices = new Map<number, ChoiceState>();
  private usage: ReportedUsage | undefined;
  /** What every chunk ends with. */
  private tail = '';

  constructor(private readonly context: AnswerContext) {
    this.setTail(null, null);
  }

  push(part: StreamPart): string {
    if (part.type === 'text-delta') return this.textDelta(part.choice, part);
    if (part.type === 'response-start') this.setTail(part.id, part.model);
    else if (part.type === 'usage') this.usage = part.usage;
    else return this.pushBlock(part, this.state(part.choice));
    return '';
  }

  end(): string {
    if (this.choices.size === 0) this.state(0);
    const ordered = [...this.choices].sort(([left], [right]) => left - right);
    const candidates = ordered.map(([index, { cited, finish, logprobs }]) => ({
      content: { parts: [{ text: '' }], role: 'model' },
      finishReason: encodeFinish(finish ?? { reason: 'other', raw: null }, this.context.warnings),
      index,
      ...given('groundingMetadata', encodeGrounding(cited.citations, cited.text)),
      ...given('logprobsResult', logprobs.length === 0 ? undefined : encodeLogprobs(logprobs)),
    }));
    const usage = toUsageMetadata(this.usage);
    const counted = usage === undefined ? '' : `,"usageMetadata":${JSON.stringify(usage)}`;
    return `data: {"candidates":${JSON.stringify(candidates)}${counted}${this.tail}`;
  }

  fail(error: GatewayError): string {
    return encodeStreamError(error);
  }

  private textDelta(choice: number, delta: Delta): string {
    this.state(choice).text.add(delta);
    return this.chunks(choice, delta, '}');
  }

  /** A chunk for each piece of a text. */
  private chunks(choice: number, delta: Delta, behind: string): string {
    const end = `${behind}],"role":"model"},"index":${choice}}]${this.tail}`;
    return writeDelta(delta, 'data: {"candidates":[{"content":{"parts":[{"text":', end);
  }

  private pushBlock(
    part: Exclude<StreamPart, { type: 'text-delta' | 'response-start' | 'usage' }>,
    state: ChoiceState,
  ): string {
    const { choice } = part;
    switch (part.type) {
      case 'text-start':
        state.text = new GrowingText();
        state.citations = [];
        return '';
      case 'citation':
        state.citations.push(part.citation);
        return '';
      case 'text-end':
        state.cited.add(state.text.text, state.citations);
        return part.signature === undefined
          ? ''
          : this.chunk(choice, { text: '', ...signed(part.signature) });
      case 'reasoning-delta':
        return this.chunks(choice, part, ',"thought":true}');
      case 'reasoning-end':
        if (part.signature === undefined) return '';
        return this.chunk(choice, { text: '', thought: true, ...signed(part.signature) });
      case 'refusal-delta':
        return this.chunk(choice, { text: part.text });
      case 'logprobs':
        state.logprobs.push(...part.tokens);
        return '';
      case 'finish':
        state.finish = part.finish;
        return '';
      default:
        return this.pushWhole(part, state);
    }
  }

  private pushWhole(
    part: Extract<
      StreamPart,
      { type: `tool-${string}` | 'image' | 'audio' | 'opaque' | 'reasoning-start' | `refusal-${string}` }
    >,
    state: ChoiceState,
  ): string {
    switch (part.type) {
      case 'tool-call-start':
        state.call = part;
        state.input = '';
        return '';
      case 'tool-input-delta':
        state.input += part.text;
        return '';
      case 'tool-call-end': {
        if (state.call === undefined) return '';
        const { choice, id, name, kind, signature } = state.call;
        const call = { id, name, kind, input: state.input, ...given('signature', signature) };
        return this.chunk(choice, encodeCall({ type: 'tool-call', ...call }));
      }
      case 'image':
      case 'audio':
        return this.chunk(part.choice, { inlineData: { mimeType: part.mediaType, data: part.data } });
      case 'opaque':
        return this.chunk(part.choice, encodePart(part, this.context.warnings));
      default:
        return '';
    }
  }

  private chunk(choice: number, part: JsonObject | undefined): string {
    if (part === undefined) return '';
    return `data: {"candidates":[{"content":{"parts":[${JSON.stringify(part)}],"role":"model"},"index":${choice}}]${this.tail}`;
  }

  private state(choice: number): ChoiceState {
    let state = this.choices.get(choice);
    if (state === undefined) this.choices.set(choice, (state = new ChoiceState()));
    return state;
  }

  private setTail(id: string | null, model: string | null): void {
    const { request, requestId } = this.context;
    const modelVersion = JSON.stringify(model ?? request.model);
    this.tail = `,"modelVersion":${modelVersion},"responseId":${JSON.stringify(id ?? requestId)}}\r\n\r\n`;
  }
}
