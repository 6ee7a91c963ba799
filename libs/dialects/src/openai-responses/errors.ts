import type { GatewayError } from '@tollgate/contracts';
import { openaiError } from '../json/openai-errors.js';
import type { JsonObject } from '../canonical/part.js';

/** Errors as all of OpenAI's APIs write them. */
export { decodeOpenaiError as decodeError, encodeOpenaiError as encodeError } from '../json/openai-errors.js';

/** Higher than any of the stream that passed: the events of that are not counted. */
const SEQUENCE_NUMBER_LAST = 2_147_483_647;

export function encodeStreamError(error: GatewayError): string {
  return errorEvent(error, SEQUENCE_NUMBER_LAST);
}

/**
 * The official SDKs raise an error for the event of this name, and read it from `error`, as the vendor writes it, or from
 * the event itself, as the vendor documents it.
 * https://platform.openai.com/docs/api-reference/responses-streaming/error
 */
export function errorEvent(error: GatewayError, sequenceNumber: number): string {
  const { type, ...flat } = openaiError(error);
  const data = { type: 'error', ...flat, error: { type, ...flat }, sequence_number: sequenceNumber };
  return `event: error\ndata: ${JSON.stringify(data)}\n\n`;
}

/** Codes of failed responses. https://platform.openai.com/docs/api-reference/responses/object#responses/object-error */
export function failedResponse(error: GatewayError): JsonObject {
  const { message, code } = openaiError(error);
  return { code: error.kind === 'limited' ? 'rate_limit_exceeded' : code, message };
}
