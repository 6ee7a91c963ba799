import { describe, expect, it } from '@jest/globals';
import { openaiChat } from '@tollgate/dialects';
import { ChannelRoute } from './channel-route.js';

type Chosen = ConstructorParameters<typeof ChannelRoute>[0]['chosen'];
const profile = { model: 'm' } as Chosen['profile'];
const spoken = { dialect: 'openai-chat', endpoints: {} } as unknown as Chosen['spoken'];
const route = (): ChannelRoute =>
  new ChannelRoute({
    chosen: { dialect: openaiChat, spoken, profile },
    client: openaiChat,
    transform: undefined,
    paths: { whole: '/v1/chat', streamed: '/v1/chat' },
  });

describe("the headers of a channel's requests", () => {
  const proof = ['authorization', 'Bearer a'];

  it('are put together once for a credential whose proof stays the same', () => {
    const one = route();
    const headers = one.withProof(one.headers, proof, 0);
    expect(headers).toEqual(['content-type', 'application/json', 'authorization', 'Bearer a']);
    expect(one.withProof(one.headers, proof, 0)).toBe(headers);
    expect(one.memoOf(headers, 0)).toBe(one.memoOf(headers, 0));
    expect(one.memoOf(headers, 0)).toBeDefined();
  });

  it('are remembered apart for each credential, and anew for a new proof', () => {
    const one = route();
    const first = one.withProof(one.headers, proof, 0);
    const second = one.withProof(one.headers, ['authorization', 'Bearer b'], 1);
    const memo = one.memoOf(first, 0);
    expect(one.memoOf(second, 1)).not.toBe(memo);
    expect(one.memoOf(second, 0)).toBeUndefined();
    const renewed = one.withProof(one.headers, ['authorization', 'Bearer c'], 0);
    expect(one.memoOf(renewed, 0)).not.toBe(memo);
    expect(one.memoOf(first, 0)).toBeUndefined();
  });

  it('are of one request alone where they hold what its client sent', () => {
    const one = route();
    const headers = one.withProof([...one.headers, 'x-beta', '1'], proof, 0);
    expect(one.memoOf(headers, 0)).toBeUndefined();
  });
});
