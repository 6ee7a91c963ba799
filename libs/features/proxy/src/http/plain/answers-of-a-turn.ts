/** An answer that only has to be written to its end. */
export interface ReadyAnswer {
  end(bytes: Buffer): void;
}

interface Ending {
  readonly answer: ReadyAnswer;
  readonly bytes: Buffer;
}

let endings: Ending[] = [];

/**
 * Ends an answer at the end of the event loop's turn, right after the others that became ready in it. Writing is most of
 * what a short answer costs, and most of that is waking whoever reads: what is written in one go wakes them once.
 */
export function endWithTurn(answer: ReadyAnswer, bytes: Buffer): void {
  if (endings.push({ answer, bytes }) === 1) setImmediate(endAll);
}

function endAll(): void {
  const ended = endings;
  endings = [];
  for (const { answer, bytes } of ended) answer.end(bytes);
}
