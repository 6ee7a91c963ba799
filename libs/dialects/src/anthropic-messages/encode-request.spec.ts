import { describe, expect, it } from '@jest/globals';
import { BUDGET, EMPTY, encode, FUNCTION } from '../../test-support/anthropic-request.js';
import type { CanonicalRequest } from '../canonical/request.js';
import type { TargetProfile } from '../canonical/target.js';
import { encodeTokenCountRequest } from './encode-request.js';

const unsupported = (field: string) =>
  expect.objectContaining({ code: 'unsupported_feature', retry: 'next-channel', field });

describe('a request of another dialect', () => {
  it('gets what the vendor demands', () => {
    expect(encode({})).toEqual({
      model: 'claude',
      max_tokens: 8_192,
      messages: [{ role: 'user', content: 'Hi' }],
      warnings: [],
    });
  });

  it('loses what the vendor does not know, and says so', () => {
    const { warnings, ...body } = encode({
      sampling: { temperature: 1.7, topP: 0.5, topK: 3, seed: 1, frequencyPenalty: 1, presencePenalty: 1 },
      logprobs: { top: 1 },
      logitBias: {},
      metadata: { a: 'b' },
      promptCacheKey: 'k',
      serviceTier: 'flex',
      stopSequences: ['END', ' '],
      user: 'u',
      extensions: { store: true },
    });
    expect(body).toMatchObject({
      temperature: 1,
      top_k: 3,
      stop_sequences: ['END'],
      metadata: { user_id: 'u' },
    });
    expect(warnings.sort()).toEqual([
      'approximated:temperature',
      ...['frequencyPenalty', 'logitBias', 'logprobs', 'metadata', 'presencePenalty', 'promptCacheKey'].map(
        (name) => `dropped:${name}`,
      ),
      ...['seed', 'serviceTier', 'stopSequences', 'store', 'topP'].map((name) => `dropped:${name}`),
    ]);
  });

  it.each<[string, Partial<CanonicalRequest>, Partial<TargetProfile>, string]>([
    ['several choices', { choices: 2 }, {}, 'choices'],
    [
      'audio',
      {
        messages: [
          {
            role: 'user',
            content: [{ type: 'audio', source: { kind: 'base64', data: '', mediaType: 'audio/wav' } }],
          },
        ],
      },
      {},
      'messages',
    ],
    [
      'images for a model without',
      { messages: [{ role: 'user', content: [{ type: 'image', source: { kind: 'url', url: 'x' } }] }] },
      { images: false },
      'messages',
    ],
    [
      'an image in an odd format',
      {
        messages: [
          {
            role: 'user',
            content: [{ type: 'image', source: { kind: 'base64', data: '', mediaType: 'image/tiff' } }],
          },
        ],
      },
      {},
      'messages',
    ],
    [
      "another vendor's file",
      {
        messages: [
          {
            role: 'user',
            content: [
              { type: 'file', mediaType: null, source: { kind: 'stored', id: 'f', origin: 'openai-chat' } },
            ],
          },
        ],
      },
      {},
      'messages',
    ],
    ['tools for a model without', { tools: [FUNCTION] }, { tools: false }, 'tools'],
    ['a name that does not fit', { tools: [{ type: 'function', name: 'a.b' }] }, {}, 'tools'],
    [
      "another vendor's tool",
      { tools: [{ type: 'builtin', kind: 'file-search', origin: 'openai-responses', value: {} }] },
      {},
      'tools',
    ],
  ])('is refused for %s', (_name, request, target, field) => {
    expect(() => encode(request, target)).toThrow(unsupported(field));
  });
});

describe('structured output', () => {
  const schema = {
    type: 'object',
    properties: { a: { type: 'object', properties: {} } },
    $defs: { b: { type: 'object' } },
  };
  const responseFormat = { type: 'json-schema', name: 'n', schema } as const;

  it('closes the objects of a schema', () => {
    expect(encode({ responseFormat })['output_config']).toEqual({
      format: {
        type: 'json_schema',
        schema: {
          type: 'object',
          properties: { a: { type: 'object', properties: {}, additionalProperties: false } },
          $defs: { b: { type: 'object', additionalProperties: false } },
          additionalProperties: false,
        },
      },
    });
  });

  it.each([
    [responseFormat, 'json-object'],
    [{ type: 'json' }, 'json-schema'],
  ] as const)(
    'is asked for in words where the vendor has no member for it: %j',
    (format, structuredOutput) => {
      const { system, warnings } = encode({ responseFormat: format }, { structuredOutput });
      expect(system).toContain('JSON');
      expect(warnings).toEqual(['approximated:responseFormat']);
    },
  );
});

describe('a request for a count of tokens', () => {
  it('holds the input only', () => {
    const { body } = encodeTokenCountRequest(
      { ...EMPTY, stream: true, sampling: { temperature: 1 }, user: 'u' },
      BUDGET,
    );
    expect(body).toEqual({ model: 'claude', messages: [{ role: 'user', content: 'Hi' }] });
  });
});
