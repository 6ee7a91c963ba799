import { GatewayError } from '@tollgate/contracts';
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
import { DIALECT } from './wire.js';

/** What parts of a request are written for. */
export interface EncodeContext {
  readonly target: TargetProfile;
  readonly warnings: Warnings;
  /** The client speaks this dialect, too. */
  readonly own: boolean;
}

/** Content of a message or of a tool's result; what this dialect can't hold is left out with a warning. */
export function encodeContent(parts: readonly Part[], path: string, context: EncodeContext): JsonObject[] {
  return parts
    .map((part, index) => encodePart(part, `${path}[${index}]`, context))
    .filter((part) => part !== undefined);
}

function encodePart(part: Part, path: string, context: EncodeContext): JsonObject | undefined {
  const { warnings } = context;
  switch (part.type) {
    case 'text':
    case 'refusal': {
      const mark = part.type === 'text' ? encodeMark(part.cache, context) : {};
      return { type: 'input_text', text: part.text, ...mark };
    }
    case 'image':
      return encodeImage(part, path, context);
    case 'file':
      return encodeFile(part, path, context);
    case 'audio':
      return encodeAudio(part, path, context);
    case 'opaque':
      if (part.origin === DIALECT) return part.value;
      warnings.add('dropped', path, `"${part.kind}" is only known to the vendor that made it`);
      return undefined;
    default:
      warnings.add('dropped', path, `"${part.type}" is nothing that a user can say there`);
      return undefined;
  }
}

/** Only the newest models know marks; all others find what is cached by themselves. */
export function encodeMark(cache: CacheMark | undefined, { own, warnings }: EncodeContext): JsonObject {
  if (cache === undefined) return {};
  if (own)
    return { prompt_cache_breakpoint: { mode: 'explicit', ...(cache.ttl === '1h' ? { ttl: '12h' } : {}) } };
  warnings.add('dropped', 'cache', 'prompts are cached without marks there');
  return {};
}

function encodeImage({ source, detail, cache }: ImagePart, path: string, context: EncodeContext): JsonObject {
  const { target } = context;
  if (!target.images) throw unsupported(path, 'images');
  if (source.kind === 'url' && !target.imageUrls) throw unsupported(path, 'images by their address');
  const place = isOwnFile(source) ? { file_id: source.id } : { image_url: addressOf(source, path) };
  return { type: 'input_image', ...place, ...given('detail', detail), ...encodeMark(cache, context) };
}

function encodeFile(part: FilePart, path: string, context: EncodeContext): JsonObject {
  const { source, mediaType, filename, title, cache } = part;
  const { target, warnings } = context;
  if (part.context !== undefined) warnings.add('dropped', `${path}.context`, 'files have no context there');
  if (part.citations === true) warnings.add('dropped', `${path}.citations`, 'files are not cited there');
  const mark = encodeMark(cache, context);
  const name = filename ?? title;
  if (source.kind === 'text') {
    warnings.add('approximated', path, 'a text document is told as text there');
    return {
      type: 'input_text',
      text: name === undefined ? source.text : `${name}\n\n${source.text}`,
      ...mark,
    };
  }
  if (!target.files) throw unsupported(path, 'files');
  if (isOwnFile(source)) return { type: 'input_file', file_id: source.id, ...mark };
  if (source.kind === 'url') {
    if (!target.fileUrls) throw unsupported(path, 'files by their address');
    return { type: 'input_file', file_url: source.url, ...given('filename', name), ...mark };
  }
  const data = addressOf(source, path);
  return { type: 'input_file', filename: name ?? defaultName(mediaType), file_data: data, ...mark };
}

/** Bytes of a file need a name. */
function defaultName(mediaType: string | null): string {
  const subtype = /^[a-z]+\/([a-z0-9]+)$/.exec(mediaType ?? '')?.[1] ?? 'pdf';
  return `document.${subtype === 'plain' ? 'txt' : subtype}`;
}

const AUDIO_FORMATS: ReadonlyMap<string, string> = new Map([
  ['audio/mpeg', 'mp3'],
  ['audio/x-wav', 'wav'],
  ['audio/wave', 'wav'],
  ['audio/vnd.wave', 'wav'],
]);

function encodeAudio({ source, cache }: AudioPart, path: string, context: EncodeContext): JsonObject {
  if (!context.target.audio) throw unsupported(path, 'sounds');
  if (source.kind !== 'base64') throw unsupported(path, 'sounds but by their bytes');
  const { data, mediaType } = source;
  const format = AUDIO_FORMATS.get(mediaType) ?? mediaType.replace(/^audio\//, '');
  return { type: 'input_audio', input_audio: { data, format }, ...encodeMark(cache, context) };
}

function isOwnFile(source: MediaSource): source is Extract<MediaSource, { kind: 'stored' }> {
  return source.kind === 'stored' && source.origin === DIALECT;
}

function addressOf(source: MediaSource, path: string): string {
  if (source.kind === 'url') return source.url;
  if (source.kind === 'base64') return `data:${source.mediaType};base64,${source.data}`;
  throw unsupported(path, 'media that are stored elsewhere');
}

/** The next channel may take it. */
export function unsupported(field: string, what: string): GatewayError {
  return new GatewayError('unsupported_feature', `The vendor's Responses API does not take ${what}.`, {
    field,
    retry: 'next-channel',
  });
}
