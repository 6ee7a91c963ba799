import { GatewayError, type DialectId } from '@tollgate/contracts';
import type {
  AudioPart,
  CacheMark,
  FilePart,
  ImagePart,
  JsonObject,
  MediaSource,
  Part,
} from '../canonical/part.js';
import type { TargetProfile } from '../canonical/target.js';
import type { Warnings } from '../canonical/warning.js';
import { given } from '../json/tolerant.js';

const ORIGIN = 'openai-chat';

/** What parts of messages are written for. */
export interface PartContext {
  /** The dialect that the client wrote in. */
  readonly origin: DialectId;
  readonly target: TargetProfile;
  readonly warnings: Warnings;
}

/** The parts of a user's message; those that this dialect can't hold are left out with a warning. */
export function encodeParts(parts: readonly Part[], path: string, context: PartContext): JsonObject[] {
  return parts
    .map((part, index) => encodePart(part, `${path}[${index}]`, context))
    .filter((part) => part !== undefined);
}

function encodePart(part: Part, path: string, context: PartContext): JsonObject | undefined {
  const { warnings } = context;
  const mark = 'cache' in part ? encodeCacheMark(part.cache, context) : {};
  switch (part.type) {
    case 'text':
      return { type: 'text', text: part.text, ...mark };
    case 'refusal':
      return { type: 'text', text: part.text };
    case 'image':
      return { ...encodeImage(part, path, context), ...mark };
    case 'audio':
      return { ...encodeAudio(part, path, context), ...mark };
    case 'file':
      return { ...encodeFile(part, path, context), ...mark };
    case 'opaque':
      if (part.origin === ORIGIN) return part.value;
      warnings.add('dropped', path, `"${part.kind}" is only known to the vendor that made it`);
      return undefined;
    default:
      warnings.add('dropped', path, `"${part.type}" is nothing that a user can say there`);
      return undefined;
  }
}

/** OpenAI caches without marks; a client that writes them in this dialect means a vendor that reads them here. */
export function encodeCacheMark(mark: CacheMark | undefined, { origin, warnings }: PartContext): JsonObject {
  if (mark === undefined) return {};
  if (origin === ORIGIN) return { cache_control: { type: 'ephemeral', ...given('ttl', mark.ttl) } };
  warnings.add('dropped', 'cache', 'prompts are cached without marks there');
  return {};
}

function encodeImage({ source, detail }: ImagePart, path: string, { target }: PartContext): JsonObject {
  if (!target.images) throw unsupported(path, 'images');
  if (source.kind === 'url' && !target.imageUrls) throw unsupported(path, 'images by their address');
  return { type: 'image_url', image_url: { url: addressOf(source, path), ...given('detail', detail) } };
}

const AUDIO_FORMATS: Readonly<Record<string, string>> = {
  'audio/mpeg': 'mp3',
  'audio/x-wav': 'wav',
  'audio/wave': 'wav',
  'audio/vnd.wave': 'wav',
  'audio/x-m4a': 'm4a',
  'audio/pcm': 'pcm16',
};

function encodeAudio({ source }: AudioPart, path: string, { target }: PartContext): JsonObject {
  if (!target.audio) throw unsupported(path, 'sounds');
  if (source.kind !== 'base64') throw unsupported(path, 'sounds but by their bytes');
  const { data, mediaType } = source;
  const known = Object.hasOwn(AUDIO_FORMATS, mediaType) ? AUDIO_FORMATS[mediaType] : undefined;
  return { type: 'input_audio', input_audio: { data, format: known ?? mediaType.replace(/^audio\//, '') } };
}

function encodeFile(part: FilePart, path: string, { target, warnings }: PartContext): JsonObject {
  const { source, mediaType, filename, title, context, citations } = part;
  if (context !== undefined) warnings.add('dropped', `${path}.context`, 'files have no context there');
  if (citations === true) warnings.add('dropped', `${path}.citations`, 'files are not cited there');
  if (source.kind === 'text') {
    warnings.add('approximated', path, 'a text document is told as text there');
    return { type: 'text', text: [title ?? filename, source.text].filter(Boolean).join('\n\n') };
  }
  if (!target.files) throw unsupported(path, 'files');
  if (source.kind === 'stored' && source.origin === ORIGIN)
    return { type: 'file', file: { file_id: source.id } };
  if (source.kind === 'url' && !target.fileUrls) throw unsupported(path, 'files by their address');
  const url = addressOf(source, path);
  if (mediaType?.startsWith('video/') === true) return { type: 'video_url', video_url: { url } };
  const name = filename ?? title;
  return { type: 'file', file: { filename: name ?? defaultName(mediaType), file_data: url } };
}

/** OpenAI refuses bytes of a file without a name. */
function defaultName(mediaType: string | null): string {
  const subtype = /^[a-z]+\/([a-z0-9]+)$/.exec(mediaType ?? '')?.[1];
  return `document.${subtype ?? 'pdf'}`;
}

function addressOf(source: MediaSource, path: string): string {
  if (source.kind === 'url') return source.url;
  if (source.kind === 'base64') return `data:${source.mediaType};base64,${source.data}`;
  throw unsupported(path, 'media that are stored elsewhere');
}

/** The next channel may take it. */
export function unsupported(field: string, what: string): GatewayError {
  return new GatewayError('unsupported_feature', `The vendor's Chat Completions API does not take ${what}.`, {
    field,
    retry: 'next-channel',
  });
}
