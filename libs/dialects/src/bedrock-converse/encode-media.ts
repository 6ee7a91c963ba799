import { unsupported } from '../canonical/failure.js';
import type { AudioPart, FilePart, ImagePart, MediaSource } from '../canonical/part.js';
import type { TargetProfile } from '../canonical/target.js';
import type { Warnings } from '../canonical/warning.js';
import { given } from '../json/tolerant.js';
import type { Block } from './wire.js';

/** https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ImageBlock.html */
const IMAGES: ReadonlyMap<string, string> = new Map([
  ['image/png', 'png'],
  ['image/jpeg', 'jpeg'],
  ['image/jpg', 'jpeg'],
  ['image/gif', 'gif'],
  ['image/webp', 'webp'],
]);

/** https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_DocumentBlock.html */
const DOCUMENTS: ReadonlyMap<string, string> = new Map([
  ['application/pdf', 'pdf'],
  ['text/csv', 'csv'],
  ['application/msword', 'doc'],
  ['application/vnd.openxmlformats-officedocument.wordprocessingml.document', 'docx'],
  ['application/vnd.ms-excel', 'xls'],
  ['application/vnd.openxmlformats-officedocument.spreadsheetml.sheet', 'xlsx'],
  ['text/html', 'html'],
  ['text/markdown', 'md'],
  ['text/plain', 'txt'],
  ['application/json', 'txt'],
]);

/** https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_VideoBlock.html */
const VIDEOS: ReadonlyMap<string, string> = new Map([
  ['video/mp4', 'mp4'],
  ['video/quicktime', 'mov'],
  ['video/x-matroska', 'mkv'],
  ['video/webm', 'webm'],
  ['video/x-flv', 'flv'],
  ['video/mpeg', 'mpeg'],
  ['video/x-ms-wmv', 'wmv'],
  ['video/3gpp', 'three_gp'],
]);

/** https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_AudioBlock.html */
const AUDIOS: ReadonlyMap<string, string> = new Map([
  ['audio/mpeg', 'mp3'],
  ['audio/mp3', 'mp3'],
  ['audio/wav', 'wav'],
  ['audio/x-wav', 'wav'],
  ['audio/ogg', 'ogg'],
  ['audio/opus', 'opus'],
  ['audio/flac', 'flac'],
  ['audio/aac', 'aac'],
  ['audio/mp4', 'm4a'],
  ['audio/webm', 'webm'],
]);

/** Writes media of one conversation; documents get names that are unique in it, as the vendor demands. */
export class MediaEncoder {
  private readonly names = new Set<string>();

  constructor(
    private readonly target: TargetProfile,
    private readonly warnings: Warnings,
  ) {}

  image({ source, detail }: ImagePart): Block {
    if (!this.target.images) throw unsupported('messages', 'This model takes no images.');
    if (detail !== undefined && detail !== 'auto') {
      this.warnings.add('dropped', 'messages[].detail', 'the vendor chooses the detail of images itself');
    }
    const { data, mediaType } = bytesOf(source);
    return { image: { format: formatOf(IMAGES, mediaType, 'images'), source: { bytes: data } } };
  }

  audio({ source }: AudioPart): Block {
    if (!this.target.audio) throw unsupported('messages', 'This model takes no audio.');
    const { data, mediaType } = bytesOf(source);
    return { audio: { format: formatOf(AUDIOS, mediaType, 'audio'), source: { bytes: data } } };
  }

  file(part: FilePart): Block {
    if (!this.target.files) throw unsupported('messages', 'This model takes no files.');
    const { source, title, filename, context, citations } = part;
    const { data, mediaType } = bytesOf(source);
    const video = VIDEOS.get(mediaType);
    if (video !== undefined) return { video: { format: video, source: { bytes: data } } };
    return {
      document: {
        format: formatOf(DOCUMENTS, mediaType, 'files'),
        name: this.nameOf(title ?? filename ?? 'Document'),
        source: { bytes: data },
        ...given('context', context),
        ...(citations === true ? { citations: { enabled: true } } : {}),
      },
    };
  }

  /** Letters, digits, single spaces, hyphens and brackets are all that a name may hold. */
  private nameOf(wished: string): string {
    const base =
      wished
        .replace(/[^A-Za-z0-9()[\]-]+/g, ' ')
        .trim()
        .slice(0, 190) || 'Document';
    let name = base;
    for (let count = 2; this.names.has(name); count += 1) name = `${base} ${count}`;
    this.names.add(name);
    return name;
  }
}

function bytesOf(source: MediaSource): { readonly data: string; readonly mediaType: string } {
  switch (source.kind) {
    case 'base64':
      return { data: source.data, mediaType: (source.mediaType.split(';')[0] ?? '').trim().toLowerCase() };
    case 'text':
      return { data: Buffer.from(source.text).toString('base64'), mediaType: 'text/plain' };
    case 'url':
      throw unsupported('messages', 'This vendor fetches nothing from addresses.');
    case 'stored':
      throw unsupported('messages', 'The file is stored at another vendor.');
  }
}

function formatOf(formats: ReadonlyMap<string, string>, mediaType: string, what: string): string {
  const format = formats.get(mediaType);
  if (format !== undefined) return format;
  throw unsupported(
    'messages',
    `This vendor takes ${what} as ${[...new Set(formats.values())].join(', ')} only.`,
  );
}
