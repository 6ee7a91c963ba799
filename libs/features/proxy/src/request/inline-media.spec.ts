import { describe, expect, it } from '@jest/globals';
import { GatewayError } from '@tollgate/contracts';
import { FULL_TARGET, type CanonicalRequest } from '@tollgate/dialects';
import type { FetchedMedia } from '@tollgate/providers';
import { inlineMedia } from './inline-media.js';

const TARGET = { ...FULL_TARGET, model: 'm', imageUrls: false };
const MIB = 1_048_576;

function withImages(count: number): CanonicalRequest {
  const content = Array.from({ length: count }, (_, index) => ({
    type: 'image' as const,
    source: { kind: 'url' as const, url: `https://example.com/${index}.png` },
  }));
  return {
    ...{ origin: 'openai-chat', model: 'm', stream: false, system: [], tools: [], stopSequences: [] },
    ...{ sampling: {}, extensions: {}, messages: [{ role: 'user', content }] },
  };
}

function fetcherOf(length: number) {
  const fetched: string[] = [];
  return {
    fetched,
    fetch: (url: string): Promise<FetchedMedia> => {
      fetched.push(url);
      return Promise.resolve({ data: 'A'.repeat(length), mediaType: 'image/png' });
    },
    refusal: (why: string) => new GatewayError('media_unavailable', why),
  };
}

describe('media by URL', () => {
  it('stand in the request by their bytes', async () => {
    const { messages } = await inlineMedia(withImages(5), TARGET, fetcherOf(4));
    const [first] = messages[0]?.content ?? [];
    expect(messages[0]?.content).toHaveLength(5);
    expect(first).toMatchObject({ source: { kind: 'base64', data: 'AAAA', mediaType: 'image/png' } });
  });

  it('are bounded together: what is left is not fetched', async () => {
    const fetcher = fetcherOf(20 * MIB);
    await expect(inlineMedia(withImages(32), TARGET, fetcher)).rejects.toMatchObject({
      code: 'media_unavailable',
    });
    expect(fetcher.fetched).toHaveLength(4);
  });

  it('are no more than 32', async () => {
    const fetcher = fetcherOf(4);
    await expect(inlineMedia(withImages(33), TARGET, fetcher)).rejects.toMatchObject({
      code: 'media_unavailable',
    });
    expect(fetcher.fetched).toHaveLength(0);
  });
});
