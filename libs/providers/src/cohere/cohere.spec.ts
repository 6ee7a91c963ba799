import { describe, expect, it } from '@jest/globals';
import { classifyFailure } from '../failure.js';
import { cohere } from './cohere.provider.js';

describe('Cohere', () => {
  it('chats in its own dialect, and embeds in that of OpenAI', () => {
    expect(cohere.dialects.map(({ id, endpoints }) => [id, endpoints])).toEqual([
      ['cohere-chat', { chat: '/v2/chat' }],
      ['openai-chat', { embeddings: '/compatibility/v1/embeddings' }],
    ]);
  });

  it.each([
    [498, 'blocked', 'upstream_rejected', 'never'],
    [499, 'cancelled', 'upstream_error', 'next-channel'],
    [400, "model 'command-x' not found", 'upstream_rejected', 'next-channel'],
    [422, 'invalid request', 'upstream_rejected', 'never'],
  ])('%i with "%s" is %s, retried: %s', (status, message, code, retry) => {
    const failure = classifyFailure(status, { message, code: null }, cohere.failures);
    expect(failure).toMatchObject({ code, retry });
  });
});
