import { describe, expect, it } from '@jest/globals';
import { DIALECT_IDS } from '@tollgate/contracts';
import { classifyStatus, failureError } from './failure.js';
import { PROVIDERS } from './registry.js';

describe.each([...PROVIDERS.values()])('provider $id', (provider) => {
  it('speaks at least one dialect, with paths below its base URL', () => {
    expect(provider.dialects.length).toBeGreaterThan(0);
    for (const dialect of provider.dialects) {
      expect(DIALECT_IDS).toContain(dialect.id);
      for (const path of Object.values(dialect.paths)) expect(path).toMatch(/^\/[a-z/]+[a-z]$/);
    }
  });

  it('has a base URL without a trailing slash, or leaves it to the channel', () => {
    if (provider.defaultBaseUrl !== null) expect(provider.defaultBaseUrl).toMatch(/^https?:\/\/.*[^/]$/);
  });

  it('writes its credential into headers', () => {
    const headers = provider.authenticate('sk-test');
    expect(headers.length % 2).toBe(0);
    expect(headers.join(' ').includes('sk-test')).toBe(provider.inProcess === undefined);
    expect(provider.authenticate(null)).toEqual([]);
  });
});

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
    [503, 'upstream_error', 'next-channel', true],
    [504, 'upstream_timeout', 'next-channel', true],
    [302, 'upstream_error', 'next-channel', true],
  ])('%i is %s, retried: %s, blamed on the channel: %s', (status, code, retry, blamesChannel) => {
    expect(classifyStatus(status)).toMatchObject({ code, retry, blamesChannel });
  });

  it("does not repeat the vendor's words about our credential", () => {
    const vendor = { status: 401, message: 'Incorrect API key: sk-up', code: null, retryAfter: undefined };
    expect(failureError(classifyStatus(401), vendor).message).not.toContain('sk-up');
  });

  it.each([
    ['7', 7],
    ['0.5', 1],
    ['999999999', 86_400],
    ['soon', undefined],
    [undefined, undefined],
  ])('retry-after %s is %s seconds', (retryAfter, seconds) => {
    const vendor = { status: 429, message: 'slow down', code: null, retryAfter };
    expect(failureError(classifyStatus(429), vendor).retryAfterSeconds).toBe(seconds);
  });
});
