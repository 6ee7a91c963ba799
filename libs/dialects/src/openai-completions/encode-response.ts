import type { AnswerPart } from '../canonical/part.js';
import type { CanonicalResponse, Choice } from '../canonical/response.js';
import type { Warnings } from '../canonical/warning.js';
import type { AnswerContext } from '../dialect.js';
import { encodeOpenaiTotals } from '../json/openai-totals.js';
import { given } from '../json/tolerant.js';
import { dropPart, encodeFinish, encodeHead, encodeLogprobs } from './answer-writer.js';

/** https://platform.openai.com/docs/api-reference/completions/object */
export function encodeResponse(response: CanonicalResponse, context: AnswerContext): unknown {
  const { warnings } = context;
  return {
    ...encodeHead(response, context),
    choices: response.choices.map((choice, index) => encodeChoice(choice, index, warnings)),
    ...given('usage', encodeOpenaiTotals(response.usage)),
  };
}

function encodeChoice({ parts, finish, logprobs }: Choice, index: number, warnings: Warnings): unknown {
  return {
    text: parts.map((part) => textOf(part, warnings)).join(''),
    index,
    logprobs: logprobs === undefined ? null : encodeLogprobs(logprobs, 0),
    finish_reason: encodeFinish(finish, warnings),
  };
}

function textOf(part: AnswerPart, warnings: Warnings): string {
  if (part.type === 'text') {
    if (part.citations !== undefined) dropPart('citations', warnings);
    return part.text;
  }
  dropPart(part.type, warnings);
  return part.type === 'refusal' ? part.text : '';
}
