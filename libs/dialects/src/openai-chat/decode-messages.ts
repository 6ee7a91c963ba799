import type {
  AudioPart,
  Citation,
  JsonObject,
  Part,
  TextPart,
  ToolCallPart,
  ToolResultPart,
} from '../canonical/part.js';
import type { Message } from '../canonical/request.js';
import { unpackToolCallId } from '../canonical/signature.js';
import { given } from '../json/tolerant.js';
import { decodeAnnotation, decodeContent, decodeTexts, required, sourceOf } from './decode-parts.js';
import { decodeReasoning } from './reasoning-details.js';
import type { WireMessage, WireToolCall } from './wire.js';

const ORIGIN = 'openai-chat';

export interface Conversation {
  readonly system: readonly TextPart[];
  readonly messages: readonly Message[];
}

/** Reads the messages of a request, in order. */
export function decodeMessages(messages: readonly WireMessage[]): Conversation {
  return new ConversationReader().read(messages);
}

class ConversationReader {
  private readonly system: TextPart[] = [];
  private readonly messages: Message[] = [];
  /** Kinds of the calls so far, by id: results do not say theirs. */
  private readonly kinds = new Map<string, 'function' | 'custom'>();
  /** Ids made up for the calls of the time before tools, by the name of the function. */
  private readonly functionCalls = new Map<string, string>();

  read(messages: readonly WireMessage[]): Conversation {
    for (const [index, message] of messages.entries()) this.message(message, `messages[${index}]`);
    return { system: this.system, messages: this.messages };
  }

  private message(message: WireMessage, path: string): void {
    const { role, content } = message;
    switch (role) {
      case 'system':
      case 'developer': {
        const texts = decodeTexts(content, `${path}.content`);
        if (this.messages.length === 0) this.system.push(...texts);
        else this.push('system', texts, message);
        return;
      }
      case 'user':
        this.push(role, decodeContent(content, `${path}.content`), message);
        return;
      case 'assistant':
        this.push(role, this.assistantParts(message, path), message);
        return;
      case 'tool':
      case 'function':
        this.messages.push({ role: 'tool', content: [this.result(message, path)] });
    }
  }

  private push(role: Message['role'], content: readonly Part[], { name }: WireMessage): void {
    this.messages.push({ role, content, ...given('name', name ?? undefined) });
  }

  private assistantParts(message: WireMessage, path: string): Part[] {
    const plain = message.reasoning_content ?? message.reasoning ?? '';
    const parts: Part[] = decodeReasoning(plain, message.reasoning_details ?? []);
    parts.push(...cited(decodeContent(message.content, `${path}.content`), message.annotations ?? []));
    if (message.refusal) parts.push({ type: 'refusal', text: message.refusal });
    if (message.audio?.id) parts.push(storedAudio(message.audio.id));
    for (const image of message.images ?? []) parts.push(...answeredImage(image));
    for (const [index, call] of (message.tool_calls ?? []).entries()) {
      parts.push(this.call(call, `${path}.tool_calls[${index}]`));
    }
    if (message.function_call) parts.push(this.functionCall(message.function_call, path));
    return parts;
  }

  private call(call: WireToolCall, path: string): ToolCallPart {
    const { id, signature } = unpackToolCallId(call.id);
    const { custom, extra_content: extra } = call;
    const kind = custom ? 'custom' : 'function';
    this.kinds.set(id, kind);
    const signed =
      signature ?? (extra ? ({ origin: ORIGIN, value: JSON.stringify(extra) } as const) : undefined);
    if (custom) {
      return {
        type: 'tool-call',
        id,
        name: custom.name,
        input: custom.input,
        kind,
        ...given('signature', signed),
      };
    }
    const { name, arguments: input } = required(call.function, `${path}.function`);
    return { type: 'tool-call', id, name, input: argumentsText(input), kind, ...given('signature', signed) };
  }

  private functionCall(call: NonNullable<WireMessage['function_call']>, path: string): ToolCallPart {
    const id = `call_${path.replace(/\D+/g, '')}_${call.name}`;
    this.functionCalls.set(call.name, id);
    return { type: 'tool-call', id, name: call.name, input: argumentsText(call.arguments), kind: 'function' };
  }

  private result(message: WireMessage, path: string): ToolResultPart {
    const content = resultContent(decodeContent(message.content, `${path}.content`));
    const toolName = given('toolName', message.name ?? undefined);
    if (message.role === 'function') {
      const name = required(message.name, `${path}.name`);
      const toolCallId = this.functionCalls.get(name) ?? `call_${name}`;
      return { type: 'tool-result', toolCallId, content, kind: 'function', ...toolName };
    }
    const { id } = unpackToolCallId(required(message.tool_call_id, `${path}.tool_call_id`));
    const kind = this.kinds.get(id) ?? 'function';
    return { type: 'tool-result', toolCallId: id, content, kind, ...toolName };
  }
}

/** The JSON text of arguments; empty ones are written as an empty text by some clients. */
export function argumentsText(value: string | JsonObject | null | undefined): string {
  if (value === null || value === undefined) return '{}';
  if (typeof value !== 'string') return JSON.stringify(value);
  return value.trim() === '' ? '{}' : value;
}

function resultContent(parts: readonly Part[]): ToolResultPart['content'] {
  return parts.filter(
    (part) =>
      part.type === 'text' ||
      part.type === 'image' ||
      part.type === 'audio' ||
      part.type === 'file' ||
      part.type === 'opaque',
  );
}

function storedAudio(id: string): AudioPart {
  return { type: 'audio', source: { kind: 'stored', id, origin: ORIGIN } };
}

/** OpenRouter's pictures in answers, given back. */
function answeredImage(image: JsonObject): Part[] {
  const address = image['image_url'];
  const url = typeof address === 'object' && address !== null ? (address as JsonObject)['url'] : address;
  return typeof url === 'string' ? [{ type: 'image', source: sourceOf(url) }] : [];
}

/** Citations belong to the text: in this dialect there is one. */
function cited(parts: Part[], annotations: readonly JsonObject[]): Part[] {
  const citations = annotations.map(decodeAnnotation).filter((one): one is Citation => one !== undefined);
  const at = parts.findIndex(({ type }) => type === 'text');
  if (citations.length === 0 || at === -1) return parts;
  return parts.map((part, index) => (index === at && part.type === 'text' ? { ...part, citations } : part));
}
