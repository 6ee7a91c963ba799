import { twoSided, type Turn } from '../canonical/conversation.js';
import { unsupported } from '../canonical/failure.js';
import type {
  CacheMark,
  Part,
  ReasoningPart,
  TextPart,
  ToolCallPart,
  ToolResultPart,
} from '../canonical/part.js';
import type { CanonicalRequest } from '../canonical/request.js';
import type { TargetProfile } from '../canonical/target.js';
import type { Warnings } from '../canonical/warning.js';
import { objectOf, parseObject } from '../json/tolerant.js';
import { encodeCachePoint } from './cache-point.js';
import { MediaEncoder } from './encode-media.js';
import { ToolIds } from './tool-ids.js';
import { DIALECT, type Block, type WireMessage } from './wire.js';

/** What is said where something has to be: the vendor refuses turns and results without text. */
const FILLER = '...';

export interface WireConversation {
  readonly system?: readonly Block[];
  readonly messages: readonly WireMessage[];
}

/** @param instructions what the model is told besides the client's own instructions */
export function encodeConversation(
  request: CanonicalRequest,
  instructions: readonly string[],
  target: TargetProfile,
  warnings: Warnings,
): WireConversation {
  const { system, turns } = twoSided(request, warnings);
  const encoder = new MessageEncoder(target, warnings);
  const told = [...system, ...instructions.map((text): TextPart => ({ type: 'text', text }))];
  const blocks = told.flatMap((part) => encoder.systemText(part));
  const messages = turns.map((turn) => encoder.message(turn));
  return { ...(blocks.length === 0 ? {} : { system: blocks }), messages };
}

class MessageEncoder {
  private readonly ids = new ToolIds();
  private readonly media: MediaEncoder;

  constructor(
    private readonly target: TargetProfile,
    private readonly warnings: Warnings,
  ) {
    this.media = new MediaEncoder(target, warnings);
  }

  systemText({ text, cache }: TextPart): readonly Block[] {
    return text.trim() === '' ? [] : [{ text }, ...this.cachePoint(cache)];
  }

  message({ role, content }: Turn): WireMessage {
    const blocks = content.flatMap((part) => this.part(part, role));
    const lonely = blocks.some((block) => 'document' in block) && !blocks.some((block) => 'text' in block);
    if (blocks.length > 0 && !lonely) return { role, content: blocks };
    this.warnings.add('added', 'messages', 'a turn has to say something there');
    return { role, content: [...blocks, { text: FILLER }] };
  }

  private part(part: Part, role: Turn['role']): readonly Block[] {
    switch (part.type) {
      case 'text':
        return this.text(part);
      case 'refusal':
        return this.text({ type: 'text', text: part.text });
      case 'image':
      case 'audio':
      case 'file':
        if (role === 'assistant')
          throw unsupported('messages', 'Media in turns of the model are not taken there.');
        return [this.mediaBlock(part), ...this.cachePoint(part.cache)];
      case 'reasoning':
        return this.reasoning(part);
      case 'tool-call':
        return [this.toolCall(part), ...this.cachePoint(part.cache)];
      case 'tool-result':
        return [this.toolResult(part), ...this.cachePoint(part.cache)];
      case 'opaque':
        return this.opaque(part);
    }
  }

  private text({ text, citations = [], cache }: TextPart): readonly Block[] {
    if (citations.length > 0) {
      this.warnings.add('dropped', 'messages[].citations', 'earlier citations are not told there');
    }
    return text.trim() === '' ? [] : [{ text }, ...this.cachePoint(cache)];
  }

  private mediaBlock(part: Extract<Part, { type: 'image' | 'audio' | 'file' }>): Block {
    if (part.type === 'image') return this.media.image(part);
    return part.type === 'audio' ? this.media.audio(part) : this.media.file(part);
  }

  /** Models refuse thoughts that they did not sign, and those of models that sign none are not wanted back. */
  private reasoning({ text, signature, redacted }: ReasoningPart): readonly Block[] {
    if (signature?.origin !== DIALECT) {
      this.warnings.add('dropped', 'messages[].reasoning', 'the vendor takes only thinking that it signed');
      return [];
    }
    const { value } = signature;
    return [
      redacted === true
        ? { reasoningContent: { redactedContent: value } }
        : { reasoningContent: { reasoningText: { text, signature: value } } },
    ];
  }

  private toolCall({ id, name, input, kind }: ToolCallPart): Block {
    const object = kind === 'custom' ? { input } : parseObject(input === '' ? '{}' : input);
    if (object === undefined) {
      this.warnings.add('approximated', 'messages[].toolCalls', 'arguments have to be a JSON object there');
    }
    return { toolUse: { toolUseId: this.ids.ofCall(id), name, input: object ?? { input } } };
  }

  private toolResult({ toolCallId, content, isError }: ToolResultPart): Block {
    const blocks = content.flatMap((part) => this.resultPart(part));
    return {
      toolResult: {
        toolUseId: this.ids.ofResult(toolCallId),
        content: blocks.length === 0 ? [{ text: FILLER }] : blocks,
        ...(isError === true ? { status: 'error' } : {}),
      },
    };
  }

  private resultPart(part: ToolResultPart['content'][number]): readonly Block[] {
    switch (part.type) {
      case 'text':
        return part.text.trim() === '' ? [] : [{ text: part.text }];
      case 'image':
      case 'file':
        return [this.mediaBlock(part)];
      case 'audio':
        throw unsupported('messages', 'Results of tools can hold no audio there.');
      case 'opaque':
        return this.opaque(part);
    }
  }

  private opaque({ origin, kind, value }: Extract<Part, { type: 'opaque' }>): readonly Block[] {
    if (origin === DIALECT) return [objectOf(value) ?? {}];
    this.warnings.add('dropped', `messages[].${kind}`, 'only its own vendor knows what it is');
    return [];
  }

  private cachePoint(cache: CacheMark | undefined): readonly Block[] {
    return encodeCachePoint(cache, this.target, this.warnings);
  }
}
