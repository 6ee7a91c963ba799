import { GatewayError } from '@tollgate/contracts';
import type {
  CacheMark,
  FilePart,
  ImagePart,
  MediaSource,
  OpaquePart,
  TextPart,
  ToolResultPart,
} from '../canonical/part.js';
import type { RefusalPart } from '../canonical/part.js';
import { given } from '../json/tolerant.js';
import { decodeAnnotation } from './citations.js';
import { DIALECT, type WireContent, type WirePart } from './wire.js';

type ContentPart = ToolResultPart['content'][number] | RefusalPart;
type Wire<Type extends string> = Extract<WirePart, { readonly type: Type }>;
type TextWire = Extract<WirePart, { readonly text: string }>;

/** @throws GatewayError `invalid_request` for media without bytes, address or id */
export function decodeContent(content: WireContent, field: string): readonly ContentPart[] {
  if (typeof content === 'string') return [{ type: 'text', text: content }];
  return content.map((part, index) => decodePart(part, `${field}[${index}]`));
}

function decodePart(part: WirePart, field: string): ContentPart {
  switch (part.type) {
    case 'input_text':
    case 'output_text':
    case 'text':
      return decodeText(part as TextWire);
    case 'refusal':
      return { type: 'refusal', text: (part as Wire<'refusal'>).refusal };
    case 'input_image':
      return decodeImage(part as Wire<'input_image'>, field);
    case 'input_file':
      return decodeFile(part as Wire<'input_file'>, field);
    case 'input_audio': {
      const { input_audio: audio, ...rest } = part as Wire<'input_audio'>;
      const source = { kind: 'base64', data: audio.data, mediaType: audioType(audio.format) } as const;
      return { type: 'audio', source, ...decodeMark(rest) };
    }
    default:
      return opaque(part);
  }
}

export function opaque(value: { readonly type: string }): OpaquePart {
  return { type: 'opaque', origin: DIALECT, kind: value.type, value: { ...value } };
}

function decodeText({ text, annotations, ...rest }: TextWire): TextPart {
  const citations = (annotations ?? []).map(decodeAnnotation);
  return { type: 'text', text, ...(citations.length > 0 ? { citations } : {}), ...decodeMark(rest) };
}

function decodeImage(
  { image_url: url, file_id: id, detail, ...rest }: Wire<'input_image'>,
  field: string,
): ImagePart {
  const source = url ? addressed(url) : stored(id, field);
  return { type: 'image', source, ...given('detail', detail ?? undefined), ...decodeMark(rest) };
}

function decodeFile(
  { file_data: data, file_url: url, file_id: id, filename, ...rest }: Wire<'input_file'>,
  field: string,
): FilePart {
  const source = url ? addressed(url) : data ? fileBytes(data, filename) : stored(id, field);
  return {
    type: 'file',
    source,
    mediaType: source.kind === 'base64' ? source.mediaType : null,
    ...given('filename', filename ?? undefined),
    ...decodeMark(rest),
  };
}

const DATA_URL = /^data:([^;,]*)(?:;[^;,]*)*;base64,/;

function addressed(url: string): MediaSource {
  return fromDataUrl(url) ?? { kind: 'url', url };
}

/** Some clients leave the prefix out: then the bytes are what the name says, most often a PDF. */
function fileBytes(data: string, filename: string | null | undefined): MediaSource {
  const mediaType = filename?.toLowerCase().endsWith('.txt') === true ? 'text/plain' : 'application/pdf';
  return fromDataUrl(data) ?? { kind: 'base64', data, mediaType };
}

function fromDataUrl(url: string): MediaSource | undefined {
  const [prefix, mediaType] = DATA_URL.exec(url.slice(0, 256)) ?? [];
  if (prefix === undefined) return undefined;
  return {
    kind: 'base64',
    data: url.slice(prefix.length),
    mediaType: mediaType || 'application/octet-stream',
  };
}

function stored(id: string | null | undefined, field: string): MediaSource {
  if (id) return { kind: 'stored', id, origin: DIALECT };
  throw new GatewayError('invalid_request', `The field "${field}" needs an address, bytes or a file id.`, {
    field,
  });
}

const AUDIO_TYPES: ReadonlyMap<string, string> = new Map([
  ['mp3', 'audio/mpeg'],
  ['wav', 'audio/wav'],
]);

function audioType(format: string): string {
  return AUDIO_TYPES.get(format) ?? `audio/${format}`;
}

/** Lifetimes are half an hour, or twelve: the longer one stands for the longer one that other dialects know. */
function decodeMark({ prompt_cache_breakpoint: mark }: Pick<TextWire, 'prompt_cache_breakpoint'>): {
  readonly cache?: CacheMark;
} {
  if (mark === undefined || mark === null) return {};
  return { cache: mark.ttl === '12h' ? { ttl: '1h' } : {} };
}
