import type { JsonObject, Signature } from '../canonical/part.js';
import type { Finish } from '../canonical/response.js';
import { packSignature, packToolCallId } from '../canonical/signature.js';
import type { AnswerContext } from '../dialect.js';
import { foreignMark } from './citations.js';
import { encodeFinish } from './finish-reason.js';
import { DIALECT } from './wire.js';

const MESSAGE_ID = /^msg_\w+$/;
const TOOL_CALL_ID = /^[a-zA-Z0-9_-]+$/;

/** What a whole answer and the first event of a stream begin with. */
export function messageHead(
  { id, model }: { readonly id: string | null; readonly model: string | null },
  { request, requestId }: AnswerContext,
): JsonObject {
  return {
    id: id !== null && MESSAGE_ID.test(id) ? id : `msg_${requestId.replace(/\W/g, '')}`,
    type: 'message',
    role: 'assistant',
    model: model ?? request.model,
  };
}

/**
 * The signature of a block of thinking. Thinking that nobody signed carries a mark instead, lest the client gives it to
 * a vendor that asks for its own signature.
 */
export function wireSignature(signature: Signature | undefined): string {
  return signature === undefined ? foreignMark() : packSignature(signature, DIALECT);
}

/** An id that the vendors of this dialect don't take is marked, so that the conversation is translated for them. */
export function wireToolCallId(id: string, signature: Signature | undefined): string {
  if (signature !== undefined || TOOL_CALL_ID.test(id)) return packToolCallId(id, signature);
  return packToolCallId(id, { origin: 'openai-completions', value: '' });
}

/** How the answer ended. `refused`: it holds words of refusal. */
export function wireFinish(finish: Finish, refused: boolean, { warnings }: AnswerContext): JsonObject {
  if (finish.reason === 'error' || finish.reason === 'other') {
    warnings.add('approximated', 'answer.finish', 'the vendor stopped for a reason that has no name here');
  }
  return { ...encodeFinish(finish, refused), stop_details: null };
}
