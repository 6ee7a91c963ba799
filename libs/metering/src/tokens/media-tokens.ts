import type { FilePart, ImagePart, MediaSource } from '@tollgate/dialects';
import { audioSeconds } from './audio-length.js';
import { readImageSize, type ImageSize } from './image-size.js';
import type { MediaRules } from './media-rules.js';
import { pdfPages } from './pdf-pages.js';

/** What the gateway does not see (a URL, a file at the vendor) is taken for a thing of usual size. */
const UNSEEN_IMAGE: ImageSize = { width: 1_024, height: 1_024 };
const UNSEEN_SECONDS = 60;
const UNSEEN_PAGES = 10;

/** Base64 characters: a JPEG's size may stand behind a preview and a colour profile. */
const IMAGE_HEAD_LENGTH = 350_000;
const AUDIO_HEAD_LENGTH = 8_192;
/** Pages behind these are taken to be as many for their bytes as those before. */
const PDF_HEAD_LENGTH = 8 * 1_048_576;
/** Of a video at 1 Mbit/s. */
const VIDEO_BYTES_PER_SECOND = 125_000;

export function imagePartTokens({ source, detail }: ImagePart, rules: MediaRules): number {
  const size = source.kind === 'base64' ? readImageSize(headOf(source.data, IMAGE_HEAD_LENGTH)) : undefined;
  return rules.imageTokens(size ?? UNSEEN_IMAGE, detail);
}

export function audioTokens(source: MediaSource, rules: MediaRules): number {
  const seconds =
    source.kind === 'base64'
      ? audioSeconds(headOf(source.data, AUDIO_HEAD_LENGTH), decodedLength(source.data), source.mediaType)
      : UNSEEN_SECONDS;
  return Math.ceil(seconds * rules.audioTokensPerSecond);
}

/** What a file costs: as text to be counted, or in tokens. */
export interface FileCost {
  readonly text?: string;
  readonly input?: number;
  readonly audioInput?: number;
  readonly imageInput?: number;
}

export function filePartCost({ source, mediaType }: FilePart, rules: MediaRules): FileCost {
  if (source.kind === 'text') return { text: source.text };
  const type = (source.kind === 'base64' ? source.mediaType : (mediaType ?? '')).toLowerCase();
  if (type.startsWith('image/')) return { imageInput: imagePartTokens({ type: 'image', source }, rules) };
  if (type.startsWith('audio/')) return { audioInput: audioTokens(source, rules) };
  if (type.startsWith('video/')) return { imageInput: videoTokens(source, rules) };
  if (isText(type)) {
    return source.kind === 'base64' ? { text: Buffer.from(source.data, 'base64').toString('utf8') } : {};
  }
  return { input: pages(source) * rules.pdfTokensPerPage };
}

function videoTokens(source: MediaSource, rules: MediaRules): number {
  const seconds =
    source.kind === 'base64' ? decodedLength(source.data) / VIDEO_BYTES_PER_SECOND : UNSEEN_SECONDS;
  return Math.ceil(seconds * rules.videoTokensPerSecond);
}

/** Other documents become pages, too, where a vendor takes them. */
function pages(source: MediaSource): number {
  if (source.kind !== 'base64') return UNSEEN_PAGES;
  return pdfPages(headOf(source.data, PDF_HEAD_LENGTH), decodedLength(source.data));
}

function isText(mediaType: string): boolean {
  return /^text\/|[/+](json|xml|yaml|csv|javascript)\b/.test(mediaType);
}

function headOf(base64: string, length: number): Buffer {
  return Buffer.from(base64.slice(0, length), 'base64');
}

function decodedLength(base64: string): number {
  return Buffer.byteLength(base64, 'base64');
}
