import { describe, expect, it } from '@jest/globals';
import { readRequest } from './request.js';

const CHAT = { operation: 'chat', model: 'm', streamed: true } as const;
const PATCH = { model: 'vendor-m', streamUsage: true, outputLimitField: 'max_tokens' };
const bytes = (value: unknown): Buffer =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value));

describe('a request in its own bytes', () => {
  it('names its model and streaming in the path', () => {
    const { envelope } = readRequest(bytes({ contents: [] }), CHAT);
    expect(envelope).toMatchObject({ model: 'm', streamed: true, outputTokensMax: null, choices: 1 });
  });

  it.each(['generationConfig', 'generation_config'])('has its limits in %s', (name) => {
    const camel = { [name]: { maxOutputTokens: 10, candidateCount: 3 } };
    const snake = { [name]: { max_output_tokens: 10, candidate_count: 3 } };
    for (const body of [camel, snake]) {
      expect(readRequest(bytes(body), CHAT).envelope).toMatchObject({ outputTokensMax: 30, choices: 3 });
    }
  });

  it('passes as it is', () => {
    const body = bytes('{ "contents" : [ ] , "x":1.0 }');
    expect(readRequest(body, CHAT).encode(PATCH)).toBe(body);
  });

  it('gets a limit where the balance is short', () => {
    const limited = (body: object): unknown =>
      JSON.parse(
        readRequest(bytes(body), CHAT)
          .encode({ ...PATCH, outputTokensMax: 5 })
          .toString(),
      );
    expect(limited({ contents: [] })).toEqual({ contents: [], generationConfig: { maxOutputTokens: 5 } });
    expect(limited({ generation_config: { max_output_tokens: 9, topK: 1 } })).toEqual({
      generation_config: { topK: 1, maxOutputTokens: 5 },
    });
  });

  it.each([
    '{"generationConfig":{},"generation_config":{}}',
    '{"generationConfig":{"maxOutputTokens":1,"max_output_tokens":2}}',
    '{"generationConfig":{},"generationConfig":{}}',
  ])('is refused with a limit in two places: %s', (body) => {
    expect(() => readRequest(bytes(body), CHAT)).toThrow(
      expect.objectContaining({ code: 'duplicate_field' }),
    );
  });

  it('for vectors names the vendor’s model in each of its parts', () => {
    const path = { operation: 'embeddings', model: 'm', variant: 'batchEmbedContents' } as const;
    const body = bytes({ requests: [{ model: 'models/m', content: {} }, { content: {} }] });
    expect(JSON.parse(readRequest(body, path).encode(PATCH).toString())).toEqual({
      requests: [
        { model: 'models/vendor-m', content: {} },
        { model: 'models/vendor-m', content: {} },
      ],
    });
  });
});
