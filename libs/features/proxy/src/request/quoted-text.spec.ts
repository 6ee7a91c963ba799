import { describe, expect, it } from '@jest/globals';
import { QuotedText } from './quoted-text.js';

describe('a quoted text', () => {
  it.each([
    ['tools', '{"tools":[]}', true],
    ['tools', '{"toolset":[],"my tools":1}', false],
    ['image_url', '{"type":"image_url"}', true],
    ['image_url', '{"type":"an_image_url","of":"_url","image_url":1}', true],
    ['image_url', '{"type":"an_image_url","of":"_url"}', false],
    ['image/png', '{"mimeType":"image/png"}', true],
    ['image/png', '{"mimeType":"x-image/png"}', false],
    // Of several underscores the first one counts.
    ['prompt_cache_key', '{"_cache_key":"prompt_cache_key"}', true],
    // A text that speaks of it.
    ['image_url', JSON.stringify({ content: 'see "image_url"' }), false],
    // Cut off by the start of the body.
    ['image_url', '_url"', false],
    ['image_url', '', false],
  ])('%s in %s: %s', (text, body, found) => {
    expect(new QuotedText(text).isIn(Buffer.from(body))).toBe(found);
  });

  it('is rare with an underscore or a slash', () => {
    const rare = ['a_b', 'a/b', 'ab'].map((text) => new QuotedText(text).isRare);
    expect(rare).toEqual([true, true, false]);
  });
});
