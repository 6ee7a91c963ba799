/** What the demo vendor says: the same words for the same request, with a usage that adds up. */
export interface DemoAnswer {
  readonly words: readonly string[];
  readonly promptTokens: number;
  readonly finishReason: 'stop' | 'length';
}

export interface DemoChatRequest {
  readonly messages?: readonly { readonly role?: string; readonly content?: unknown }[];
  readonly max_tokens?: number;
  readonly max_completion_tokens?: number;
}

const GREETING =
  "Hello from Tollgate's demo model. No vendor was called and no money was spent, yet this answer went through the " +
  'whole gateway: it was admitted, streamed, metered and billed.';

/** One word is one token here. */
export function answerChat(request: DemoChatRequest): DemoAnswer {
  const texts = (request.messages ?? []).map(({ content }) => textOf(content));
  const question = texts.at(-1) ?? '';
  const words = wordsOf(question === '' ? GREETING : `${GREETING} You said: ${question}`);
  const limit = request.max_completion_tokens ?? request.max_tokens ?? words.length;
  return {
    words: words.slice(0, limit),
    promptTokens: texts.reduce((sum, text) => sum + wordsOf(text).length, 0),
    finishReason: limit < words.length ? 'length' : 'stop',
  };
}

/** Words with the space that follows them, so that joining gives the text back. */
function wordsOf(text: string): string[] {
  return text.match(/\S+\s*/g) ?? [];
}

function textOf(content: unknown): string {
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) return '';
  return content
    .map((part: unknown) => (part as { text?: unknown } | null)?.text)
    .filter((text) => typeof text === 'string')
    .join(' ');
}

/** A unit vector that depends on the text alone. */
export function embed(text: string, dimensions: number): number[] {
  let state = 2_166_136_261;
  for (const character of text) state = Math.imul(state ^ (character.codePointAt(0) ?? 0), 16_777_619);
  const vector = Array.from({ length: dimensions }, () => {
    state = Math.imul(state ^ (state >>> 15), 2_246_822_519) + 0x9e37_79b9;
    return (state >>> 0) / 2 ** 31 - 1;
  });
  const length = Math.hypot(...vector) || 1;
  return vector.map((value) => Number((value / length).toFixed(6)));
}

export function countWords(text: string): number {
  return wordsOf(text).length;
}
