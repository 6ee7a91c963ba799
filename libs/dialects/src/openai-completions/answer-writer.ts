import type { AnswerPart } from '../canonical/part.js';
import type { Finish, FinishReason, TokenLogprob } from '../canonical/response.js';
import type { Warnings } from '../canonical/warning.js';
import type { AnswerContext } from '../dialect.js';
import type { WireFinish, WireLogprobs } from './wire.js';

const ID_PREFIX = 'cmpl-';

export interface AnswerHead {
  readonly id: string;
  readonly object: 'text_completion';
  readonly created: number;
  readonly model: string;
}

export function encodeHead(
  {
    id,
    model,
    createdAt,
  }: { readonly id: string | null; readonly model: string | null; readonly createdAt: number | null },
  { request, requestId, now }: AnswerContext,
): AnswerHead {
  return {
    id: id?.startsWith(ID_PREFIX) === true ? id : `${ID_PREFIX}${requestId}`,
    object: 'text_completion',
    created: createdAt ?? now,
    model: model ?? request.model,
  };
}

const WORDS: Partial<Record<FinishReason, WireFinish>> = {
  length: 'length',
  'context-window': 'length',
  'content-filter': 'content_filter',
  refusal: 'content_filter',
};

export function encodeFinish({ reason }: Finish, warnings: Warnings): WireFinish {
  if (reason === 'pause' || reason === 'error' || reason === 'other' || reason === 'tool-calls') {
    warnings.add('approximated', 'answer.finish', `an end by "${reason}" has no word there`);
  }
  return WORDS[reason] ?? 'stop';
}

/** The words of a refusal are text like any; of all else there is only text. */
export function dropPart(type: Exclude<AnswerPart['type'], 'text'> | 'citations', warnings: Warnings): void {
  if (type === 'refusal') warnings.add('approximated', 'answer.refusal', 'a refusal is text there');
  else warnings.add('dropped', `answer.${type}`, 'answers are text there');
}

/** @param textBefore length of the answer's text before these tokens */
export function encodeLogprobs(tokens: readonly TokenLogprob[], textBefore: number): WireLogprobs {
  const offsets: number[] = [];
  let at = textBefore;
  for (const { token } of tokens) {
    offsets.push(at);
    at += token.length;
  }
  return {
    tokens: tokens.map(({ token }) => token),
    token_logprobs: tokens.map(({ logprob }) => logprob),
    top_logprobs: tokens.map(({ top }) =>
      Object.fromEntries(top.map(({ token, logprob }) => [token, logprob])),
    ),
    text_offset: offsets,
  };
}

export function lengthOf(tokens: readonly TokenLogprob[]): number {
  return tokens.reduce((length, { token }) => length + token.length, 0);
}
