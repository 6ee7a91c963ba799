import { describe, expect, it } from '@jest/globals';
import { audioSeconds } from './audio-length.js';
import { readImageSize } from './image-size.js';
import {
  anthropicImageTokens,
  geminiImageTokens,
  openaiPatchTokens,
  openaiTileTokens,
} from './image-tokens.js';
import { pdfPages } from './pdf-pages.js';

const bytes = (...parts: readonly (string | readonly number[])[]): Buffer =>
  Buffer.concat(
    parts.map((part) => (typeof part === 'string' ? Buffer.from(part, 'latin1') : Buffer.from(part))),
  );

const PNG = bytes('\x89PNG\r\n\x1a\n', [0, 0, 0, 13], 'IHDR', [0, 0, 4, 0], [0, 0, 2, 0], [8, 6, 0, 0, 0]);
const GIF = bytes('GIF89a', [0x40, 0x01, 0xf0, 0x00], [0]);
const JPEG = bytes(
  [0xff, 0xd8],
  [0xff, 0xe0, 0, 16, ...new Array<number>(14).fill(0)],
  [0xff, 0xff, 0xe1, 0, 6, 1, 2, 3, 4],
  [0xff, 0xc2, 0, 17, 8, 0x03, 0x00, 0x04, 0x00, 3],
);
const webp = (kind: string, ...rest: readonly (readonly number[])[]) =>
  bytes('RIFF', [0, 0, 0, 0], 'WEBP', kind, [0, 0, 0, 0], ...rest, new Array<number>(10).fill(0));

describe('the size of an image', () => {
  it.each([
    ['PNG', PNG, 1_024, 512],
    ['GIF', GIF, 320, 240],
    ['JPEG', JPEG, 1_024, 768],
    ['lossy WebP', webp('VP8 ', [0, 0, 0, 0x9d, 0x01, 0x2a], [0x20, 0x03, 0x58, 0x02]), 800, 600],
    ['lossless WebP', webp('VP8L', [0x2f], [0x1f, 0xc3, 0x95, 0x00]), 800, 600],
    ['extended WebP', webp('VP8X', [0, 0, 0, 0], [0x1f, 0x03, 0], [0x57, 0x02, 0]), 800, 600],
  ])('is read from a %s', (_kind, image, width, height) => {
    expect(readImageSize(image)).toEqual({ width, height });
  });

  it('is not known of anything else, nor of a beginning that is too short', () => {
    const images = [PNG, GIF, JPEG, webp('VP8 '), webp('VP8X'), webp('ABCD')];
    for (const image of images) {
      for (let length = 0; length < Math.min(20, image.length); length += 1) {
        const size = readImageSize(image.subarray(0, length));
        expect(size === undefined || size.width > 0).toBe(true);
      }
    }
    expect(readImageSize(Buffer.from('%PDF-1.7 and more than thirty bytes of it'))).toBeUndefined();
  });

  it('is refused when it is absurd', () => {
    const huge = Buffer.from(PNG);
    huge.writeUInt32BE(0xffffffff, 16);
    expect(readImageSize(huge)).toBeUndefined();
    const empty = Buffer.from(PNG);
    empty.writeUInt32BE(0, 20);
    expect(readImageSize(empty)).toBeUndefined();
  });

  it('ends, whatever a JPEG says of its segments', () => {
    const endless = bytes([0xff, 0xd8], ...new Array<number[]>(1_000).fill([0xff, 0xe0, 0, 0]));
    expect(readImageSize(endless)).toBeUndefined();
    expect(readImageSize(bytes([0xff, 0xd8], new Array<number>(1_000).fill(0xff)))).toBeUndefined();
  });
});

describe('what an image costs', () => {
  it.each([
    [1_024, 1_024, 765],
    [2_048, 4_096, 1_105],
    [512, 512, 255],
    [1, 65_535, 765],
  ])('%i × %i by OpenAI’s tiles is %i', (width, height, tokens) => {
    expect(openaiTileTokens({ width, height })).toBe(tokens);
    expect(openaiTileTokens({ width, height }, 'low')).toBe(85);
  });

  it('is a patch for 32 × 32, bounded, times a factor', () => {
    expect(openaiPatchTokens({ width: 1_024, height: 1_024 })).toBe(1_024);
    expect(openaiPatchTokens({ width: 4_000, height: 4_000 }, 1.62)).toBe(2_489);
  });

  it.each([
    [200, 200, 54],
    [1_000, 1_000, 1_334],
    [8_000, 8_000, 1_600],
    [3_136, 750, 784],
  ])('%i × %i by Anthropic’s rule is %i', (width, height, tokens) => {
    expect(anthropicImageTokens({ width, height })).toBe(tokens);
  });

  it.each([
    [384, 384, 258],
    [960, 540, 6 * 258],
    [768, 768, 4 * 258],
    [60_000, 60_000, 16 * 258],
    [1, 65_535, 12 * 258],
  ])('%i × %i by Gemini’s tiles is %i', (width, height, tokens) => {
    expect(geminiImageTokens({ width, height })).toBe(tokens);
  });
});

describe('the length of a clip', () => {
  const wav = (rate: number, before: readonly number[] = []) => {
    const format = Buffer.alloc(24);
    format.write('fmt ', 'latin1');
    format.writeUInt32LE(16, 4);
    format.writeUInt32LE(rate, 16);
    return bytes('RIFF', [0xff, 0xff, 0xff, 0xff], 'WAVE', before, [...format], 'data', [0, 0, 0, 0]);
  };

  it('is told by the header of a WAV file', () => {
    expect(audioSeconds(wav(32_000), 320_000, 'audio/wav')).toBe(10);
    const junk = [...Buffer.from('JUNK'), 3, 0, 0, 0, 1, 2, 3, 0];
    expect(audioSeconds(wav(32_000, junk), 320_000, 'audio/wav')).toBe(10);
  });

  it('is guessed from the usual bit rate otherwise', () => {
    const none = Buffer.alloc(0);
    expect(audioSeconds(none, 160_000, 'audio/mpeg')).toBe(10);
    expect(audioSeconds(none, 480_000, 'audio/pcm16')).toBe(10);
    expect(audioSeconds(none, 40_000, 'audio/ogg;codecs=opus')).toBe(10);
    expect(audioSeconds(wav(0), 480_000, 'audio/wav')).toBe(10);
  });

  it('is found in bounded time, whatever the chunks say', () => {
    const chunks = Buffer.concat(new Array<Buffer>(100).fill(bytes('none', [0, 0, 0, 0])));
    expect(audioSeconds(bytes('RIFF', [0, 0, 0, 0], 'WAVE', [...chunks]), 48_000, 'audio/wav')).toBe(1);
  });
});

describe('the pages of a PDF', () => {
  it('are its page objects, not the nodes above them', () => {
    const file = bytes(
      '%PDF-1.4 <</Type/Pages/Count 2>> <</Type /Page>> <</Type\n/Page/Parent 1 0 R>> /Type/PageLabel',
    );
    expect(pdfPages(file, file.length)).toBe(2);
  });

  it('are extrapolated from the beginning, and guessed where none is seen', () => {
    expect(pdfPages(bytes('<</Type/Page>>'), 140)).toBe(10);
    expect(pdfPages(bytes('compressed'), 120_000)).toBe(3);
    expect(pdfPages(Buffer.alloc(0), 0)).toBe(1);
  });
});
