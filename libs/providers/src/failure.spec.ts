import { describe, expect, it } from '@jest/globals';
import { classifyFailure, failureError, type FailureRule } from './failure.js';

const words = (message = 'no', code: string | null = null) => ({ message, code });

describe("a vendor's status", () => {
  it.each([
    [400, 'upstream_rejected', 'never', false],
    [401, 'upstream_unauthorized', 'next-channel', true],
    [403, 'upstream_unauthorized', 'next-channel', true],
    [404, 'upstream_rejected', 'next-channel', true],
    [408, 'upstream_timeout', 'next-channel', true],
    [413, 'upstream_rejected', 'never', false],
    [422, 'upstream_rejected', 'never', false],
    [429, 'upstream_rate_limited', 'next-channel', true],
    [500, 'upstream_error', 'next-channel', true],
    [502, 'upstream_error', 'next-channel', true],
    [503, 'upstream_overloaded', 'next-channel', true],
    [529, 'upstream_overloaded', 'next-channel', true],
    [504, 'upstream_timeout', 'next-channel', true],
    [302, 'upstream_error', 'next-channel', true],
  ])('%i is %s, retried: %s, blamed on the channel: %s', (status, code, retry, blamesChannel) => {
    expect(classifyFailure(status, words())).toMatchObject({ code, retry, blamesChannel });
  });

  it.each([
    [401, null, 'credential_invalid'],
    [500, 'invalid_api_key', 'credential_invalid'],
    [402, null, 'balance_exhausted'],
    [404, 'model_not_found', 'model_gone'],
    // Perhaps only this region, path or request.
    [403, null, undefined],
    [404, null, undefined],
    [429, null, undefined],
    [500, null, undefined],
  ])('%i with the code %s leaves no doubt about: %s', (status, code, decisive) => {
    const failure = classifyFailure(status, words('no', code));
    expect(failureError(failure, { ...words(), status, retryAfter: undefined }).decisive).toBe(decisive);
  });

  const balance: FailureRule = { status: 400, message: /balance/, means: 'unauthorized' };
  const busy: FailureRule = { code: /^1302$/, means: 'rateLimited' };
  it.each([
    { rule: balance, status: 400, vendor: words('balance too low'), means: 'upstream_unauthorized' },
    { rule: balance, status: 400, vendor: words('too long'), means: 'upstream_rejected' },
    { rule: balance, status: 500, vendor: words('balance too low'), means: 'upstream_error' },
    { rule: busy, status: 400, vendor: words('x', '1302'), means: 'upstream_rate_limited' },
    { rule: busy, status: 400, vendor: words('x'), means: 'upstream_rejected' },
  ])('may mean something else at a vendor: $status $vendor is $means', ({ rule, status, vendor, means }) => {
    expect(classifyFailure(status, vendor, [rule])).toMatchObject({ code: means });
  });

  it.each([
    [400, 'invalid'],
    [409, 'conflict'],
    [413, 'too-large'],
    [422, 'invalid'],
  ])('%i is the client’s own fault, of kind %s, in the vendor’s words', (status, kind) => {
    const error = failureError(classifyFailure(status, words()), {
      ...words('too long'),
      status,
      retryAfter: undefined,
    });
    expect(error).toMatchObject({ code: 'upstream_rejected', kind, message: 'too long' });
  });

  it.each([
    [401, null],
    [400, 'invalid_api_key'],
    [500, 'authentication_error'],
  ])("does not repeat the vendor's words about our credential: %i %s", (status, code) => {
    const vendor = { status, ...words('Incorrect API key: sk-up', code), retryAfter: undefined };
    expect(failureError(classifyFailure(status, vendor), vendor).message).not.toContain('sk-up');
  });

  it.each([
    [7, undefined, 7],
    [0.5, undefined, 1],
    [999_999_999, undefined, 86_400],
    [0, undefined, undefined],
    [7, 34.07, 7],
    // It may be asked at once.
    [0, 34.07, undefined],
    [undefined, 34.07, 35],
    [undefined, 999_999_999, 86_400],
    [undefined, undefined, undefined],
  ])('a header that says %s beside a body that says %s is %s seconds', (retryAfter, said, seconds) => {
    const body = said === undefined ? {} : { retryAfterSeconds: said };
    const vendor = { status: 429, ...words('slow down'), ...body, retryAfter };
    expect(failureError(classifyFailure(429, vendor), vendor).retryAfterSeconds).toBe(seconds);
  });
});
