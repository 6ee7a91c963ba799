import { unsupported } from '../canonical/failure.js';
import type { Part, ReasoningPart, TextPart, ToolCallPart, ToolResultPart } from '../canonical/part.js';
import { twoSided, type Turn } from '../canonical/conversation.js';
import type { CanonicalRequest } from '../canonical/request.js';
import type { TargetProfile } from '../canonical/target.js';
import type { Warnings } from '../canonical/warning.js';
import { parseObject } from '../json/tolerant.js';
import { encodeCache } from './cache-mark.js';
import { ownCitations } from './citations.js';
import { encodeFile, encodeImage } from './encode-media.js';
import { ToolIds } from './tool-ids.js';
import { DIALECT, TOOL_NAME, type Block } from './wire.js';

export interface WireMessage {
  readonly role: Turn['role'];
  readonly content: string | readonly Block[];
}

export interface WireConversation {
  readonly system: string | readonly Block[] | undefined;
  readonly messages: readonly WireMessage[];
}

/** What a turn says that has nothing to say: vendors refuse empty ones. */
const FILLER: Block = { type: 'text', text: '...' };

/**
 * `instructions` are ours, for what the dialect has no member for.
 *
 * @throws GatewayError `unsupported_feature`
 */
export function encodeConversation(
  request: CanonicalRequest,
  instructions: readonly string[],
  target: TargetProfile,
  warnings: Warnings,
): WireConversation {
  const { system, turns } = twoSided(request, warnings);
  const added = instructions.map((text): TextPart => ({ type: 'text', text }));
  const encoder = new TurnEncoder(target, warnings);
  const texts = [...system, ...added].filter(({ text }) => !isBlank(text)).map((part) => encodeText(part));
  const messages = turns.map((turn) => encoder.encode(turn));
  return {
    system: texts.length === 0 ? undefined : shortest(texts),
    messages: withoutTrailingSpace(messages, warnings),
  };
}

class TurnEncoder {
  private readonly ids = new ToolIds();

  constructor(
    private readonly target: TargetProfile,
    private readonly warnings: Warnings,
  ) {}

  encode({ role, content }: Turn): WireMessage {
    const blocks = this.parts(content, role);
    if (blocks.length > 0) return { role, content: shortest(blocks) };
    this.warnings.add('added', 'messages', 'a turn has to say something there');
    return { role, content: shortest([FILLER]) };
  }

  private parts(parts: readonly Part[], role: Turn['role']): readonly Block[] {
    return parts.map((part) => this.part(part, role)).filter((block) => block !== undefined);
  }

  private part(part: Part, role: Turn['role']): Block | undefined {
    switch (part.type) {
      case 'text':
        return isBlank(part.text) ? undefined : encodeText(part);
      case 'refusal':
        return isBlank(part.text) ? undefined : { type: 'text', text: part.text };
      case 'image':
        if (role === 'user') return encodeImage(part, this.target);
        throw unsupported('messages', 'Images in turns of the model are not taken by this vendor.');
      case 'file':
        if (role === 'user') return encodeFile(part, this.target);
        throw unsupported('messages', 'Files in turns of the model are not taken by this vendor.');
      case 'audio':
        throw unsupported('messages', 'This model takes no audio.');
      case 'reasoning':
        return this.reasoning(part);
      case 'tool-call':
        return this.toolCall(part);
      case 'tool-result':
        return this.toolResult(part);
      case 'opaque':
        if (part.origin === DIALECT) return part.value;
        this.warnings.add('dropped', `messages[].${part.kind}`, 'only its own vendor knows what it is');
        return undefined;
    }
  }

  private reasoning({ text, signature, redacted }: ReasoningPart): Block | undefined {
    if (signature?.origin !== DIALECT) {
      // Vendors that imitate sign nothing, and some want their thoughts back.
      if (this.target.reasoningHistory !== 'none' && text !== '') {
        return { type: 'thinking', thinking: text, signature: '' };
      }
      this.warnings.add('dropped', 'messages[].reasoning', 'the vendor takes only thinking that it signed');
      return undefined;
    }
    return redacted === true
      ? { type: 'redacted_thinking', data: signature.value }
      : { type: 'thinking', thinking: text, signature: signature.value };
  }

  private toolCall(part: ToolCallPart): Block {
    const { id, name, input, kind } = part;
    if (!TOOL_NAME.test(name)) throw unsupported('messages', badName(name));
    const parsed = kind === 'custom' ? { input } : parseObject(input.trim() === '' ? '{}' : input);
    if (parsed === undefined) {
      this.warnings.add('approximated', 'messages[].toolCalls', 'arguments have to be a JSON object there');
    }
    const wire = { type: 'tool_use', id: this.ids.ofCall(id), name, input: parsed ?? { input } };
    return { ...wire, ...encodeCache(part) };
  }

  private toolResult(part: ToolResultPart): Block {
    const blocks = this.parts(part.content, 'user');
    return {
      type: 'tool_result',
      tool_use_id: this.ids.ofResult(part.toolCallId),
      ...(blocks.length === 0 ? {} : { content: shortest(blocks) }),
      ...(part.isError === true ? { is_error: true } : {}),
      ...encodeCache(part),
    };
  }
}

export function badName(name: string): string {
  return `The vendor takes names of tools in up to 128 letters, digits, "_" and "-": not "${name.slice(0, 128)}".`;
}

function encodeText(part: TextPart): Block {
  const citations = ownCitations(part.citations);
  const text = { type: 'text', text: part.text, ...encodeCache(part) };
  return citations.length === 0 ? text : { ...text, citations };
}

/** A single block of mere text is written as a string. */
function shortest(blocks: readonly Block[]): string | readonly Block[] {
  const [only] = blocks;
  const plain = blocks.length === 1 && only !== undefined && Object.keys(only).length === 2;
  return plain && typeof only['text'] === 'string' ? only['text'] : blocks;
}

/** The vendor goes on with what the model's last turn begins, and refuses space at its end. */
function withoutTrailingSpace(messages: readonly WireMessage[], warnings: Warnings): readonly WireMessage[] {
  const last = messages.at(-1);
  if (last?.role !== 'assistant') return messages;
  const { content } = last;
  const block = typeof content === 'string' ? { type: 'text', text: content } : content.at(-1);
  const text = block?.['type'] === 'text' ? String(block['text']) : '';
  if (text === text.trimEnd()) return messages;
  warnings.add('approximated', 'messages', 'the beginning of an answer may not end in space there');
  const trimmed = { ...block, text: text.trimEnd() };
  const blocks = typeof content === 'string' ? [trimmed] : [...content.slice(0, -1), trimmed];
  return [...messages.slice(0, -1), { ...last, content: shortest(blocks) }];
}

function isBlank(text: string): boolean {
  return text.trim() === '';
}
