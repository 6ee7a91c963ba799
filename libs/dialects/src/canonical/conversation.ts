import type { Message } from './request.js';
import type { CanonicalRequest } from './request.js';
import type { Part, TextPart } from './part.js';
import type { Warnings } from './warning.js';

/** One turn of a dialect that knows only two sides, user and model: tool results belong to the user's. */
export interface Turn {
  readonly role: 'user' | 'assistant';
  readonly content: readonly Part[];
}

/** What a two-sided dialect is told instead of nothing: vendors refuse empty texts. */
const FILLER = '...';

/**
 * The conversation as dialects with two sides want it (Anthropic, Gemini, Bedrock): instructions from the middle move to
 * the front, turns of one side that follow one another become one, and the first is the user's.
 */
export function twoSided(
  { system, messages }: Pick<CanonicalRequest, 'system' | 'messages'>,
  warnings: Warnings,
): { readonly system: readonly TextPart[]; readonly turns: readonly Turn[] } {
  const instructions = [...system];
  const turns: { role: Turn['role']; content: Part[] }[] = [];
  for (const [index, message] of messages.entries()) {
    if (message.role === 'system') {
      warnings.add('moved', `messages[${index}]`, 'instructions stand before the conversation there');
      instructions.push(...message.content.filter((part) => part.type === 'text'));
      continue;
    }
    const role = message.role === 'assistant' ? 'assistant' : 'user';
    const last = turns.at(-1);
    if (last?.role === role) last.content.push(...message.content);
    else turns.push({ role, content: [...message.content] });
  }
  if (turns[0]?.role === 'assistant') {
    warnings.add('added', 'messages', 'a conversation begins with the user there');
    turns.unshift({ role: 'user', content: [{ type: 'text', text: FILLER }] });
  }
  return { system: instructions, turns: turns.map(resultsFirst) };
}

/** Tool results come before anything else that the user says in the same turn. */
function resultsFirst({ role, content }: Turn): Turn {
  if (role === 'assistant' || !content.some(({ type }) => type === 'tool-result')) return { role, content };
  return {
    role,
    content: [
      ...content.filter(({ type }) => type === 'tool-result'),
      ...content.filter(({ type }) => type !== 'tool-result'),
    ],
  };
}

/** Names of the tools by the ids of their calls: some dialects repeat the name with the result. */
export function toolNames(messages: readonly Message[]): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  for (const { content } of messages) {
    for (const part of content) if (part.type === 'tool-call') names.set(part.id, part.name);
  }
  return names;
}
