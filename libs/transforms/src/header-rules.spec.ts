import { describe, expect, it } from '@jest/globals';
import { channelHeaders } from '@tollgate/contracts';
import { HeaderRules } from './header-rules.js';

const applied = (headers: unknown, given: string[], credential = 0) =>
  HeaderRules.of(channelHeaders.parse(headers), ['sk-$&-one', 'sk-two'])?.applied(given, credential);

describe('headers of a channel', () => {
  it.each([
    ['are set', { set: { 'X-Team': 'red' } }, ['x-team', 'red']],
    ['take the place of others', { set: { accept: 'b' } }, ['accept', 'b']],
    ['are removed', { remove: ['Accept'] }, []],
    ['hold the credential', { set: { 'x-key': 'Key {credential}!' } }, ['x-key', 'Key sk-$&-one!']],
    [
      'prove it in another way than the provider does',
      { set: { 'api-key': '{credential}' }, remove: ['authorization'] },
      ['api-key', 'sk-$&-one'],
    ],
  ])('%s', (_name, headers, expected) => {
    const given = ['accept', 'a', 'authorization', 'Bearer x'];
    const kept = given.filter((_entry, at) => !expectedGone(headers).includes(given[at - (at % 2)] ?? ''));
    expect(applied(headers, given)).toEqual([...kept, ...expected]);
  });

  const expectedGone = ({ set = {}, remove = [] }: { set?: object; remove?: string[] }) =>
    [...Object.keys(set), ...remove].map((name) => name.toLowerCase());

  it('hold the credential that the request is sent with', () => {
    expect(applied({ set: { 'x-key': '{credential}' } }, [], 1)).toEqual(['x-key', 'sk-two']);
    expect(applied({ set: { 'x-key': '{credential}' } }, [], 2)).toEqual(['x-key', 'sk-$&-one']);
  });

  it('that say nothing are no rules', () => {
    expect(HeaderRules.of(null, [null])).toBeUndefined();
    expect(HeaderRules.of({ set: {}, remove: [] }, [null])).toBeUndefined();
  });

  it.each([
    ['a credential in clear', { set: { authorization: 'Bearer sk-1' } }, ['set', 'authorization']],
    ['a credential in clear', { set: { 'X-API-Key': 'sk-1' } }, ['set', 'X-API-Key']],
    ['a cookie', { set: { cookie: 'a=b' } }, ['set', 'cookie']],
    ['no proof at all', { remove: ['authorization'] }, ['remove', 0]],
    ['another placeholder', { set: { 'x-a': '{api_key}' } }, ['set', 'x-a']],
    ['a host', { set: { Host: 'x' } }, ['set', 'Host']],
    ['a length', { set: { 'content-length': '1' } }, ['set', 'content-length']],
    ['a hop-by-hop header', { remove: ['Connection'] }, ['remove', 0]],
    ['a compressed answer', { set: { 'accept-encoding': 'gzip' } }, ['set', 'accept-encoding']],
    ['a line break', { set: { 'x-a': 'a\nb' } }, ['set', 'x-a']],
    ['a name that is none', { set: { 'x a': 'b' } }, ['set', 'x a']],
    ['an unknown member', { add: {} }, []],
  ])('are refused with %s', (_name, headers, path) => {
    const result = channelHeaders.safeParse(headers);
    expect(result.error?.issues[0]?.path).toEqual(path);
  });
});
