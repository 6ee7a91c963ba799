import { describe, expect, it } from '@jest/globals';
import { BodyMember } from './body-member.js';

/** Fails when it is parsed. */
const unparsed = (text: string) => ({
  bytes: Buffer.from(text),
  get parsed(): unknown {
    throw new Error('was parsed');
  },
});
const body = (value: unknown) => ({ bytes: Buffer.from(JSON.stringify(value)), parsed: value });

describe('a member of a body', () => {
  it.each([
    ['prompt_cache_key', { prompt_cache_key: 'k' }, 'k'],
    ['metadata.user_id', { metadata: { user_id: 'u' } }, 'u'],
    ['metadata.tenant', { metadata: { tenant: 7 } }, 7],
    ['_id', { _id: 'first' }, 'first'],
    ['user', { tool_call: 'x', user: null }, null],
    // Behind a name that ends alike.
    ['prompt_cache_key', { my_cache_key: 'x', prompt_cache_key: 'k' }, 'k'],
    // Named, but not there.
    ['metadata.user_id', { metadata: 'none', user_id: 'u' }, undefined],
    ['metadata.user_id', { metadata: null, user_id: 'u' }, undefined],
    ['toString', { says: 'toString' }, undefined],
  ])('%s in %j is %j', (path, value, found) => {
    expect(new BodyMember(path).of(body(value))).toEqual(found);
  });

  it.each([
    ['prompt_cache_key', '{"model":"m","messages":[]}'],
    ['prompt_cache_key', '{"my_cache_key":"k","_cache_key":"k"}'],
    ['metadata.user_id', '{"metadata":{"tool_call_id":"a"}}'],
    ['metadata.user_id', '{"user_id":"a"}'],
    // In a text its quotation marks are escaped.
    ['prompt_cache_key', '{"content":"{\\"prompt_cache_key\\":1}"}'],
    ['prompt_cache_key', '_cache_key"'],
  ])('does not parse for %s what does not name it: %s', (path, text) => {
    expect(new BodyMember(path).of(unparsed(text))).toBeUndefined();
  });
});
