import type { GatewayError } from '@tollgate/contracts';
import { writeDelta, type Delta } from '../canonical/delta.js';
import type { Finish, TokenLogprob } from '../canonical/response.js';
import type { StreamEncoder, StreamPart } from '../canonical/stream.js';
import type { ReportedUsage } from '../canonical/usage.js';
import type { AnswerContext } from '../dialect.js';
import { encodeOpenaiStreamError } from '../json/openai-errors.js';
import { encodeOpenaiTotals } from '../json/openai-totals.js';
import { dropPart, encodeFinish, encodeHead, encodeLogprobs, lengthOf } from './answer-writer.js';

const NO_FINISH: Finish = { reason: 'other', raw: null };

interface ChoiceState {
  finish: Finish;
  /** Length of the tokens that log probabilities were told of. */
  tokensLength: number;
}

/** Writes `text_completion` events; reasons to finish wait for the end, where usage follows them. */
export class CompletionStreamEncoder implements StreamEncoder {
  private head = '';
  private readonly tail: string;
  private usage: ReportedUsage | undefined;
  private readonly choices = new Map<number, ChoiceState>();

  constructor(private readonly context: AnswerContext) {
    this.tail = context.streamUsage ? '}],"usage":null}\n\n' : '}]}\n\n';
    this.open({ id: null, model: null, createdAt: null });
  }

  push(part: StreamPart): string {
    switch (part.type) {
      case 'response-start':
        this.open(part);
        return '';
      case 'text-delta':
        return this.text(part.choice, part);
      case 'refusal-delta':
        dropPart('refusal', this.context.warnings);
        return this.text(part.choice, part);
      case 'logprobs':
        return this.logprobs(part.choice, part.tokens);
      case 'usage':
        this.usage = part.usage;
        return '';
      case 'finish':
        this.stateOf(part.choice).finish = part.finish;
        return '';
      default:
        this.drop(part.type);
        return '';
    }
  }

  end(): string {
    this.stateOf(0);
    const ordered = [...this.choices].sort(([left], [right]) => left - right);
    const finishes = ordered.map(([choice, { finish }]) => {
      const word = encodeFinish(finish, this.context.warnings);
      return this.event(choice, `"text":"","logprobs":null,"finish_reason":"${word}"`);
    });
    return `${finishes.join('')}${this.usageEvent()}data: [DONE]\n\n`;
  }

  fail(error: GatewayError): string {
    return encodeOpenaiStreamError(error);
  }

  private open(start: Parameters<typeof encodeHead>[0]): void {
    const about = JSON.stringify(encodeHead(start, this.context));
    this.head = `data: ${about.slice(0, -1)},"choices":[`;
  }

  private text(choice: number, delta: Delta): string {
    this.stateOf(choice);
    const before = `${this.head}{"index":${choice},"text":`;
    return writeDelta(delta, before, `,"logprobs":null,"finish_reason":null${this.tail}`);
  }

  private logprobs(choice: number, tokens: readonly TokenLogprob[]): string {
    const state = this.stateOf(choice);
    const told = JSON.stringify(encodeLogprobs(tokens, state.tokensLength));
    state.tokensLength += lengthOf(tokens);
    return this.event(choice, `"text":"","logprobs":${told},"finish_reason":null`);
  }

  private event(choice: number, members: string): string {
    return `${this.head}{"index":${choice},${members}${this.tail}`;
  }

  private usageEvent(): string {
    const usage = this.context.streamUsage ? encodeOpenaiTotals(this.usage) : undefined;
    return usage === undefined ? '' : `${this.head}],"usage":${JSON.stringify(usage)}}\n\n`;
  }

  private stateOf(choice: number): ChoiceState {
    let state = this.choices.get(choice);
    if (state === undefined) this.choices.set(choice, (state = { finish: NO_FINISH, tokensLength: 0 }));
    return state;
  }

  private drop(type: StreamPart['type']): void {
    const { warnings } = this.context;
    if (type === 'reasoning-start') dropPart('reasoning', warnings);
    else if (type === 'tool-call-start') dropPart('tool-call', warnings);
    else if (type === 'citation') dropPart('citations', warnings);
    else if (type === 'image' || type === 'audio' || type === 'opaque') dropPart(type, warnings);
  }
}
