import type { AnswerPart } from './part.js';
import type { ReportedUsage } from './usage.js';

export const FINISH_REASONS = [
  'stop',
  'stop-sequence',
  'length',
  'tool-calls',
  /** A filter of the vendor's stopped it. */
  'content-filter',
  /** The model would not answer. */
  'refusal',
  /** The vendor paused a long turn of its own tools; the client sends it back to go on (Anthropic `pause_turn`). */
  'pause',
  /** The model's context is full. */
  'context-window',
  'error',
  'other',
] as const;
export type FinishReason = (typeof FINISH_REASONS)[number];

export interface Finish {
  readonly reason: FinishReason;
  /** The vendor's own word. */
  readonly raw: string | null;
  /** The stop sequence that was met, where the vendor says so. */
  readonly stopSequence?: string;
}

/** Log probability of one token of the answer. */
export interface TokenLogprob {
  readonly token: string;
  readonly logprob: number;
  readonly top: readonly { readonly token: string; readonly logprob: number }[];
}

export interface Choice {
  readonly parts: readonly AnswerPart[];
  readonly finish: Finish;
  readonly logprobs?: readonly TokenLogprob[];
}

/** A whole answer. `choices` has more than one entry only where the client asked for it. */
export interface CanonicalResponse {
  readonly id: string | null;
  /** As the vendor names it. */
  readonly model: string | null;
  /** Seconds since the epoch. */
  readonly createdAt: number | null;
  readonly choices: readonly Choice[];
  readonly usage: ReportedUsage | undefined;
  readonly serviceTier?: string;
}
