import { deltaPart, type DeltaRun } from './delta.js';
import { invalidStream } from './failure.js';
import type { Signature } from './part.js';
import type { EmitPart } from './stream.js';

export interface ToolCallStart {
  readonly id: string;
  readonly name: string;
  readonly kind?: 'function' | 'custom';
  readonly signature?: Signature;
}

interface OpenCall {
  readonly key: string | number;
  readonly kind: 'function' | 'custom';
  input: string;
  /** `undefined`: not looked at since the last piece. */
  complete: boolean | undefined;
}

interface PendingCall {
  readonly start: ToolCallStart;
  input: string;
}

const INPUT_LENGTH_MAX = 16 * 1_048_576;

/**
 * Opens and closes blocks of one choice, so that decoders only say what arrived: a delta of another kind closes what is
 * open. Tool calls may arrive interleaved, each under a key of the vendor's; a call is kept back until the one before it
 * is complete.
 */
export class Blocks {
  private open: 'none' | 'text' | 'reasoning' | 'refusal' | 'tool-call' = 'none';
  /** The open call, and those kept back, in the order of their start. */
  private current: OpenCall | undefined;
  private readonly pending = new Map<string | number, PendingCall>();
  private readonly closedCalls = new Set<string | number>();
  private callCount = 0;
  private reasoningSignature: Signature | undefined;
  private textSignature: Signature | undefined;

  constructor(
    private readonly emit: EmitPart,
    private readonly choice = 0,
  ) {}

  /** The choice has called tools. */
  get hasToolCalls(): boolean {
    return this.callCount > 0;
  }

  text(text: string): void {
    if (text === '') return;
    this.openText();
    this.emit({ type: 'text-delta', choice: this.choice, text });
  }

  texts(run: DeltaRun): void {
    this.openText();
    this.emit(deltaPart('text-delta', this.choice, run));
  }

  /** Opens a text block even when no text follows. */
  openText(): void {
    if (this.open === 'text') return;
    this.close();
    this.open = 'text';
    this.emit({ type: 'text-start', choice: this.choice });
  }

  reasoning(text: string, start: { readonly id?: string; readonly redacted?: boolean } = {}): void {
    this.openReasoning(start);
    if (text !== '') this.emit({ type: 'reasoning-delta', choice: this.choice, text });
  }

  reasonings(run: DeltaRun): void {
    this.openReasoning();
    this.emit(deltaPart('reasoning-delta', this.choice, run));
  }

  openReasoning(start: { readonly id?: string; readonly redacted?: boolean } = {}): void {
    if (this.open === 'reasoning') return;
    this.close();
    this.open = 'reasoning';
    this.emit({ type: 'reasoning-start', choice: this.choice, ...start });
  }

  /** The signature of the reasoning that is open, or of hidden reasoning when none is. */
  signReasoning(signature: Signature): void {
    this.openReasoning();
    this.reasoningSignature = signature;
  }

  signText(signature: Signature): void {
    this.openText();
    this.textSignature = signature;
  }

  refusal(text: string): void {
    if (text === '') return;
    if (this.open !== 'refusal') {
      this.close();
      this.open = 'refusal';
      this.emit({ type: 'refusal-start', choice: this.choice });
    }
    this.emit({ type: 'refusal-delta', choice: this.choice, text });
  }

  /** A call begins. `key`: how the vendor tells calls of this answer apart. */
  toolCall(key: string | number, start: ToolCallStart): void {
    this.callCount += 1;
    if (this.open === 'tool-call' && !this.currentIsComplete()) {
      this.pending.set(key, { start, input: '' });
      return;
    }
    this.close();
    this.begin(key, start);
  }

  knowsToolCall(key: string | number): boolean {
    return this.current?.key === key || this.pending.has(key) || this.closedCalls.has(key);
  }

  /** @throws GatewayError `upstream_invalid_response` for a call that never began, or whose arguments were complete */
  toolInput(key: string | number, text: string): void {
    if (text === '') return;
    if (this.current?.key === key) {
      this.current.input += text;
      this.current.complete = undefined;
      if (this.current.input.length > INPUT_LENGTH_MAX)
        throw invalidStream('the arguments of a tool call are too long');
      this.emit({ type: 'tool-input-delta', choice: this.choice, text });
      return;
    }
    const kept = this.pending.get(key);
    if (kept === undefined) {
      if (text.trim() === '') return;
      throw invalidStream('arguments for a tool call that is not open');
    }
    kept.input += text;
    if (kept.input.length > INPUT_LENGTH_MAX)
      throw invalidStream('the arguments of a tool call are too long');
    if (this.currentIsComplete()) this.closeOne();
  }

  /** The call is complete. */
  endToolCall(key: string | number): void {
    if (this.current?.key === key) this.closeOne();
  }

  /** Closes what is open, and tells the calls that were kept back. */
  close(): void {
    while (this.open !== 'none') this.closeOne();
  }

  private closeOne(): void {
    const { choice, emit } = this;
    const was = this.open;
    this.open = 'none';
    if (was === 'text') {
      const signature = this.textSignature;
      this.textSignature = undefined;
      emit({ type: 'text-end', choice, ...(signature === undefined ? {} : { signature }) });
    } else if (was === 'reasoning') {
      const signature = this.reasoningSignature;
      this.reasoningSignature = undefined;
      emit({ type: 'reasoning-end', choice, ...(signature === undefined ? {} : { signature }) });
    } else if (was === 'refusal') emit({ type: 'refusal-end', choice });
    else if (was === 'tool-call') this.closeToolCall();
  }

  private closeToolCall(): void {
    if (this.current !== undefined) this.closedCalls.add(this.current.key);
    this.current = undefined;
    this.emit({ type: 'tool-call-end', choice: this.choice });
    const [next] = this.pending;
    if (next === undefined) return;
    const [key, { start, input }] = next;
    this.pending.delete(key);
    this.begin(key, start);
    this.toolInput(key, input);
    // More may come for the last one; those before it were complete when the next began.
    if (this.pending.size > 0 && this.currentIsComplete()) this.closeOne();
  }

  private begin(key: string | number, { kind = 'function', ...start }: ToolCallStart): void {
    this.open = 'tool-call';
    this.current = { key, kind, input: '', complete: undefined };
    this.emit({ type: 'tool-call-start', choice: this.choice, kind, ...start });
  }

  /** A call whose arguments have not begun is not: some vendors announce all calls first. */
  private currentIsComplete(): boolean {
    const { current } = this;
    if (current === undefined) return true;
    current.complete ??= current.kind === 'custom' || isJson(current.input);
    return current.complete;
  }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    // Arguments under way: that is what was asked.
    return false;
  }
}
