import { describe, expect, it } from '@jest/globals';
import { GatewayError, type VendorDialectId } from '@tollgate/contracts';
import { DIALECTS } from '@tollgate/dialects';
import { judgeFault } from './failure.js';

/** What reading the event comes to. */
function faultOf(dialect: VendorDialectId, event: object): GatewayError {
  try {
    DIALECTS[dialect].outbound.decodeStream(() => undefined).push('', JSON.stringify(event));
  } catch (error) {
    if (error instanceof GatewayError) return error;
    throw error;
  }
  throw new Error('it is no fault');
}

const chat = (error: object) => ['openai-chat', { error }] as const;
const failedResponse = (error: object) =>
  ['openai-responses', { type: 'response.failed', response: { status: 'failed', error } }] as const;
const responses = (error: object) => ['openai-responses', { type: 'error', ...error }] as const;
const anthropic = (type: string, message = 'no') =>
  ['anthropic-messages', { type: 'error', error: { type, message } }] as const;
const gemini = (status: string, message = 'no', more: object = {}) =>
  ['gemini', { error: { code: 400, status, message, ...more } }] as const;

describe("an error in a vendor's stream", () => {
  it.each<[readonly [VendorDialectId, object], string | undefined]>([
    [chat({ code: 'context_length_exceeded', message: 'no' }), 'context-window'],
    [chat({ code: 'content_filter', message: 'no' }), 'content-filter'],
    [chat({ code: 400, message: "This model's maximum context length is 8192 tokens." }), 'context-window'],
    [chat({ type: 'invalid_request_error', message: 'no' }), undefined],
    [chat({ type: 'BadRequestError', message: 'no' }), undefined],
    [failedResponse({ code: 'context_length_exceeded', message: 'no' }), 'context-window'],
    [failedResponse({ code: 'image_content_policy_violation', message: 'no' }), 'content-filter'],
    [failedResponse({ code: 'invalid_prompt', message: 'no' }), undefined],
    [failedResponse({ code: 'invalid_base64_image', message: 'no' }), undefined],
    [responses({ code: 'context_length_exceeded', message: 'no' }), 'context-window'],
    [anthropic('invalid_request_error', 'prompt is too long: 210000 tokens'), 'context-window'],
    [anthropic('invalid_request_error'), undefined],
    [anthropic('request_too_large'), undefined],
    [gemini('INVALID_ARGUMENT', 'The input token count (9) exceeds the maximum'), 'context-window'],
    [gemini('INVALID_ARGUMENT'), undefined],
  ])('speaks of the request, not of the channel: %j, %s', (event, refusal) => {
    const { error, ...judged } = judgeFault(faultOf(...event));
    expect(error).toMatchObject({ code: 'upstream_rejected', kind: 'invalid', retry: 'never' });
    expect(judged).toEqual({ blamesChannel: false, refusal });
  });

  it.each<[readonly [VendorDialectId, object], string]>([
    [chat({ code: 'server_error', message: 'no' }), 'upstream_error'],
    [chat({ message: 'no' }), 'upstream_error'],
    [
      chat({ type: 'invalid_request_error', code: 'invalid_api_key', message: 'no' }),
      'upstream_unauthorized',
    ],
    [chat({ code: 'rate_limit_exceeded', message: 'too many tokens' }), 'upstream_rate_limited'],
    [failedResponse({ code: 'server_error', message: 'no' }), 'upstream_error'],
    [failedResponse({ code: 'rate_limit_exceeded', message: 'no' }), 'upstream_rate_limited'],
    [anthropic('overloaded_error'), 'upstream_overloaded'],
    [anthropic('api_error'), 'upstream_error'],
    [anthropic('rate_limit_error'), 'upstream_rate_limited'],
    [gemini('UNAVAILABLE'), 'upstream_overloaded'],
    [gemini('INTERNAL'), 'upstream_error'],
    [
      gemini('INVALID_ARGUMENT', 'API key not valid.', { details: [{ reason: 'API_KEY_INVALID' }] }),
      'upstream_unauthorized',
    ],
  ])('speaks against the channel: %j is %s', (event, code) => {
    const { error, ...judged } = judgeFault(faultOf(...event));
    expect(error).toMatchObject({ code, retry: 'next-channel' });
    expect(judged).toEqual({ blamesChannel: true, refusal: undefined });
  });

  it('may come from elsewhere, and counts against the channel then', () => {
    const error = new GatewayError('upstream_invalid_response', 'The context window of it can not be read.');
    expect(judgeFault(error)).toEqual({ error, blamesChannel: true, refusal: undefined });
  });
});
