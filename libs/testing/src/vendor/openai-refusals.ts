import type { VendorBehaviour } from './fake-vendor.js';
import { VENDOR_RETRY_AFTER_SECONDS, type VendorTrouble } from './vendor-answer.js';

/** https://platform.openai.com/docs/guides/error-codes */
const TROUBLE: Readonly<
  Record<VendorTrouble, { status: number; type: string; code: string | null; message: string }>
> = {
  'bad-request': {
    ...{ status: 400, type: 'invalid_request_error', code: 'invalid_value' },
    message: 'Invalid value.',
  },
  'rate-limit': {
    ...{ status: 429, type: 'requests', code: 'rate_limit_exceeded' },
    message: 'Rate limit reached for requests.',
  },
  overloaded: {
    status: 503,
    type: 'server_error',
    code: null,
    message: 'The engine is currently overloaded.',
  },
  'server-error': { status: 500, type: 'server_error', code: null, message: 'The server had an error.' },
};

/** The error object of all of OpenAI's APIs. */
export function openaiError(trouble: VendorTrouble): {
  type: string;
  code: string | null;
  message: string;
  param: null;
} {
  const { type, code, message } = TROUBLE[trouble];
  return { message, type, param: null, code };
}

export function openaiRefusal(trouble: VendorTrouble): VendorBehaviour {
  return {
    kind: 'answer',
    status: TROUBLE[trouble].status,
    body: { error: openaiError(trouble) },
    headers: trouble === 'rate-limit' ? { 'retry-after': String(VENDOR_RETRY_AFTER_SECONDS) } : {},
  };
}
