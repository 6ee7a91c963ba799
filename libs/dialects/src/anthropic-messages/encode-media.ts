import { unsupported } from '../canonical/failure.js';
import type { FilePart, ImagePart, MediaSource } from '../canonical/part.js';
import type { TargetProfile } from '../canonical/target.js';
import { given } from '../json/tolerant.js';
import { encodeCache } from './cache-mark.js';
import { DIALECT, type Block } from './wire.js';

/** https://platform.claude.com/docs/en/build-with-claude/vision */
const IMAGE_TYPES = new Set(['image/jpeg', 'image/png', 'image/gif', 'image/webp']);
const PDF = 'application/pdf';

export function encodeImage(part: ImagePart, target: TargetProfile): Block {
  if (!target.images) throw unsupported('messages', 'This model takes no images.');
  return { type: 'image', source: imageSource(part.source, target), ...encodeCache(part) };
}

/** https://platform.claude.com/docs/en/build-with-claude/pdf-support */
export function encodeFile(part: FilePart, target: TargetProfile): Block {
  const { title, filename, context, citations } = part;
  return {
    type: 'document',
    source: documentSource(part, target),
    ...given('title', title ?? filename),
    ...given('context', context),
    ...(citations === true ? { citations: { enabled: true } } : {}),
    ...encodeCache(part),
  };
}

function imageSource(source: MediaSource, target: TargetProfile): Block {
  if (source.kind === 'stored') return storedSource(source);
  if (source.kind === 'url') {
    if (!target.imageUrls) throw unsupported('messages', 'This vendor fetches no images from addresses.');
    return { type: 'url', url: source.url };
  }
  const mediaType = source.kind === 'base64' ? plainType(source.mediaType) : 'text/plain';
  if (source.kind === 'text' || !IMAGE_TYPES.has(mediaType)) {
    throw unsupported('messages', 'This model takes images as JPEG, PNG, GIF and WebP only.');
  }
  return { type: 'base64', media_type: mediaType, data: source.data };
}

function documentSource({ source, mediaType }: FilePart, target: TargetProfile): Block {
  // Text is input like any other: it needs no model that reads files.
  if (source.kind === 'text') return textSource(source.text);
  const type = plainType(source.kind === 'base64' ? source.mediaType : (mediaType ?? PDF));
  if (source.kind === 'base64' && isText(type)) {
    return textSource(Buffer.from(source.data, 'base64').toString('utf8'));
  }
  if (!target.files) throw unsupported('messages', 'This model takes no files.');
  if (source.kind === 'stored') return storedSource(source);
  if (type !== PDF) throw unsupported('messages', 'This model takes files as PDF and text only.');
  if (source.kind === 'base64') return { type: 'base64', media_type: PDF, data: source.data };
  if (!target.fileUrls) throw unsupported('messages', 'This vendor fetches no files from addresses.');
  return { type: 'url', url: source.url };
}

function storedSource({ id, origin }: Extract<MediaSource, { kind: 'stored' }>): Block {
  if (origin !== DIALECT) throw unsupported('messages', 'The file is stored at another vendor.');
  return { type: 'file', file_id: id };
}

function textSource(data: string): Block {
  return { type: 'text', media_type: 'text/plain', data };
}

function plainType(mediaType: string): string {
  const type = (mediaType.split(';')[0] ?? '').trim().toLowerCase();
  return type === 'image/jpg' ? 'image/jpeg' : type;
}

function isText(mediaType: string): boolean {
  return mediaType.startsWith('text/') || mediaType === 'application/json';
}
