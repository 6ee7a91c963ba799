import type {
  AudioPart,
  FilePart,
  ImagePart,
  JsonObject,
  OpaquePart,
  Part,
  ReasoningPart,
  TextPart,
  ToolCallPart,
  ToolResultPart,
} from '../canonical/part.js';
import type { CanonicalRequest, Message } from '../canonical/request.js';
import { given, parseObject } from '../json/tolerant.js';
import { encodeCacheMark, encodeParts, type PartContext } from './encode-parts.js';
import { encodeDetails } from './reasoning-details.js';
import { targetCallId } from './tool-call-id.js';

const ORIGIN = 'openai-chat';
/** Stands in a result whose words would be none. */
const SEE_BELOW = 'See the next message.';
/** What Gemini documents for calls that it did not make: https://ai.google.dev/gemini-api/docs/thought-signatures */
const NO_SIGNATURE = 'skip_thought_signature_validator';

/** What an assistant, or a tool, can say. */
type Said = TextPart | OpaquePart;
type Media = ImagePart | AudioPart | FilePart;

/** The messages of a request, instructions first. */
export function encodeMessages(request: CanonicalRequest, context: PartContext): JsonObject[] {
  return new MessagesWriter(context).write(request);
}

class MessagesWriter {
  private readonly written: JsonObject[] = [];
  /** Media of results and answers: they follow as a user's message, when no more results do. */
  private readonly moved: JsonObject[] = [];

  constructor(private readonly context: PartContext) {}

  write({ system, messages }: CanonicalRequest): JsonObject[] {
    this.instructions(system);
    for (const [index, message] of messages.entries()) {
      if (message.role !== 'tool') this.flushMoved();
      this.message(message, `messages[${index}].content`);
    }
    this.flushMoved();
    return this.written;
  }

  /** As many as the client wrote; of other dialects one, which is what models' templates know best. */
  private instructions(system: readonly TextPart[]): void {
    const role = this.systemRole();
    const together = this.context.origin === ORIGIN ? system.map((part) => [part]) : [system];
    for (const texts of together) {
      if (texts.length > 0) this.written.push({ role, content: this.textContent(texts, '\n\n') });
    }
  }

  private systemRole(): string {
    const { target, warnings } = this.context;
    if (target.systemRole === 'user')
      warnings.add('approximated', 'system', 'a user says the instructions there');
    return target.systemRole;
  }

  private message({ role, content, name }: Message, path: string): void {
    const named = given('name', name);
    switch (role) {
      case 'system':
        this.written.push({
          role: this.systemRole(),
          content: this.textContent(saidIn(content), '\n\n'),
          ...named,
        });
        return;
      case 'user':
        this.written.push({
          role,
          content: this.content(encodeParts(content, path, this.context)),
          ...named,
        });
        return;
      case 'assistant':
        this.assistant(content, path, named);
        return;
      case 'tool':
        for (const [index, part] of content.entries()) {
          if (part.type === 'tool-result') this.result(part, `${path}[${index}]`);
        }
    }
  }

  /** A text alone is a string: every vendor takes that. */
  private content(parts: readonly JsonObject[]): string | readonly JsonObject[] {
    const [only] = parts;
    if (only === undefined) return '';
    const bare = parts.length === 1 && only['type'] === 'text' && only['cache_control'] === undefined;
    return bare && typeof only['text'] === 'string' ? only['text'] : parts;
  }

  private assistant(content: readonly Part[], path: string, named: JsonObject): void {
    const texts = saidIn(content);
    for (const [index, part] of content.entries()) this.other(part, `${path}[${index}]`);
    const calls = content.filter((part) => part.type === 'tool-call');
    const beside = {
      ...refusalOf(content),
      ...storedAudioOf(content),
      ...(calls.length === 0 ? {} : { tool_calls: calls.map((call, index) => this.call(call, index)) }),
    };
    this.written.push({
      role: 'assistant',
      content: texts.length === 0 && Object.keys(beside).length > 0 ? null : this.textContent(texts, ''),
      ...this.reasoning(
        content.filter((part) => part.type === 'reasoning'),
        path,
      ),
      ...beside,
      ...named,
    });
  }

  /** Texts of one turn belong together; those of the own dialect stay as they were. */
  private textContent(said: readonly Said[], between: string): string | readonly JsonObject[] {
    if (this.context.origin === ORIGIN) return this.content(said.map((part) => this.saidPart(part)));
    for (const part of said) this.saidPart(part);
    return said.map((part) => (part.type === 'text' ? part.text : '')).join(between);
  }

  private saidPart(part: Said): JsonObject {
    if (part.type === 'opaque') return part.value;
    return { type: 'text', text: part.text, ...encodeCacheMark(part.cache, this.context) };
  }

  /** What an assistant's message, or a result, has no place for. */
  private other(part: Part, path: string): void {
    const { warnings } = this.context;
    if (isMedia(part)) this.move(part, path);
    else if (part.type === 'opaque' && part.origin !== ORIGIN) {
      warnings.add('dropped', path, `"${part.kind}" is only known to the vendor that made it`);
    } else if (part.type === 'text' && part.citations !== undefined) {
      warnings.add('dropped', `${path}.citations`, 'earlier citations are not told there');
    }
  }

  private move(part: Media, path: string): void {
    this.context.warnings.add('moved', path, "media stand in a user's message there");
    this.moved.push(...encodeParts([part], path, this.context));
  }

  private flushMoved(): void {
    if (this.moved.length === 0) return;
    this.written.push({ role: 'user', content: [...this.moved] });
    this.moved.length = 0;
  }

  /** Of a foreign vendor's state only the words are worth something, and only where words are taken. */
  private reasoning(parts: readonly ReasoningPart[], path: string): JsonObject {
    const { target, warnings } = this.context;
    if (parts.length === 0) return {};
    const history = target.reasoningHistory;
    if (history !== 'none' && parts.some(isForeign)) {
      warnings.add('dropped', `${path}.signature`, 'it is for the vendor that made it only');
    }
    const details = parts.filter((part) => !isForeign(part)).flatMap(encodeDetails);
    if (history === 'reasoning_details' && details.length > 0) return { reasoning_details: details };
    const text = parts.flatMap((part) => part.text || []).join('\n\n');
    if (history === 'none' || text === '') {
      warnings.add('dropped', `${path}.reasoning`, 'earlier reasoning is not told there');
      return {};
    }
    return { [history === 'reasoning_details' ? 'reasoning' : history]: text };
  }

  private call({ id, name, input, kind, signature }: ToolCallPart, index: number): JsonObject {
    const { target } = this.context;
    const call = { id: targetCallId(id, target), type: kind };
    if (kind === 'custom') return { ...call, custom: { name, input } };
    const own = signature?.origin === ORIGIN ? parseObject(signature.value) : undefined;
    const value = signature?.origin === 'gemini' ? signature.value : NO_SIGNATURE;
    const needed = target.callSignatures && (index === 0 || signature?.origin === 'gemini');
    const standIn = needed ? { google: { thought_signature: value } } : undefined;
    return { ...call, function: { name, arguments: input }, ...given('extra_content', own ?? standIn) };
  }

  private result(part: ToolResultPart, path: string): void {
    encodeCacheMark(part.cache, this.context);
    const texts = saidIn(part.content);
    const before = this.moved.length;
    for (const [index, inner] of part.content.entries()) this.other(inner, `${path}.content[${index}]`);
    const id = targetCallId(part.toolCallId, this.context.target);
    if (this.moved.length > before) {
      this.moved.splice(before, 0, { type: 'text', text: `Result of the tool call ${id}:` });
      if (texts.length === 0) texts.push({ type: 'text', text: SEE_BELOW });
    }
    this.written.push({ role: 'tool', tool_call_id: id, content: this.resultText(part, texts, path) });
  }

  private resultText(
    { isError }: ToolResultPart,
    texts: readonly Said[],
    path: string,
  ): string | readonly JsonObject[] {
    if (isError !== true) return this.textContent(texts, '\n');
    this.context.warnings.add('approximated', `${path}.isError`, 'a failure is told in words there');
    const text = texts.map((said) => (said.type === 'text' ? said.text : '')).join('\n');
    return /^error/i.test(text) ? text : `Error: ${text}`;
  }
}

function refusalOf(content: readonly Part[]): JsonObject {
  const refusals = content.flatMap((part) => (part.type === 'refusal' ? [part.text] : []));
  return refusals.length === 0 ? {} : { refusal: refusals.join('') };
}

/** A sound that the vendor made, and keeps for a while. */
function storedAudioOf(content: readonly Part[]): JsonObject {
  const source = content.find(isStoredAudio)?.source;
  return source?.kind === 'stored' ? { audio: { id: source.id } } : {};
}

function isStoredAudio(part: Part): part is AudioPart {
  return part.type === 'audio' && part.source.kind === 'stored' && part.source.origin === ORIGIN;
}

function isMedia(part: Part): part is Media {
  return part.type === 'image' || part.type === 'file' || (part.type === 'audio' && !isStoredAudio(part));
}

function isForeign({ signature }: ReasoningPart): boolean {
  return signature !== undefined && signature.origin !== ORIGIN;
}

function saidIn(content: readonly Part[]): Said[] {
  return content.filter(
    (part): part is Said => part.type === 'text' || (part.type === 'opaque' && part.origin === ORIGIN),
  );
}
