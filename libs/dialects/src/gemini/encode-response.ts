import type { CanonicalResponse, Choice } from '../canonical/response.js';
import type { AnswerContext } from '../dialect.js';
import { given } from '../json/tolerant.js';
import { CitedText, encodeLogprobs, encodePart } from './answer-writer.js';
import { encodeFinish } from './finish-reason.js';
import { encodeGrounding } from './grounding.js';
import { toUsageMetadata } from './usage.js';

/** https://ai.google.dev/api/generate-content#v1beta.GenerateContentResponse */
export function encodeResponse(response: CanonicalResponse, context: AnswerContext): object {
  return {
    candidates: response.choices.map((choice, index) => encodeCandidate(choice, index, context)),
    ...given('usageMetadata', toUsageMetadata(response.usage)),
    modelVersion: response.model ?? context.request.model,
    responseId: response.id ?? context.requestId,
  };
}

function encodeCandidate(
  { parts, finish, logprobs }: Choice,
  index: number,
  { warnings }: AnswerContext,
): object {
  const cited = new CitedText();
  for (const part of parts) if (part.type === 'text') cited.add(part.text, part.citations ?? []);
  return {
    content: {
      role: 'model',
      parts: parts.map((part) => encodePart(part, warnings)).filter((part) => part !== undefined),
    },
    finishReason: encodeFinish(finish, warnings),
    index,
    ...given('groundingMetadata', encodeGrounding(cited.citations, cited.text)),
    ...given('logprobsResult', logprobs === undefined ? undefined : encodeLogprobs(logprobs)),
  };
}
