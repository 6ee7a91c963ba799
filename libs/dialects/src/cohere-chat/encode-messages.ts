import { unsupported } from '../canonical/failure.js';
import type {
  FilePart,
  ImagePart,
  Part,
  ReasoningPart,
  TextPart,
  ToolCallPart,
  ToolResultPart,
} from '../canonical/part.js';
import type { CanonicalRequest, Message } from '../canonical/request.js';
import type { TargetProfile } from '../canonical/target.js';
import type { Warnings } from '../canonical/warning.js';
import { given } from '../json/tolerant.js';
import type { Block } from './wire.js';

/** https://docs.cohere.com/reference/chat#request.body.messages */
export function encodeMessages(
  { system, messages }: CanonicalRequest,
  instructions: readonly string[],
  target: TargetProfile,
  warnings: Warnings,
): readonly Block[] {
  const encoder = new MessageEncoder(target, warnings);
  const told = [...system.map(({ text }) => text), ...instructions].filter((text) => text !== '');
  return [
    ...told.map((content) => ({ role: 'system', content })),
    ...messages.flatMap((message) => encoder.message(message)),
  ];
}

class MessageEncoder {
  constructor(
    private readonly target: TargetProfile,
    private readonly warnings: Warnings,
  ) {}

  message({ role, content, name }: Message): readonly Block[] {
    if (name !== undefined)
      this.warnings.add('dropped', 'messages[].name', 'participants have no names there');
    switch (role) {
      case 'system':
        return [{ role, content: this.texts(content) }];
      case 'user':
        return [...this.results(content), ...this.user(content.filter(({ type }) => type !== 'tool-result'))];
      case 'assistant':
        return [this.assistant(content)];
      case 'tool':
        return this.results(content);
    }
  }

  private user(content: readonly Part[]): readonly Block[] {
    if (content.length === 0) return [];
    const blocks = content.flatMap((part) => this.userPart(part));
    const plain = blocks.every(({ type }) => type === 'text');
    return [{ role: 'user', content: plain ? blocks.map(({ text }) => text).join('\n') : blocks }];
  }

  private userPart(part: Part): readonly Block[] {
    switch (part.type) {
      case 'text':
      case 'refusal':
        return [{ type: 'text', text: part.text }];
      case 'image':
        return [this.image(part)];
      case 'file':
        return [this.file(part)];
      case 'audio':
        throw unsupported('messages', 'This vendor takes no audio.');
      default:
        return this.stray(part);
    }
  }

  /** https://docs.cohere.com/docs/image-inputs */
  private image({ source, detail }: ImagePart): Block {
    if (!this.target.images) throw unsupported('messages', 'This model takes no images.');
    if (source.kind === 'base64') {
      const url = `data:${source.mediaType};base64,${source.data}`;
      return { type: 'image_url', image_url: { url, ...given('detail', detail) } };
    }
    if (source.kind !== 'url' || !this.target.imageUrls) {
      throw unsupported('messages', 'This vendor takes images by their bytes only.');
    }
    return { type: 'image_url', image_url: { url: source.url, ...given('detail', detail) } };
  }

  /** Text is text wherever it comes from; other files can't be sent. */
  private file({ source, mediaType }: FilePart): Block {
    if (source.kind === 'text') return { type: 'text', text: source.text };
    const type = source.kind === 'base64' ? source.mediaType : (mediaType ?? '');
    if (source.kind === 'base64' && (type.startsWith('text/') || type.startsWith('application/json'))) {
      return { type: 'text', text: Buffer.from(source.data, 'base64').toString('utf8') };
    }
    throw unsupported('messages', 'This vendor takes no files but text.');
  }

  /** Words beside calls are the plan for them. */
  private assistant(content: readonly Part[]): Block {
    const calls = content.filter((part) => part.type === 'tool-call');
    const words = this.texts(content);
    const thoughts = content.flatMap((part) => (part.type === 'reasoning' ? this.reasoning(part) : []));
    for (const part of content) if (part.type === 'opaque') this.stray(part);
    if (content.some(({ type }) => type === 'image' || type === 'audio' || type === 'file')) {
      throw unsupported('messages', 'Media in turns of the model are not taken there.');
    }
    if (calls.length > 0) {
      return {
        role: 'assistant',
        ...(words === '' ? {} : { tool_plan: words }),
        tool_calls: calls.map((call) => this.toolCall(call)),
        ...(thoughts.length === 0 ? {} : { content: thoughts }),
      };
    }
    if (thoughts.length === 0) return { role: 'assistant', content: words };
    return {
      role: 'assistant',
      content: [...thoughts, ...(words === '' ? [] : [{ type: 'text', text: words }])],
    };
  }

  /** Its own thoughts carry no signature; those that do are for another vendor. */
  private reasoning({ text, signature }: ReasoningPart): readonly Block[] {
    if (this.target.reasoning !== 'none' && signature === undefined && text !== '') {
      return [{ type: 'thinking', thinking: text }];
    }
    this.warnings.add('dropped', 'messages[].reasoning', 'the model takes no thinking but its own');
    return [];
  }

  private toolCall({ id, name, input, kind }: ToolCallPart): Block {
    const text = kind === 'custom' ? JSON.stringify({ input }) : input === '' ? '{}' : input;
    return { id, type: 'function', function: { name, arguments: text } };
  }

  private results(content: readonly Part[]): readonly Block[] {
    return content.flatMap((part) => {
      if (part.type === 'tool-result') return [this.result(part)];
      return [];
    });
  }

  private result({ toolCallId, content, isError }: ToolResultPart): Block {
    if (content.some(({ type }) => type === 'image' || type === 'audio')) {
      throw unsupported('messages', 'Results of tools hold text only there.');
    }
    const words = content.flatMap((part) => {
      if (part.type === 'text') return [part.text];
      return part.type === 'file' ? [String(this.file(part)['text'])] : this.stray(part).map(String);
    });
    if (isError === true)
      this.warnings.add('approximated', 'messages[].isError', 'a failure is told in words there');
    const text = words.join('\n');
    return { role: 'tool', tool_call_id: toolCallId, content: isError === true ? `Error: ${text}` : text };
  }

  private texts(content: readonly Part[]): string {
    const texts = content.filter((part): part is TextPart => part.type === 'text' || part.type === 'refusal');
    if (texts.some(({ citations = [] }) => citations.length > 0)) {
      this.warnings.add('dropped', 'messages[].citations', 'earlier citations are not told there');
    }
    return texts.map(({ text }) => text).join('');
  }

  /** Blocks of other vendors, and those that stand where this vendor knows no place for them. */
  private stray(part: Part): readonly Block[] {
    const what = part.type === 'opaque' ? part.kind : part.type;
    this.warnings.add('dropped', `messages[].${what}`, 'there is no place for it there');
    return [];
  }
}
