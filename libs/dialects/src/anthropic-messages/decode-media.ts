import type { FilePart, ImagePart, MediaSource, TextPart } from '../canonical/part.js';
import { given } from '../json/tolerant.js';
import { decodeCache } from './cache-mark.js';
import { DIALECT, type DocumentBlock, type ImageBlock, type SearchResultBlock } from './wire.js';

const DATA_URL = /^data:([^;,]*)(?:;[^,]*)?;base64,/;

export function decodeImage(block: ImageBlock): ImagePart {
  return { type: 'image', source: mediaSource(block.source), ...decodeCache(block) };
}

/** A document of blocks becomes one of text, followed by its images. */
export function decodeDocument(block: DocumentBlock): (FilePart | ImagePart)[] {
  const { source } = block;
  if (source.type !== 'content') return [{ ...fileFacts(block), ...fileSource(source) }];
  const blocks = typeof source.content === 'string' ? [] : source.content;
  const texts = blocks.flatMap((entry) => (entry.type === 'text' ? [entry.text] : []));
  const text = typeof source.content === 'string' ? source.content : texts.join('\n\n');
  const images = blocks.flatMap((entry) => (entry.type === 'image' ? [decodeImage(entry)] : []));
  return [{ ...fileFacts(block), ...textSource(text) }, ...images];
}

/** A document that says where it comes from: it can be cited, and any dialect can tell it. */
export function decodeSearchResult(block: SearchResultBlock): FilePart {
  const { source, title, content } = block;
  const text = content.map((entry: Pick<TextPart, 'text'>) => entry.text).join('\n\n');
  return { ...fileFacts({ ...block, title, context: source }), ...textSource(text) };
}

function fileFacts({
  title,
  context,
  citations,
  ...block
}: Pick<DocumentBlock, 'title' | 'context' | 'citations' | 'cache_control'>): Pick<
  FilePart,
  'type' | 'title' | 'context' | 'citations' | 'cache'
> {
  return {
    type: 'file',
    ...given('title', title ?? undefined),
    ...given('context', context ?? undefined),
    ...(citations?.enabled === true ? { citations: true } : {}),
    ...decodeCache(block),
  };
}

function fileSource(
  source: Exclude<DocumentBlock['source'], { type: 'content' }>,
): Pick<FilePart, 'source' | 'mediaType'> {
  switch (source.type) {
    case 'text':
      return textSource(source.data);
    case 'file':
      return { source: mediaSource(source), mediaType: null };
    case 'base64':
      return { source: mediaSource(source), mediaType: source.media_type };
    case 'url':
      return { source: mediaSource(source), mediaType: 'application/pdf' };
  }
}

function textSource(text: string): Pick<FilePart, 'source' | 'mediaType'> {
  return { source: { kind: 'text', text }, mediaType: 'text/plain' };
}

function mediaSource(source: ImageBlock['source']): MediaSource {
  if (source.type === 'base64') return { kind: 'base64', data: source.data, mediaType: source.media_type };
  if (source.type === 'file') return { kind: 'stored', id: source.file_id, origin: DIALECT };
  const [prefix, mediaType] = DATA_URL.exec(source.url) ?? [];
  return prefix === undefined || mediaType === undefined
    ? { kind: 'url', url: source.url }
    : { kind: 'base64', data: source.url.slice(prefix.length), mediaType };
}
