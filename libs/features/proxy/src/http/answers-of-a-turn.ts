import type { ServerResponse } from 'node:http';

interface Answer {
  readonly response: ServerResponse;
  readonly bytes: Buffer;
}

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
  for (const { response, bytes } of ended) response.end(bytes);
}
