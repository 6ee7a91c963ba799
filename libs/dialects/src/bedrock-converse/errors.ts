import { GatewayError, type ErrorCode } from '@tollgate/contracts';
import type { JsonObject } from '../canonical/part.js';
import type { VendorError } from '../dialect.js';
import { objectOf, parseObject, textOf } from '../json/tolerant.js';

const MESSAGE_LENGTH_MAX = 1_000;
const CODE_LENGTH_MAX = 100;

/** `{"message": …}`; the kind of the exception stands in a header, or as `__type`. */
export function decodeError(status: number, body: Buffer): VendorError {
  const error = parseObject(body.toString('utf8'));
  const message = error === undefined ? undefined : wordsOf(error);
  return {
    message: bounded(message ?? `The vendor answered with status ${status}.`),
    code: textOf(error?.['__type'])?.split('#').at(-1)?.slice(0, CODE_LENGTH_MAX) ?? null,
  };
}

/** An exception within a stream, as the framing tells it: `{"error": {type, message, code}}`. */
export function streamFailure(body: JsonObject): GatewayError {
  const error = objectOf(body['error']) ?? body;
  const kind = `${textOf(error['code']) ?? ''} ${textOf(error['type']) ?? ''}`;
  return failure(codeOf(kind), bounded(wordsOf(error) ?? 'no reason given'));
}

export function failure(code: ErrorCode, message: string): GatewayError {
  return new GatewayError(code, `The vendor failed while it answered: ${message}`, { retry: 'next-channel' });
}

function codeOf(kind: string): ErrorCode {
  if (/throttl|quota|rate_limit/i.test(kind)) return 'upstream_rate_limited';
  return /timeout/i.test(kind) ? 'upstream_timeout' : 'upstream_error';
}

function wordsOf({ message, Message, originalMessage }: JsonObject): string | undefined {
  return textOf(message) ?? textOf(Message) ?? textOf(originalMessage);
}

function bounded(message: string): string {
  return message.length <= MESSAGE_LENGTH_MAX ? message : `${message.slice(0, MESSAGE_LENGTH_MAX)}…`;
}
