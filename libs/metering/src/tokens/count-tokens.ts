import { parentPort, workerData } from 'node:worker_threads';

/** What a worker is told so that it knows itself as a counter of tokens. */
export const TOKEN_WORKER_ROLE = 'tollgate-token-counter';

/** Characters of a run (of spaces, or of anything else) that are counted in one piece: the count's time rises with the square. */
export const RUN_LENGTH_MAX = 2_000;

/** Nothing in a text is special: what looks like a control token is counted as the text that it is. */
const PLAIN_TEXT = { disallowedSpecial: new Set<string>() };

/**
 * Tokens of a text in `o200k_base`, the vocabulary of OpenAI's current models, and close enough to those of others.
 * The first call loads the vocabulary (some 160 ms and 76 MB): to be called in a worker only.
 *
 * https://github.com/openai/tiktoken
 */
export async function countTokens(text: string): Promise<number> {
  const { countTokens: countPiece } = await import('gpt-tokenizer/encoding/o200k_base');
  return cutRuns(text).reduce((total, piece) => total + countPiece(piece, PLAIN_TEXT), 0);
}

/** Cuts a text behind every run of `RUN_LENGTH_MAX` characters, in one pass; a text of words stays whole. */
export function cutRuns(text: string): string[] {
  const pieces: string[] = [];
  let start = 0;
  let runLength = 0;
  let inSpaces = false;
  // No regular expression: one that matches bounded runs takes ten times as long as the count itself.
  for (let position = 0; position < text.length; position += 1) {
    const unit = text.charCodeAt(position);
    if (isSpace(unit) !== inSpaces) {
      inSpaces = !inSpaces;
      runLength = 0;
    }
    runLength += 1;
    if (runLength < RUN_LENGTH_MAX) continue;
    // Not between the halves of a character.
    const end = isFirstHalf(unit) ? position : position + 1;
    pieces.push(text.slice(start, end));
    start = end;
    runLength = position + 1 - end;
  }
  if (start < text.length) pieces.push(text.slice(start));
  return pieces;
}

function isSpace(unit: number): boolean {
  return unit === 0x20 || (unit >= 0x09 && unit <= 0x0d);
}

function isFirstHalf(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdbff;
}

// This module is the worker's program, too: a worker made from TypeScript sources can't import another one.
if (workerData === TOKEN_WORKER_ROLE && parentPort !== null) {
  const port = parentPort;
  port.on('message', (text: string) => {
    void countTokens(text).then((count) => port.postMessage(count));
  });
}
