import { describe, expect, it } from '@jest/globals';
import { GatewayError, type ErrorCode } from '@tollgate/contracts';
import { openaiVendorFailure } from '../json/openai-errors.js';
import { decodeError, encodeError, encodeStreamError } from './errors.js';

describe('errors to a client', () => {
  it.each<[ErrorCode, number]>([
    ['invalid_json', 400],
    ['invalid_api_key', 401],
    ['insufficient_balance', 402],
    ['model_not_allowed', 403],
    ['model_not_found', 404],
    ['request_too_large', 413],
    ['upstream_rate_limited', 429],
    ['internal_error', 500],
    ['upstream_error', 502],
    ['keys_unavailable', 503],
    ['upstream_timeout', 504],
  ])('%s has status %i and its code', (code, status) => {
    const encoded = encodeError(new GatewayError(code, 'What went wrong.', { field: 'model' }), 'r1');
    expect(encoded.status).toBe(status);
    expect(JSON.parse(encoded.body)).toEqual({
      error: {
        message: 'What went wrong.',
        type: expect.any(String),
        param: 'model',
        code,
        request_id: 'r1',
      },
    });
  });

  it('hide what is internal', () => {
    const secret = new GatewayError('internal_error', 'pg: password of 10.0.0.3', { exposure: 'internal' });
    expect(encodeError(secret, 'r1').body).not.toContain('10.0.0.3');
    expect(encodeStreamError(secret)).not.toContain('10.0.0.3');
  });

  it('end a stream as an event', () => {
    const event = encodeStreamError(new GatewayError('upstream_cut', 'The vendor broke off.'));
    expect(event).toMatch(/^data: \{.*\}\n\n$/);
  });
});

describe("a vendor's error", () => {
  it.each([
    ['{"error":{"message":"bad","code":"x"}}', { message: 'bad', code: 'x' }],
    ['{"error":"bad"}', { message: 'bad', code: null }],
    ['{"message":"bad"}', { message: 'bad', code: null }],
    ['<html>', { message: 'The vendor answered with status 500.', code: null }],
    ['null', { message: 'The vendor answered with status 500.', code: null }],
    ['{"error":null}', { message: 'The vendor answered with status 500.', code: null }],
  ])('%s is read', (body, expected) => {
    expect(decodeError(500, Buffer.from(body))).toEqual(expected);
  });

  it.each(['invalid_api_key', 'authentication_error', 401])(
    'within an answer says nothing about our credential: %s',
    (code) => {
      const { code: ours, message } = openaiVendorFailure({
        error: { message: 'Incorrect key: sk-up', code },
      });
      expect(ours).toBe('upstream_unauthorized');
      expect(message).not.toContain('sk-up');
    },
  );

  it('is bounded in length', () => {
    const body = Buffer.from(JSON.stringify({ error: { message: 'x'.repeat(5_000) } }));
    expect(decodeError(500, body).message.length).toBeLessThan(1_100);
  });
});
