import { describe, expect, it } from '@jest/globals';
import { GatewayError } from '@tollgate/contracts';
import { decodeError, encodeError, encodeStreamError } from './errors.js';

describe('an error for a client', () => {
  it.each([
    ['invalid_request', 400, 'invalid_request_error'],
    ['invalid_api_key', 401, 'authentication_error'],
    ['insufficient_balance', 402, 'insufficient_quota'],
    ['model_not_allowed', 403, 'permission_error'],
    ['response_not_found', 404, 'invalid_request_error'],
    ['rate_limited', 429, 'rate_limit_error'],
    ['internal_error', 500, 'server_error'],
    ['upstream_error', 502, 'upstream_error'],
    ['overloaded', 503, 'server_error'],
    ['upstream_timeout', 504, 'timeout_error'],
  ] as const)('%s has status %i', (code, status, type) => {
    const encoded = encodeError(new GatewayError(code, 'Why.'), 'r1');
    expect(encoded.status).toBe(status);
    expect(JSON.parse(encoded.body)).toMatchObject({ error: { type, code, message: 'Why.' } });
  });

  it('hides what is internal', () => {
    const error = new GatewayError('internal_error', 'secret', { exposure: 'internal' });
    expect(encodeError(error, 'r1').body).not.toContain('secret');
    expect(encodeStreamError(error)).not.toContain('secret');
  });

  it('ends a stream that passed with the event of that name', () => {
    const [name, data = ''] = encodeStreamError(new GatewayError('upstream_cut', 'Gone.')).split('\ndata: ');
    expect(name).toBe('event: error');
    expect(JSON.parse(data)).toMatchObject({
      ...{ type: 'error', code: 'upstream_cut', message: 'Gone.', param: null },
      error: { code: 'upstream_cut', message: 'Gone.' },
    });
  });
});

describe("a vendor's error", () => {
  it.each([
    [
      '{"error":{"message":"No such model.","type":"t","code":"model_not_found"}}',
      'No such model.',
      'model_not_found',
    ],
    ['<html>', 'The vendor answered with status 500.', null],
  ])('is read from %s', (body, message, code) => {
    expect(decodeError(500, Buffer.from(body))).toEqual({ message, code });
  });
});
