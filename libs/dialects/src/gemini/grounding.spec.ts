import { describe, expect, it } from '@jest/globals';
import { decodeGrounding, encodeGrounding } from './grounding.js';

const text = 'Größe: 🎉 groß. Ende.';

describe('sources of a text', () => {
  it('are counted in bytes there and in UTF-16 units here', () => {
    const citations = [
      { url: 'https://a.example', title: 'A', citedText: '🎉 groß.', start: 7, end: 15 },
      { url: 'https://b.example', title: null, citedText: null, start: null, end: null },
    ];
    const wire = encodeGrounding(citations, text);
    expect(wire).toMatchObject({
      groundingSupports: [{ segment: { startIndex: 9, endIndex: 20 }, groundingChunkIndices: [0] }],
    });
    expect(decodeGrounding({ groundingMetadata: wire }, text)).toMatchObject([citations[0]!]);
  });

  it('may have no place', () => {
    const candidate = { groundingMetadata: { groundingChunks: [{ web: { uri: 'https://a.example' } }] } };
    expect(decodeGrounding(candidate, text)).toMatchObject([{ url: 'https://a.example', start: null }]);
  });

  it('are none where nothing sound is said', () => {
    const candidate = {
      groundingMetadata: {
        groundingChunks: 7,
        groundingSupports: [{ segment: null, groundingChunkIndices: [5, 'x'] }],
      },
    };
    expect(decodeGrounding(candidate, text)).toEqual([]);
    expect(encodeGrounding([], text)).toBeUndefined();
  });
});
