const SENTENCE = 'The quick gateway carries each request to its vendor and knows what it cost. ';

export const SYSTEM_PROMPT = 'Answer briefly, "in one line".\nNever guess.';

export interface Turn {
  readonly role: 'user' | 'assistant';
  readonly content: string;
}

/**
 * A request of exactly that many bytes, with as many turns as its length suggests.
 *
 * @param request the whole request around its turns
 */
export function filled(bytes: number, request: (turns: readonly Turn[]) => object): Buffer {
  const earlier = turns(Math.floor(bytes / 2_048));
  const body = (content: string): Buffer =>
    Buffer.from(JSON.stringify(request([...earlier, { role: 'user', content }])));
  const missing = bytes - body('').length;
  return body(SENTENCE.repeat(Math.ceil(missing / SENTENCE.length)).slice(0, missing));
}

function turns(count: number): Turn[] {
  return Array.from({ length: count }, (_, index) => ({
    role: index % 2 === 0 ? 'user' : 'assistant',
    content: `${index}: ${SENTENCE.repeat(20)}\n`,
  }));
}
