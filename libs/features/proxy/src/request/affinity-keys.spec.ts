import { describe, expect, it } from '@jest/globals';
import { settingsDocument, type ChannelId } from '@tollgate/contracts';
import type { ClientRequest } from '../http/client-request.js';
import type { Identity } from '../identity/identities.js';
import type { Snapshot } from '../configuration/snapshot.js';
import { AffinityKeys } from './affinity-keys.js';
import type { ModelRequest } from './model-request.js';

interface Asked {
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: object;
  readonly model?: string;
  readonly organization?: string;
  readonly apiKey?: string;
}

const keys = new AffinityKeys();

function find(rules: readonly object[], asked: Asked) {
  const { headers = {}, body = {}, model = 'm', organization = 'o', apiKey = 'k' } = asked;
  const client = { header: (name: string) => headers[name] };
  const request = { envelope: { model }, bytes: Buffer.from(JSON.stringify(body)), parsed: body };
  const identity = { organization: { id: organization }, apiKey: { id: apiKey } };
  return keys.find(client as unknown as ClientRequest, request as unknown as ModelRequest, {
    identity: identity as unknown as Identity,
    settings: settingsDocument.parse({ routing: { affinity: rules } }),
  });
}

const rule = (source: string, more: object = {}) => ({ name: 'r', source, ...more });
const HEADER = rule('header', { field: 'X-Tenant' });
const TENANT = rule('body-field', { field: 'metadata.tenant' });
const CACHE_KEY = rule('prompt-cache-key');
const CONVERSATION = rule('conversation');
const USER = rule('user');
const header = (name: string, value: string): Asked => ({ headers: { [name]: value } });
const userId = (user_id: string): Asked => ({ body: { metadata: { user_id } } });
const withUser = (user: string): Asked => ({ body: { user } });

describe('what requests have in common', () => {
  it.each<[string, object, Asked, Asked]>([
    ['a header, however the rule writes its name', HEADER, header('x-tenant', 'a'), header('x-tenant', 'b')],
    [
      'a text in the body',
      TENANT,
      { body: { metadata: { tenant: 'a' } } },
      { body: { metadata: { tenant: 'b' } } },
    ],
    [
      'a number in the body',
      TENANT,
      { body: { metadata: { tenant: 1 } } },
      { body: { metadata: { tenant: 2 } } },
    ],
    ['a cache key', CACHE_KEY, { body: { prompt_cache_key: 'a' } }, { body: { prompt_cache_key: 'b' } }],
    [
      'a session in a header of Claude Code’s',
      CONVERSATION,
      header('x-claude-code-session-id', 'a'),
      header('x-claude-code-session-id', 'b'),
    ],
    ['a session in another header', CONVERSATION, header('session_id', 'a'), header('session_id', 'b')],
    [
      'a session at the end of the user’s id',
      CONVERSATION,
      userId('user_1_account__session_a-1'),
      userId('user_1_account__session_b-1'),
    ],
    ['a user by name', USER, withUser('a'), withUser('b')],
    [
      'a user by safety identifier',
      USER,
      { body: { safety_identifier: 'a' } },
      { body: { safety_identifier: 'b' } },
    ],
    ['a user by metadata', USER, userId('a'), userId('b')],
    ['an API key, where no user is named', USER, { apiKey: 'a' }, { apiKey: 'b' }],
  ])('is %s', (_what, is, one, other) => {
    const found = find([is], one);
    expect(found).toMatchObject({ hash: expect.any(Number), rule: { name: 'r' } });
    expect(find([is], one)?.hash).toBe(found?.hash);
    expect(find([is], other)?.hash).not.toBe(found?.hash);
  });

  it.each<[string, object, Asked, Asked]>([
    [
      'the session alone, whoever the user is',
      CONVERSATION,
      userId('user_1_account__session_a'),
      userId('user_2_account__session_a'),
    ],
    [
      'the session of the header, before that of the body',
      CONVERSATION,
      { ...header('x-session-id', 'a'), ...userId('u_session_b') },
      header('x-session-id', 'a'),
    ],
    [
      'the safety identifier, before the user',
      USER,
      { body: { safety_identifier: 'a', user: 'b' } },
      { body: { safety_identifier: 'a', user: 'c' } },
    ],
    [
      'the user, before the metadata',
      USER,
      { body: { user: 'a', metadata: { user_id: 'b' } } },
      { body: { user: 'a', metadata: { user_id: 'c' } } },
    ],
    [
      'the user, before the API key',
      USER,
      { ...withUser('a'), apiKey: 'b' },
      { ...withUser('a'), apiKey: 'c' },
    ],
    [
      'the first thousand characters of it',
      HEADER,
      header('x-tenant', `${'a'.repeat(1_000)}b`),
      header('x-tenant', `${'a'.repeat(1_000)}c`),
    ],
  ])('is %s', (_what, is, one, other) => {
    expect(find([is], one)?.hash).toBeDefined();
    expect(find([is], one)?.hash).toBe(find([is], other)?.hash);
  });

  it.each<[string, object, Asked]>([
    ['header', HEADER, header('x-other', 'a')],
    ['header with a value', HEADER, header('x-tenant', '')],
    ['member of the body', TENANT, { body: { metadata: {} } }],
    ['text or number there', TENANT, { body: { metadata: { tenant: ['a'] } } }],
    ['session', CONVERSATION, userId('user_1')],
    ['session at its end', CONVERSATION, userId('u_session_a b')],
    ['cache key', CACHE_KEY, withUser('a')],
  ])('is nothing without a %s', (_what, is, asked) => {
    expect(find([is], asked)).toBeUndefined();
  });

  it('is kept apart by organisation, model and rule', () => {
    const hashes = [
      find([USER], withUser('a')),
      find([USER], { ...withUser('a'), organization: 'other' }),
      find([USER], { ...withUser('a'), model: 'other' }),
      find([{ ...USER, name: 'other' }], withUser('a')),
    ].map((found) => found?.hash);
    expect(new Set(hashes).size).toBe(4);
  });

  it('is what the first rule says that is about the model and finds something', () => {
    const rules = [
      rule('header', { name: 'absent', field: 'x-tenant' }),
      rule('user', { name: 'claude', models: ['claude-*'] }),
      rule('user', { name: 'gpt', models: ['gpt-4o', 'gpt-5*'] }),
    ];
    const byModel = (model: string) => find(rules, { model })?.rule.name;
    expect(['claude-3', 'gpt-4o', 'gpt-5-mini', 'gpt-4o-mini'].map(byModel)).toEqual([
      ...['claude', 'gpt', 'gpt'],
      undefined,
    ]);
    expect(find(rules, { model: 'claude-3', ...header('x-tenant', 'a') })?.rule.name).toBe('absent');
  });

  it('is remembered for as long as its rule says after the last request', () => {
    const found = find([{ ...USER, ttlSeconds: 60 }], withUser('lasting'));
    if (found === undefined) throw new Error('there is a key');
    const pin = { credential: 1, onlyCredential: false };
    const snapshot = {
      channel: () => ({ pins: { positionOf: ({ credential }: typeof pin) => credential } }),
    } as unknown as Snapshot;
    const target = (channel: string) => ({ channel: channel as ChannelId, pin });
    expect(keys.recall(found, snapshot, 0)).toBeUndefined();
    keys.remember(found, target('c1'), 1_000);
    keys.remember(found, target('c2'), 31_000);
    expect(keys.recall(found, snapshot, 90_999)).toEqual({ channel: 'c2', credential: 1 });
    expect(keys.recall(found, snapshot, 91_000)).toBeUndefined();
  });
});
