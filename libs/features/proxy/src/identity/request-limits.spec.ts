import { describe, expect, it } from '@jest/globals';
import { apiKeyDocument, groupLimits, organizationDocument } from '@tollgate/contracts';
import { RequestLimits } from './request-limits.js';

const key = (limits: object | null = null) =>
  apiKeyDocument.parse({
    ...{ id: 'k1', name: 'ci', organizationId: 'o1', status: 'active', expiresAt: null, models: null },
    limits,
  });
const organization = (limits: object | null = null) =>
  organizationDocument.parse({ id: 'o1', name: 'acme', status: 'active', group: 'vip', limits });
const group = (limits: object) => groupLimits.parse({ group: 'vip', ...limits });

describe('the limits of a request', () => {
  const limits = new RequestLimits();

  it('are none without any, also in documents that were written before there were any', () => {
    const { limits: _none, ...former } = key();
    expect(
      limits.of({ apiKey: apiKeyDocument.parse(former), organization: organization() }, 'm', undefined),
    ).toBe(null);
  });

  it('are those of the key, the organisation and the group, each counted apart', () => {
    const found = limits.of(
      {
        apiKey: key({ requestsPerMinute: 60, tokensPerMinute: 9_000 }),
        organization: organization({ concurrencyMax: 5, requestsPerWindow: { max: 100, seconds: 3_600 } }),
      },
      'gpt-4o',
      group({ successesPerWindow: { max: 7, seconds: 60 } }),
    );
    expect(found).toEqual({
      rates: [
        {
          ...{ key: 'key:k1:requests:60000', measure: 'requests', max: 60, windowMs: 60_000 },
          label: '60 requests per minute of the API key',
        },
        {
          ...{ key: 'key:k1:tokens:60000', measure: 'tokens', max: 9_000, windowMs: 60_000 },
          label: '9000 tokens per minute of the API key',
        },
        {
          ...{ key: 'organization:o1:window:3600', measure: 'requests', max: 100, windowMs: 3_600_000 },
          label: '100 requests in 3600 s of the organisation',
        },
        {
          ...{ key: 'group:o1:vip:successes:60000', measure: 'successes', max: 7, windowMs: 60_000 },
          label: '7 successful requests in 60 s of the group "vip"',
        },
      ],
      slots: [{ key: 'organization:o1:slots', max: 5, label: '5 concurrent requests of the organisation' }],
    });
  });

  it('about models apply to the models that they name, all of a pattern together', () => {
    const identity = {
      apiKey: key({ models: [{ model: 'gpt-4o*', requestsPerMinute: 1 }] }),
      organization: organization(),
    };
    const keysFor = (model: string) => limits.of(identity, model, undefined)?.rates.map((rate) => rate.key);
    expect(keysFor('gpt-4o')).toEqual(['key:k1:gpt-4o*:requests:60000']);
    expect(keysFor('gpt-4o-mini')).toEqual(keysFor('gpt-4o'));
    expect(keysFor('claude')).toBe(undefined);
  });

  it('are worked out once, until a document changes', () => {
    const [apiKey, vip] = [key({ requestsPerMinute: 1 }), group({ requestsPerMinute: 2 })];
    const first = organization();
    const found = limits.of({ apiKey, organization: first }, 'm', vip);
    expect(limits.of({ apiKey, organization: first }, 'm', vip)).toBe(found);
    expect(limits.of({ apiKey, organization: organization() }, 'm', vip)).not.toBe(found);
    expect(limits.of({ apiKey, organization: first }, 'm', undefined)?.rates).toHaveLength(1);
    expect(limits.of({ apiKey: key(), organization: first }, 'm', vip)?.rates[0]?.max).toBe(2);
  });
});
