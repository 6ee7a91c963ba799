import { describe, expect, it } from '@jest/globals';
import { EMPTY, EXISTING, KEY, lines, plan } from '../../../test-support/planning.js';

describe('planConfig', () => {
  it.each([
    [
      'an organization',
      'organizations: [{ name: acme }]',
      '+ organization acme: group null>"default", balance null>"0.00"',
    ],
    ['a model', 'models: [{ name: m, ownedBy: us }]', '+ model m: ownedBy null>"us"'],
    ['a price', 'prices: [{ model: m, input: "2.5" }]', '+ price m: input null>"2.50"'],
    [
      'a dated price',
      'prices: [{ model: m, perCall: "1", effectiveFrom: "2027-01-01T00:00:00Z" }]',
      '+ price m: effectiveFrom null>"2027-01-01T00:00:00.000Z", perCall null>"1.00"',
    ],
    [
      'a channel, with its credentials masked',
      'channels: [{ name: c, provider: compatible, baseUrl: "http://h/v1", credentials: [sk-secret-1234], models: [m] }]',
      '+ channel c: groups null>["default"], priority null>0, weight null>1, enabled null>true, ' +
        'options null>{}, thinkingToContent null>false, provider null>"compatible", baseUrl null>"http://h/v1", ' +
        'models null>[{"name":"m","upstream":"m","cost":null}], credentials null>["…1234"]',
    ],
  ])('creates %s that is not there', (_what, yaml, line) => {
    const [first = '', ...rest] = lines(yaml, EMPTY);
    expect(rest).toEqual([]);
    const parts = (text: string) => text.split(/, (?=[a-zA-Z]+ null)/).sort();
    expect(parts(first.replace(': ', ': , '))).toEqual(parts(line.replace(': ', ': , ')));
  });

  it('creates a key for an organization of the same file', () => {
    expect(lines('organizations: [{ name: new }]\nkeys: [{ name: k, organization: new }]', EMPTY)).toEqual([
      '+ organization new: group null>"default", balance null>"0.00"',
      '+ key new/k: organization null>"new", secret null>"(generated)"',
    ]);
  });

  it.each([
    'organizations: [{ name: acme }]',
    'organizations: [{ name: acme, group: default, balance: "100" }]',
    'channels: [{ name: main, provider: openai, models: [gpt-4o] }]',
    'channels: [{ name: main, provider: openai, models: [{ name: gpt-4o }], credentials: [sk-stored], weight: 1 }]',
    'models: [{ name: gpt-4o, displayName: GPT-4o, outputTokensMax: 100 }]',
    'prices: [{ model: gpt-4o, input: "2.5", output: "10" }]',
    'prices: [{ model: gpt-4o, input: "2", output: "8", effectiveFrom: "2027-01-01T01:00:00+01:00" }]',
    'keys: [{ name: ci, organization: acme }]',
    'keys: [{ name: ci, organization: acme, secret: a-secret-of-twenty-characters }]',
    'settings: { routing: { attemptsMax: 3 } }',
    'organizations: [{ name: acme, limits: null }]',
    'keys: [{ name: ci, organization: acme, allowedAddresses: null }]',
  ])('finds nothing to do for %s', (yaml) => {
    expect(plan(yaml, EXISTING)).toEqual({ changes: [], notes: [] });
  });

  it.each([
    ['organizations: [{ name: acme, group: gold }]', '~ organization acme: group "default">"gold"'],
    [
      'organizations: [{ name: acme, limits: { concurrencyMax: 5 }, allowedAddresses: [192.0.2.0/24] }]',
      '~ organization acme: limits null>{"concurrencyMax":5}, allowedAddresses null>["192.0.2.0/24"]',
    ],
    [
      'keys: [{ name: ci, organization: acme, limits: { models: [{ model: "gpt-*", requestsPerMinute: 1 }] } }]',
      '~ key acme/ci: limits null>{"models":[{"model":"gpt-*","requestsPerMinute":1}]}',
    ],
    [
      'channels: [{ name: main, provider: openai, models: [gpt-4o], priority: 10, enabled: false }]',
      '~ channel main: priority 0>10, enabled true>false',
    ],
    [
      'channels: [{ name: main, provider: openai, models: [gpt-4o], credentials: [sk-changed] }]',
      '~ channel main: credentials ["…ored"]>["…nged"]',
    ],
    [
      'channels: [{ name: main, provider: openai, models: [gpt-4o], credentials: [another-sk-stored] }]',
      '~ channel main: credentials ["…ored"]>["…ored"]',
    ],
    ['models: [{ name: gpt-4o, outputTokensMax: 200 }]', '~ model gpt-4o: outputTokensMax 100>200'],
    ['prices: [{ model: gpt-4o, input: "9" }]', '~ price gpt-4o: input "2.50">"9.00", output "10.00">null'],
    [
      'prices: [{ model: gpt-4o, input: "1", output: "8", effectiveFrom: "2027-01-01T00:00:00Z" }]',
      '~ price gpt-4o: effectiveFrom null>"2027-01-01T00:00:00.000Z", input "2.00">"1.00"',
    ],
    [
      'keys: [{ name: ci, organization: acme, models: [a], expiresAt: "2027-01-01T00:00:00Z" }]',
      '~ key acme/ci: models null>["a"], expiresAt null>"2027-01-01T00:00:00.000Z"',
    ],
    ['keys: [{ name: ci, organization: acme, requireTags: [eu] }]', '~ key acme/ci: requireTags null>["eu"]'],
    [
      'keys: [{ name: ci, organization: acme, secret: another-secret-of-the-key }]',
      '~ key acme/ci: secret "(secret)">"(secret)"',
    ],
    [
      'settings: { upstream: { idleTimeoutMs: 5 }, health: { enabled: false } }',
      '~ settings global: health.enabled true>false, upstream.idleTimeoutMs 60000>5',
    ],
  ])('updates only what differs: %s', (yaml, line) => {
    expect(lines(yaml, EXISTING)).toEqual([line]);
  });

  it('takes the undated price for the one before a dated one that took over', () => {
    const yaml =
      'prices:\n  - { model: gpt-4o, input: "3" }\n' +
      '  - { model: gpt-4o, input: "2.50", output: "10", effectiveFrom: "2026-05-01T00:00:00Z" }';
    expect(lines(yaml, EXISTING)).toEqual([]);
  });

  it('says that an opening balance is posted once', () => {
    expect(plan('organizations: [{ name: acme, balance: "5" }]', EXISTING)).toEqual({
      changes: [],
      notes: [
        'organizations[0].balance: "acme" exists; its opening balance of 100.00 USD is posted once and stays',
      ],
    });
  });

  it.each([
    ['keys: [{ name: ci, organization: acme }]'],
    ['keys: [{ name: ci, organization: acme, secret: a-secret-of-twenty-characters }]'],
  ])('leaves a revoked key revoked: %s', (yaml) => {
    const revoked = { ...EXISTING, keys: [{ ...KEY, status: 'revoked' as const }] };
    expect(plan(yaml, revoked)).toEqual({
      changes: [],
      notes: ['keys[0]: the key "ci" of "acme" is revoked and stays so'],
    });
  });

  it('makes a key of the name of a revoked one when the file gives it a new secret', () => {
    const revoked = { ...EXISTING, keys: [{ ...KEY, status: 'revoked' as const }] };
    const yaml = 'keys: [{ name: ci, organization: acme, secret: another-secret-of-the-key }]';
    expect(lines(yaml, revoked)).toEqual(['+ key acme/ci: organization null>"acme", secret null>"(secret)"']);
  });
});
