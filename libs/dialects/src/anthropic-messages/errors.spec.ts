import { describe, expect, it } from '@jest/globals';
import Anthropic from '@anthropic-ai/sdk';
import { GatewayError, type ErrorCode } from '@tollgate/contracts';
import { decodeError, encodeError, encodeStreamError, vendorError } from './errors.js';

/** What the official SDK raises for an answer. */
async function raised(status: number, body: string): Promise<unknown> {
  const headers = { 'content-type': 'application/json' };
  const fetch = async () => new Response(body, { status, headers });
  const client = new Anthropic({ apiKey: 'k', baseURL: 'http://127.0.0.1', maxRetries: 0, fetch });
  const message = { role: 'user', content: 'x' } as const;
  return client.messages
    .create({ model: 'm', max_tokens: 1, messages: [message] })
    .catch((error: unknown) => error);
}

describe('errors to a client', () => {
  it.each<[ErrorCode, number, string, new (...args: never[]) => Error]>([
    ['invalid_request', 400, 'invalid_request_error', Anthropic.BadRequestError],
    ['invalid_api_key', 401, 'authentication_error', Anthropic.AuthenticationError],
    ['insufficient_balance', 402, 'billing_error', Anthropic.APIError],
    ['model_not_allowed', 403, 'permission_error', Anthropic.PermissionDeniedError],
    ['model_not_found', 404, 'not_found_error', Anthropic.NotFoundError],
    ['request_too_large', 413, 'request_too_large', Anthropic.APIError],
    ['upstream_rate_limited', 429, 'rate_limit_error', Anthropic.RateLimitError],
    ['internal_error', 500, 'api_error', Anthropic.InternalServerError],
    ['upstream_error', 502, 'api_error', Anthropic.InternalServerError],
    ['upstream_timeout', 504, 'timeout_error', Anthropic.InternalServerError],
    ['no_channel_available', 529, 'overloaded_error', Anthropic.InternalServerError],
  ])('%s has status %i and type %s, as the official SDK expects', async (code, status, type, kind) => {
    const encoded = encodeError(new GatewayError(code, 'What went wrong.'), 'r1');
    expect(encoded.status).toBe(status);
    expect(JSON.parse(encoded.body)).toEqual({
      type: 'error',
      error: { type, message: 'What went wrong.', code },
      request_id: 'r1',
    });
    const error = await raised(status, encoded.body);
    expect(error).toBeInstanceOf(kind);
    expect(error).toMatchObject({ status, type });
  });

  it('hide what is internal', () => {
    const secret = new GatewayError('internal_error', 'pg: password of 10.0.0.3', { exposure: 'internal' });
    expect(encodeError(secret, 'r1').body).not.toContain('10.0.0.3');
    expect(encodeStreamError(secret)).not.toContain('10.0.0.3');
  });
});

describe("a vendor's error", () => {
  it.each([
    [
      '{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}',
      { message: 'Overloaded', code: 'overloaded_error' },
    ],
    ['{"error":{"message":"bad","code":"x"}}', { message: 'bad', code: 'x' }],
    ['{"error":"bad"}', { message: 'bad', code: null }],
    ['{"message":"bad"}', { message: 'bad', code: null }],
    ['<html>', { message: 'The vendor answered with status 500.', code: null }],
    ['null', { message: 'The vendor answered with status 500.', code: null }],
    ['{"error":null}', { message: 'The vendor answered with status 500.', code: null }],
  ])('%s is read', (body, expected) => {
    expect(decodeError(500, Buffer.from(body))).toEqual(expected);
  });

  it('is bounded in length', () => {
    const body = Buffer.from(
      JSON.stringify({ error: { message: 'x'.repeat(5_000), type: 'y'.repeat(500) } }),
    );
    const { message, code } = decodeError(500, body);
    expect(message.length).toBeLessThan(1_100);
    expect(code?.length).toBeLessThan(200);
  });

  it.each([
    ['rate_limit_error', 'upstream_rate_limited'],
    ['overloaded_error', 'upstream_overloaded'],
    ['authentication_error', 'upstream_unauthorized'],
    ['anything', 'upstream_error'],
  ])('of type %s within an answer is %s, for the next channel', (type, code) => {
    const error = vendorError({ type, message: 'bad key sk-1' });
    expect(error).toMatchObject({ code, retry: 'next-channel' });
    // The vendor's words about our credential may name it.
    expect(error.message.includes('sk-1')).toBe(code !== 'upstream_unauthorized');
  });
});
