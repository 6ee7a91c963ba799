/** Bytes a second of common encodings of speech, for what tells no length of its own. By the subtype's beginning. */
const BYTES_PER_SECOND: readonly (readonly [RegExp, number])[] = [
  // 24 kHz, 16 bits, one channel: what vendors of speech take and give.
  [/^(x-)?(wav|wave|pcm|pcm16|l16|raw)/, 48_000],
  [/^(x-)?(flac|aiff)/, 40_000],
  [/^(opus|ogg|webm)/, 4_000],
  [/^(aac|mp4|m4a|x-m4a)/, 12_000],
];
/** MP3 at 128 kbit/s, and whatever is not known. */
const BYTES_PER_SECOND_DEFAULT = 16_000;

const HEADER_LENGTH_MAX = 4_096;

/**
 * Seconds of a clip: told by the header of a WAV file, else guessed from its encoding's usual bit rate.
 *
 * @param head its first bytes; 4 KiB are enough
 * @param length all its bytes
 */
export function audioSeconds(head: Buffer, length: number, mediaType: string): number {
  const subtype = mediaType.toLowerCase().replace(/^(audio|video)\//, '');
  const [, usual] = BYTES_PER_SECOND.find(([pattern]) => pattern.test(subtype)) ?? [];
  return length / (wavBytesPerSecond(head) ?? usual ?? BYTES_PER_SECOND_DEFAULT);
}

/**
 * The length that a header names is not believed (streams write 0 or the largest number), but the rate is.
 * https://learn.microsoft.com/windows/win32/medfound/tutorial--decoding-audio
 */
function wavBytesPerSecond(head: Buffer): number | undefined {
  if (head.length < 12 || head.toString('latin1', 0, 4) !== 'RIFF') return undefined;
  if (head.toString('latin1', 8, 12) !== 'WAVE') return undefined;
  const end = Math.min(head.length, HEADER_LENGTH_MAX);
  for (let position = 12; position + 20 <= end;) {
    const chunkLength = head.readUInt32LE(position + 4);
    if (head.toString('latin1', position, position + 4) === 'fmt ') {
      const rate = head.readUInt32LE(position + 16);
      return rate === 0 ? undefined : rate;
    }
    // Chunks begin at even positions.
    position += 8 + chunkLength + (chunkLength % 2);
  }
  return undefined;
}
