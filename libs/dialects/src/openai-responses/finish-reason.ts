import type { JsonObject } from '../canonical/part.js';
import type { Finish } from '../canonical/response.js';
import type { Warnings } from '../canonical/warning.js';
import { objectOf, textOf } from '../json/tolerant.js';

/** What the answer holds, by which its end is told: the dialect itself only says that it is complete. */
export interface AnswerTraits {
  readonly calls: boolean;
  readonly refusal: boolean;
  readonly text: boolean;
}

/** https://platform.openai.com/docs/api-reference/responses/object#responses/object-incomplete_details */
export function decodeFinish(response: JsonObject, { calls, refusal, text }: AnswerTraits): Finish {
  const status = textOf(response['status']) ?? null;
  if (status === 'incomplete') {
    const raw = textOf(objectOf(response['incomplete_details'])?.['reason']) ?? status;
    if (raw === 'max_output_tokens') return { reason: 'length', raw };
    return { reason: raw === 'content_filter' ? 'content-filter' : 'other', raw };
  }
  if (status !== 'completed' && status !== null) return { reason: 'other', raw: status };
  if (calls) return { reason: 'tool-calls', raw: status };
  return { reason: refusal && !text ? 'refusal' : 'stop', raw: status };
}

export interface WireStatus {
  readonly status: 'completed' | 'incomplete';
  readonly incomplete_details: { readonly reason: string } | null;
}

const COMPLETED: WireStatus = { status: 'completed', incomplete_details: null };
const FILTERED: WireStatus = { status: 'incomplete', incomplete_details: { reason: 'content_filter' } };

/** `refusal`: the answer holds words of refusal and no others, which say by themselves what happened. */
export function encodeFinish({ reason }: Finish, refusal: boolean, warnings: Warnings): WireStatus {
  switch (reason) {
    case 'length':
    case 'context-window':
      return { status: 'incomplete', incomplete_details: { reason: 'max_output_tokens' } };
    case 'content-filter':
      return FILTERED;
    case 'refusal':
      return refusal ? COMPLETED : FILTERED;
    case 'pause':
    case 'error':
    case 'other':
      warnings.add('approximated', 'answer.finish', 'the vendor stopped for a reason that has no name here');
      return COMPLETED;
    default:
      return COMPLETED;
  }
}
