import { type TokenCounts } from '../questions/question.ts';

export const STREAM_CHUNKS = 200;
/** Of an event, as it stands in the stream. */
export const EVENT_BYTES = 200;
export const USAGE: TokenCounts = { input: 200, output: STREAM_CHUNKS };

/** So many pieces hold what JSON has to escape, as prose does. */
const ESCAPED_EVERY = 10;

/** The text of one event, so long that it takes that many bytes in a JSON string. */
export function piece(index: number, bytes: number): string {
  const escaped = index % ESCAPED_EVERY === ESCAPED_EVERY / 2;
  const words = escaped ? ` "${index}"\n` : ` bit ${index}`;
  const taken = JSON.stringify(words).length - '""'.length;
  return words + '.'.repeat(bytes - taken);
}
