import type { ServerResponse } from 'node:http';

interface Answer {
  readonly response: ServerResponse;
  readonly bytes: Buffer;
}

/** What Node writes from its stack. */
const JOINED_BYTES_MAX = 12_288;

let answers: Answer[] = [];

/**
 * Ends a response at the end of the event loop's turn, right after the others that became ready in it. Writing is most of
 * what a short answer costs, and most of that is waking whoever reads: what is written in one go wakes them once.
 */
export function endWithTurn(response: ServerResponse, bytes: Buffer): void {
  if (answers.push({ response, bytes }) === 1) setImmediate(endAll);
}

function endAll(): void {
  const ended = answers;
  answers = [];
  for (const { response, bytes } of ended) {
    // Node puts text behind the head of its answer into one piece, and bytes into a second one.
    if (bytes.length <= JOINED_BYTES_MAX) response.end(bytes.toString('latin1'), 'latin1');
    else response.end(bytes);
  }
}
