import { describe, expect, it } from '@jest/globals';
import { encoded, TIDE } from '../../test-support/converse-request.js';
import type { CanonicalRequest, Message } from '../canonical/request.js';
import type { TargetProfile } from '../canonical/target.js';

describe('what Converse can not be told', () => {
  const image = (source: object) =>
    [{ role: 'user', content: [{ type: 'image', source }] }] as unknown as Message[];

  it.each<[string, Partial<CanonicalRequest>, Partial<TargetProfile>, string]>([
    ['several answers', { choices: 2 }, {}, 'choices'],
    ['an address', { messages: image({ kind: 'url', url: 'https://x.test/a.png' }) }, {}, 'messages'],
    ['a stored file', { messages: image({ kind: 'stored', id: 'f', origin: 'gemini' }) }, {}, 'messages'],
    [
      'a strange image',
      { messages: image({ kind: 'base64', data: '', mediaType: 'image/heic' }) },
      {},
      'messages',
    ],
    [
      'an image to a blind model',
      { messages: image({ kind: 'base64', data: '', mediaType: 'image/png' }) },
      { images: false },
      'messages',
    ],
    ['tools to a model without', { tools: [TIDE] }, { tools: false }, 'tools'],
    ['a tool of a strange name', { tools: [{ ...TIDE, name: 'a b' }] }, {}, 'tools'],
    [
      "another vendor's tool",
      { tools: [{ type: 'builtin', kind: 'web-search', origin: 'gemini', value: {} }] },
      {},
      'tools',
    ],
  ])('%s', (_what, more, profile, field) => {
    expect(() => encoded(more, profile)).toThrow(
      expect.objectContaining({ code: 'unsupported_feature', retry: 'next-channel', field }),
    );
  });

  it('is told as dropped when it only tunes', () => {
    const { body, warnings } = encoded({
      extensions: { store: true },
      sampling: { seed: 1, frequencyPenalty: 1, temperature: 1.5 },
      user: 'u',
      metadata: { a: 'b' },
      logprobs: { top: 1 },
      serviceTier: 'scale',
      stopSequences: [' '],
    });
    expect(body).toEqual({
      messages: [{ role: 'user', content: [{ text: 'Hello' }] }],
      inferenceConfig: { temperature: 1 },
    });
    expect(warnings).toEqual([
      'dropped:frequencyPenalty',
      'dropped:seed',
      'approximated:temperature',
      'dropped:stopSequences',
      'dropped:store',
      'dropped:serviceTier',
      'dropped:metadata',
      'dropped:logprobs',
      'dropped:user',
    ]);
  });

  it('leaves marks of the cache out for models that refuse them', () => {
    const { body, warnings } = encoded(
      { system: [{ type: 'text', text: 'Hi', cache: {} }] },
      { cacheMarks: false },
    );
    expect(body['system']).toEqual([{ text: 'Hi' }]);
    expect(warnings).toEqual(['dropped:cache']);
  });
});
