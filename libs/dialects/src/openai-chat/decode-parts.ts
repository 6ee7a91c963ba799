import type { Citation, FilePart, MediaSource, Part, TextPart } from '../canonical/part.js';
import { invalidField } from '../json/request-body.js';
import { given, numberOf, objectOf, objectsOf, textOf } from '../json/tolerant.js';
import type { WirePart } from './wire.js';

const ORIGIN = 'openai-chat';
const VIDEO = 'video/mp4';

/** The content of a message. `path`: where it stands, for errors. */
export function decodeContent(
  content: string | readonly WirePart[] | null | undefined,
  path: string,
): Part[] {
  if (content === null || content === undefined) return [];
  if (typeof content === 'string') return content === '' ? [] : [{ type: 'text', text: content }];
  return content.map((part, index) => decodePart(part, `${path}[${index}]`));
}

/** Instructions: only texts can be. */
export function decodeTexts(
  content: string | readonly WirePart[] | null | undefined,
  path: string,
): TextPart[] {
  return decodeContent(content, path).map((part, index) => {
    if (part.type !== 'text') throw invalidField(`${path}[${index}].type`, 'must be "text" here');
    return part;
  });
}

function decodePart(part: WirePart, path: string): Part {
  const { type, text, refusal, cache_control: mark } = part;
  const cache = mark ? { cache: given('ttl', mark.ttl ?? undefined) } : {};
  switch (type) {
    case 'text':
      return { type, text: required(text, `${path}.text`), ...cache };
    case 'refusal':
      return { type, text: required(refusal, `${path}.refusal`) };
    case 'image_url': {
      const { url, detail } = addressed(required(part.image_url, `${path}.image_url`));
      return { type: 'image', source: sourceOf(url), ...given('detail', textOf(detail)), ...cache };
    }
    case 'input_audio': {
      const { data, format } = required(part.input_audio, `${path}.input_audio`);
      return { type: 'audio', source: audioSource(data, format ?? 'wav'), ...cache };
    }
    case 'file':
      return { ...decodeFile(part, path), ...cache };
    case 'video_url': {
      const source = sourceOf(addressed(required(part.video_url, `${path}.video_url`)).url);
      return { type: 'file', source, mediaType: mediaTypeOf(source) ?? VIDEO, ...cache };
    }
    case 'thinking':
      return { type: 'reasoning', text: thinkingText(part.thinking) };
    default:
      return { type: 'opaque', origin: ORIGIN, kind: type, value: part };
  }
}

function decodeFile(part: WirePart, path: string): FilePart {
  const file = required(part.file, `${path}.file`);
  const filename = given('filename', file.filename ?? undefined);
  if (typeof file.file_id === 'string') {
    const source: MediaSource = { kind: 'stored', id: file.file_id, origin: ORIGIN };
    return { type: 'file', source, mediaType: null, ...filename };
  }
  const data = required(file.file_data, `${path}.file.file_data`);
  const source = /^(data|https?):/i.test(data) ? sourceOf(data) : pdfSource(data);
  return { type: 'file', source, mediaType: mediaTypeOf(source), ...filename };
}

/** Some clients leave the `data:` before the base64 out; the only files that OpenAI knows are PDFs. */
function pdfSource(data: string): MediaSource {
  return { kind: 'base64', data, mediaType: 'application/pdf' };
}

function addressed(image: string | { readonly url: string; readonly detail?: unknown }): {
  readonly url: string;
  readonly detail?: unknown;
} {
  return typeof image === 'string' ? { url: image } : image;
}

const DATA_URL = /^data:([^;,]*)(?:;[^;,]*)*?;base64,/i;
const DATA_URL_HEAD_MAX = 200;

/** An address, or the bytes that a `data:` URL holds. */
export function sourceOf(url: string): MediaSource {
  const head = DATA_URL.exec(url.slice(0, DATA_URL_HEAD_MAX));
  if (head === null) return { kind: 'url', url };
  const [prefix, mediaType] = head;
  return {
    kind: 'base64',
    data: url.slice(prefix.length),
    mediaType:
      mediaType === undefined || mediaType === '' ? 'application/octet-stream' : mediaType.toLowerCase(),
  };
}

function mediaTypeOf(source: MediaSource): string | null {
  return source.kind === 'base64' ? source.mediaType : null;
}

const AUDIO_TYPES: Readonly<Record<string, string>> = { mp3: 'audio/mpeg', pcm16: 'audio/pcm' };

function audioSource(data: string, format: string): MediaSource {
  const source = sourceOf(data);
  if (source.kind === 'base64') return source;
  const mediaType = Object.hasOwn(AUDIO_TYPES, format) ? AUDIO_TYPES[format] : undefined;
  return { kind: 'base64', data, mediaType: mediaType ?? `audio/${format}` };
}

/** What Mistral's `thinking` parts hold. */
export function thinkingText(thinking: unknown): string {
  if (typeof thinking === 'string') return thinking;
  return objectsOf(thinking)
    .map(({ text }) => textOf(text) ?? '')
    .join('');
}

/** https://platform.openai.com/docs/guides/tools-web-search?api-mode=chat#output-and-citations */
export function decodeAnnotation(value: unknown): Citation | undefined {
  const annotation = objectOf(value);
  const citation = objectOf(annotation?.['url_citation']);
  const url = textOf(citation?.['url']);
  if (citation === undefined || url === undefined) return undefined;
  return {
    url,
    title: textOf(citation['title']) ?? null,
    citedText: textOf(citation['content']) ?? null,
    start: numberOf(citation['start_index']) ?? null,
    end: numberOf(citation['end_index']) ?? null,
    raw: { origin: ORIGIN, value },
  };
}

/** A member that its part is nothing without. @throws GatewayError `invalid_request` */
export function required<Value>(value: Value | null | undefined, field: string): Value {
  if (value === null || value === undefined) throw invalidField(field, 'is missing');
  return value;
}
