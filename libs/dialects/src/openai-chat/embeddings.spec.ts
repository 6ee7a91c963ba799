import { describe, expect, it } from '@jest/globals';
import { FULL_TARGET } from '../canonical/target.js';
import { openaiChat } from './index.js';

const { inbound, outbound } = openaiChat;
const target = { ...FULL_TARGET, model: 'vendor-model' };
const decode = (body: object) => inbound.embeddings.decodeRequest({ model: 'm', ...body });

describe('embeddings', () => {
  it('are asked for as the client asked', () => {
    const request = decode({ input: ['a', 'b'], dimensions: 2, user: 'u' });
    expect(outbound.embeddings.encodeRequest(request, target)).toEqual({
      body: { model: 'vendor-model', input: ['a', 'b'], encoding_format: 'float', dimensions: 2, user: 'u' },
      warnings: [],
    });
  });

  it.each([[[1, 2]], [[[1, 2], [3]]]])('of tokens are refused: %j', (input) => {
    expect(() => decode({ input })).toThrow(
      expect.objectContaining({ code: 'unsupported_feature', field: 'input' }),
    );
  });

  it.each([{ input: 7 }, { input: 'a', dimensions: 0 }, {}])('are refused with wrong members: %j', (body) => {
    expect(() => decode(body)).toThrow(expect.objectContaining({ code: 'invalid_request' }));
  });

  it('are answered as numbers, or as base64 of little-endian floats', () => {
    const response = outbound.embeddings.decodeResponse({
      model: 'v',
      data: [
        { index: 1, embedding: [0.5, -2] },
        { index: 0, embedding: [1, 0.25] },
      ],
      usage: { prompt_tokens: 4, total_tokens: 4 },
    });
    const numbers = inbound.embeddings.encodeResponse(response, decode({ input: 'a' }));
    expect(numbers).toEqual({
      object: 'list',
      data: [
        { object: 'embedding', index: 0, embedding: [1, 0.25] },
        { object: 'embedding', index: 1, embedding: [0.5, -2] },
      ],
      model: 'v',
      usage: { prompt_tokens: 4, total_tokens: 4 },
    });
    const packed = inbound.embeddings.encodeResponse(
      response,
      decode({ input: 'a', encoding_format: 'base64' }),
    );
    expect(packed).toMatchObject({ data: [{ embedding: 'AACAPwAAgD4=' }, { embedding: 'AAAAPwAAAMA=' }] });
    expect(outbound.embeddings.decodeResponse(packed).vectors).toEqual(response.vectors);
  });

  it.each([null, {}, { data: [] }, { data: [{ embedding: ['x'] }] }, { data: [{}] }])(
    'are not in %j',
    (body) => {
      expect(() => outbound.embeddings.decodeResponse(body)).toThrow(
        expect.objectContaining({ code: 'upstream_invalid_response' }),
      );
    },
  );
});
