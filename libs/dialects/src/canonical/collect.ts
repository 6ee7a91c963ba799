import type { AnswerPart, Citation, Signature } from './part.js';
import type { CanonicalResponse, Choice, Finish, TokenLogprob } from './response.js';
import type { StreamPart } from './stream.js';
import type { ReportedUsage } from './usage.js';

const NO_FINISH: Finish = { reason: 'other', raw: null };

/** Makes a whole answer of the parts of a stream: for vendors that only stream, and to compare the two. */
export class ResponseCollector {
  private head: { id: string | null; model: string | null; createdAt: number | null } = {
    id: null,
    model: null,
    createdAt: null,
  };
  private usage: ReportedUsage | undefined;
  private readonly choices = new Map<number, ChoiceCollector>();

  push(part: StreamPart): void {
    if (part.type === 'response-start') {
      const { id, model, createdAt } = part;
      this.head = { id, model, createdAt };
    } else if (part.type === 'usage') this.usage = part.usage;
    else this.choiceOf(part.choice).push(part);
  }

  get response(): CanonicalResponse {
    const ordered = [...this.choices].sort(([left], [right]) => left - right);
    return { ...this.head, choices: ordered.map(([, choice]) => choice.choice), usage: this.usage };
  }

  private choiceOf(index: number): ChoiceCollector {
    let choice = this.choices.get(index);
    if (choice === undefined) this.choices.set(index, (choice = new ChoiceCollector()));
    return choice;
  }
}

type ChoicePart = Exclude<StreamPart, { type: 'response-start' | 'usage' }>;
type CallStart = Extract<StreamPart, { type: 'tool-call-start' }>;

class ChoiceCollector {
  private readonly parts: AnswerPart[] = [];
  private finish = NO_FINISH;
  private logprobs: TokenLogprob[] | undefined;
  private text = '';
  private citations: Citation[] = [];
  private reasoning: { readonly id?: string; readonly redacted?: boolean } = {};
  private call: CallStart | undefined;

  get choice(): Choice {
    const { parts, finish, logprobs } = this;
    return { parts, finish, ...(logprobs === undefined ? {} : { logprobs }) };
  }

  push(part: ChoicePart): void {
    switch (part.type) {
      case 'text-start':
      case 'refusal-start':
        this.text = '';
        this.citations = [];
        return;
      case 'text-delta':
      case 'reasoning-delta':
      case 'refusal-delta':
      case 'tool-input-delta':
        this.text += part.text;
        return;
      case 'reasoning-start': {
        this.text = '';
        const { id, redacted } = part;
        this.reasoning = { ...(id === undefined ? {} : { id }), ...(redacted === true ? { redacted } : {}) };
        return;
      }
      case 'tool-call-start':
        this.text = '';
        this.call = part;
        return;
      case 'citation':
        this.citations.push(part.citation);
        return;
      case 'logprobs':
        (this.logprobs ??= []).push(...part.tokens);
        return;
      case 'finish':
        this.finish = part.finish;
        return;
      default:
        this.pushWhole(part);
    }
  }

  private pushWhole(
    part: Exclude<
      ChoicePart,
      { type: `${string}-start` | `${string}-delta` | 'citation' | 'logprobs' | 'finish' }
    >,
  ): void {
    const { text } = this;
    switch (part.type) {
      case 'text-end': {
        const citations = this.citations.length > 0 ? { citations: this.citations } : {};
        this.parts.push({ type: 'text', text, ...citations, ...signed(part.signature) });
        return;
      }
      case 'reasoning-end':
        this.parts.push({ type: 'reasoning', text, ...this.reasoning, ...signed(part.signature) });
        return;
      case 'refusal-end':
        this.parts.push({ type: 'refusal', text });
        return;
      case 'tool-call-end':
        if (this.call !== undefined) this.parts.push(callPart(this.call, text));
        return;
      case 'image':
      case 'audio': {
        const { type, data, mediaType } = part;
        this.parts.push({ type, source: { kind: 'base64', data, mediaType } });
        return;
      }
      case 'opaque': {
        const { type, origin, kind, value } = part;
        this.parts.push({ type, origin, kind, value });
      }
    }
  }
}

function signed(signature: Signature | undefined): { signature?: Signature } {
  return signature === undefined ? {} : { signature };
}

function callPart({ id, name, kind, signature }: CallStart, text: string): AnswerPart {
  const input = text === '' && kind === 'function' ? '{}' : text;
  return { type: 'tool-call', id, name, input, kind, ...signed(signature) };
}
