import { toolNames, twoSided } from '../canonical/conversation.js';
import { unsupported } from '../canonical/failure.js';
import type {
  AudioPart,
  FilePart,
  ImagePart,
  JsonObject,
  OpaquePart,
  Part,
  Signature,
  ToolCallPart,
  ToolResultPart,
} from '../canonical/part.js';
import type { CanonicalRequest } from '../canonical/request.js';
import type { TargetProfile } from '../canonical/target.js';
import type { Warnings } from '../canonical/warning.js';
import { given, parseObject } from '../json/tolerant.js';
import { isMadeId } from './decode-contents.js';
import { DIALECT } from './wire.js';

/**
 * Stands for the signature of a call that another model made, where one is demanded.
 * https://ai.google.dev/gemini-api/docs/thought-signatures#faqs
 */
const FOREIGN_CALL = 'skip_thought_signature_validator';
/** The vendor refuses a turn without parts. */
const FILLER = '...';

export interface EncodedConversation {
  readonly system: readonly JsonObject[];
  readonly contents: readonly JsonObject[];
}

export function encodeConversation(
  request: CanonicalRequest,
  target: TargetProfile,
  warnings: Warnings,
): EncodedConversation {
  const { system, turns } = twoSided(request, warnings);
  const encoder = new PartEncoder(request, target, warnings);
  const contents = turns.map(({ role, content: written }, turn) => {
    const content = role === 'user' ? inOrderOfCalls(written, turns[turn - 1]?.content ?? []) : written;
    const parts = content.flatMap((part, index) =>
      encoder.encode(part, `messages[${turn}].content[${index}]`),
    );
    return {
      role: role === 'assistant' ? 'model' : 'user',
      parts: parts.length === 0 ? [{ text: FILLER }] : signedCalls(parts, role, target),
    };
  });
  return { system: system.map(({ text }) => ({ text })), contents };
}

/** Without ids, the vendor finds the call of a result by name and order: clients may answer in any order. */
function inOrderOfCalls(content: readonly Part[], before: readonly Part[]): readonly Part[] {
  const places = new Map<string, number>();
  for (const part of before) if (part.type === 'tool-call') places.set(part.id, places.size);
  const placeOf = (part: ToolResultPart): number => places.get(part.toolCallId) ?? places.size;
  const results = content
    .filter((part) => part.type === 'tool-result')
    .sort((left, right) => placeOf(left) - placeOf(right));
  return content.map((part) => (part.type === 'tool-result' ? (results.shift() ?? part) : part));
}

/** Of several calls of one turn, the first carries the signature. */
function signedCalls(
  parts: readonly JsonObject[],
  role: string,
  { callSignatures }: TargetProfile,
): readonly JsonObject[] {
  const first = parts.findIndex((part) => part['functionCall'] !== undefined);
  if (!callSignatures || role !== 'assistant' || parts[first]?.['thoughtSignature'] !== undefined)
    return parts;
  return parts.map((part, index) => (index === first ? { ...part, thoughtSignature: FOREIGN_CALL } : part));
}

class PartEncoder {
  private readonly names: ReadonlyMap<string, string>;
  private readonly ownIds: boolean;

  constructor(
    request: CanonicalRequest,
    private readonly target: TargetProfile,
    private readonly warnings: Warnings,
  ) {
    this.names = toolNames(request.messages);
    // Calls are told apart by name and order; ids of other dialects would only be ballast.
    this.ownIds = request.origin === DIALECT;
  }

  encode(part: Part, field: string): readonly JsonObject[] {
    if ('cache' in part && part.cache !== undefined) {
      this.warnings.add('dropped', 'cache', 'this vendor caches by itself');
    }
    switch (part.type) {
      case 'text':
        if (part.text === '' && part.signature === undefined) return [];
        return [{ text: part.text, ...ownSignature(part.signature) }];
      case 'refusal':
        return [{ text: part.text }];
      case 'image':
      case 'audio':
      case 'file':
        return this.media(part, field);
      case 'reasoning':
        return this.reasoning(part, field);
      case 'tool-call':
        return [this.call(part)];
      case 'tool-result':
        return this.result(part, field);
      case 'opaque':
        return this.opaque(part, field);
    }
  }

  private opaque({ origin, kind, value }: OpaquePart, field: string): readonly JsonObject[] {
    if (origin === DIALECT) return [value];
    this.warnings.add('dropped', field, `only ${origin} knows a ${kind}`);
    return [];
  }

  private reasoning(
    { text, signature }: Extract<Part, { type: 'reasoning' }>,
    field: string,
  ): readonly JsonObject[] {
    const own = signature === undefined ? this.ownIds : signature.origin === DIALECT;
    if (own) return [{ text, thought: true, ...ownSignature(signature) }];
    this.warnings.add('dropped', field, 'thoughts of another vendor mean nothing to this one');
    return [];
  }

  private call({ id, name, input, kind, signature }: ToolCallPart): JsonObject {
    const args = kind === 'custom' ? { input } : (parseObject(input) ?? { input });
    return { functionCall: { ...this.ownId(id), name, args }, ...ownSignature(signature) };
  }

  /** Ids that clients of the dialect wrote; those that decoding made tell the vendor nothing. */
  private ownId(id: string): { readonly id?: string } {
    return this.ownIds && !isMadeId(id) ? { id } : {};
  }

  private result(part: ToolResultPart, field: string): readonly JsonObject[] {
    const name = this.names.get(part.toolCallId) ?? part.toolName ?? part.toolCallId;
    const text = part.content.map((inner) => (inner.type === 'text' ? inner.text : '')).join('');
    const media = part.content.filter((inner) => inner.type !== 'text');
    const response = {
      ...this.ownId(part.toolCallId),
      name,
      response: responseOf(text, part.isError === true),
    };
    const encoded = media.flatMap((inner) => this.encode(inner, field));
    // Only newer models take media within a result: a client of this dialect knows whom it asks.
    if (this.ownIds && encoded.length > 0) return [{ functionResponse: { ...response, parts: encoded } }];
    if (encoded.length > 0) this.warnings.add('moved', field, 'media of a result stand behind it there');
    return [{ functionResponse: response }, ...encoded];
  }

  private media(part: MediaPart, field: string): readonly JsonObject[] {
    const { source } = part;
    // Text is input like any other: it needs no model that reads files.
    if (source.kind === 'text') return [{ text: source.text }];
    const { taken, byUrl, mediaType } = this.mediaRules(part);
    if (!taken) throw unsupported(field, `This model takes no ${part.type} input.`);
    switch (source.kind) {
      case 'base64':
        return [{ inlineData: { mimeType: source.mediaType, data: source.data } }];
      case 'url':
        if (!byUrl) throw unsupported(field, 'This vendor fetches nothing by URL.');
        return [
          { fileData: { fileUri: source.url, ...given('mimeType', typeByName(source.url) ?? mediaType) } },
        ];
      case 'stored':
        if (source.origin !== DIALECT) throw unsupported(field, 'The file is stored at another vendor.');
        return [{ fileData: { fileUri: source.id, ...given('mimeType', source.mediaType) } }];
    }
  }

  private mediaRules(part: MediaPart): {
    readonly taken: boolean;
    readonly byUrl: boolean;
    readonly mediaType: string | undefined;
  } {
    const { images, audio, files, imageUrls, fileUrls } = this.target;
    if (part.type === 'image') return { taken: images, byUrl: imageUrls, mediaType: 'image/jpeg' };
    if (part.type === 'audio') return { taken: audio, byUrl: fileUrls, mediaType: 'audio/wav' };
    return { taken: files, byUrl: fileUrls, mediaType: part.mediaType ?? undefined };
  }
}

type MediaPart = ImagePart | AudioPart | FilePart;

/** The vendor wants the type beside an address, which clients of other dialects don't tell. */
const TYPES: ReadonlyMap<string, string> = new Map([
  ['png', 'image/png'],
  ['jpg', 'image/jpeg'],
  ['jpeg', 'image/jpeg'],
  ['webp', 'image/webp'],
  ['gif', 'image/gif'],
  ['heic', 'image/heic'],
  ['pdf', 'application/pdf'],
  ['mp3', 'audio/mp3'],
  ['wav', 'audio/wav'],
  ['mp4', 'video/mp4'],
]);

function typeByName(url: string): string | undefined {
  const name = /^[^?#]*\.(\w{2,5})(?:[?#]|$)/.exec(url)?.[1];
  return name === undefined ? undefined : TYPES.get(name.toLowerCase());
}

function ownSignature(signature: Signature | undefined): { readonly thoughtSignature?: string } {
  return signature?.origin === DIALECT ? { thoughtSignature: signature.value } : {};
}

/** A result has to be an object. */
function responseOf(text: string, isError: boolean): JsonObject {
  if (isError) return { error: text };
  return parseObject(text) ?? { output: text };
}
