import type { Citation, JsonObject } from '../canonical/part.js';
import { arrayOf, numberOf, objectOf, objectsOf, textOf } from '../json/tolerant.js';
import { DIALECT } from './wire.js';

/**
 * Where sentences of a text came from. The vendor counts bytes of UTF-8; citations count UTF-16 units.
 * https://ai.google.dev/gemini-api/docs/google-search#attributing_sources_with_inline_citations
 */
export function decodeGrounding(candidate: JsonObject, text: string): Citation[] {
  const grounding = objectOf(candidate['groundingMetadata']) ?? {};
  const chunks = objectsOf(grounding['groundingChunks']).map(sourceOf);
  const supports = objectsOf(grounding['groundingSupports']);
  const offsets = new Offsets(text);
  const supported = supports.flatMap((support) =>
    arrayOf(support['groundingChunkIndices']).flatMap((index): Citation[] => {
      const source = typeof index === 'number' ? chunks[index] : undefined;
      return source === undefined
        ? []
        : [{ ...source, ...segmentOf(objectOf(support['segment']) ?? {}, offsets) }];
    }),
  );
  const loose = supports.length > 0 ? [] : chunks.map((source): Citation => ({ ...source, ...NOWHERE }));
  return [...supported, ...loose, ...recitations(candidate, offsets)];
}

const NOWHERE = { citedText: null, start: null, end: null } as const;

/** Kinds of sources. https://ai.google.dev/api/generate-content#GroundingChunk */
const SOURCES = ['web', 'retrievedContext', 'maps'] as const;

type Source = Pick<Citation, 'url' | 'title' | 'raw'>;

function sourceOf(chunk: JsonObject): Source {
  const source = SOURCES.map((name) => objectOf(chunk[name])).find((value) => value !== undefined) ?? {};
  return {
    url: textOf(source['uri']) ?? null,
    title: textOf(source['title']) ?? null,
    raw: { origin: DIALECT, value: chunk },
  };
}

type Place = Pick<Citation, 'citedText' | 'start' | 'end'>;

function segmentOf(segment: JsonObject, offsets: Offsets): Place {
  const end = numberOf(segment['endIndex']);
  return {
    citedText: textOf(segment['text']) ?? null,
    start: end === undefined ? null : offsets.units(numberOf(segment['startIndex']) ?? 0),
    end: end === undefined ? null : offsets.units(end),
  };
}

/** Texts that the model knows by heart: https://ai.google.dev/api/generate-content#citationmetadata */
function recitations(candidate: JsonObject, offsets: Offsets): Citation[] {
  const metadata = objectOf(candidate['citationMetadata']) ?? {};
  return objectsOf(metadata['citationSources'] ?? metadata['citations']).map((source) => ({
    url: textOf(source['uri']) ?? null,
    title: textOf(source['title']) ?? null,
    ...segmentOf(source, offsets),
    citedText: null,
    raw: { origin: DIALECT, value: source },
  }));
}

const STRIDE_BYTES = 1_024;
const CONTINUATION = 0x80;
const LEAD_OF_TWO = 0xc0;
const LEAD_OF_FOUR = 0xf0;

/**
 * Turns offsets in bytes into such in UTF-16 units; out of bounds is the end. Counts once through the text and remembers
 * the count at each KiB: an answer may have thousands of sources.
 */
class Offsets {
  private readonly bytes: Buffer;
  private readonly counts: number[] = [0];

  constructor(text: string) {
    this.bytes = Buffer.from(text);
  }

  units(byte: number): number {
    const end = Math.min(Math.max(0, Math.floor(byte)), this.bytes.length);
    const stride = Math.floor(end / STRIDE_BYTES);
    for (let known = this.counts.length; known <= stride; known += 1) {
      const start = (known - 1) * STRIDE_BYTES;
      this.counts.push((this.counts[known - 1] ?? 0) + this.unitsWithin(start, start + STRIDE_BYTES));
    }
    return (this.counts[stride] ?? 0) + this.unitsWithin(stride * STRIDE_BYTES, end);
  }

  /** A character of four bytes is a pair of units; of any other, the first byte counts. */
  private unitsWithin(start: number, end: number): number {
    let units = 0;
    for (let at = start; at < end; at += 1) {
      const byte = this.bytes[at] ?? 0;
      if (byte >= LEAD_OF_FOUR) units += 2;
      else if (byte < CONTINUATION || byte >= LEAD_OF_TWO) units += 1;
    }
    return units;
  }
}

/** Citations of a text as clients of the dialect read them; `undefined` without any. */
export function encodeGrounding(citations: readonly Citation[], text: string): JsonObject | undefined {
  if (citations.length === 0) return undefined;
  const chunks = new Map<string, { readonly index: number; readonly chunk: JsonObject }>();
  const supports: JsonObject[] = [];
  for (const { url, title, citedText, start, end, raw } of citations) {
    const key = `${url ?? ''} ${title ?? ''}`;
    const known = chunks.get(key) ?? {
      index: chunks.size,
      chunk: ownChunk(raw) ?? { web: { uri: url ?? '', title: title ?? '' } },
    };
    chunks.set(key, known);
    if (start === null || end === null) continue;
    supports.push({
      segment: {
        startIndex: Buffer.byteLength(text.slice(0, start)),
        endIndex: Buffer.byteLength(text.slice(0, end)),
        text: citedText ?? text.slice(start, end),
      },
      groundingChunkIndices: [known.index],
    });
  }
  return {
    groundingChunks: [...chunks.values()].map(({ chunk }) => chunk),
    ...(supports.length === 0 ? {} : { groundingSupports: supports }),
  };
}

/** A source as the vendor wrote it; a recitation is none. */
function ownChunk(raw: Citation['raw']): JsonObject | undefined {
  const value = raw?.origin === DIALECT ? objectOf(raw.value) : undefined;
  return SOURCES.some((name) => objectOf(value?.[name]) !== undefined) ? value : undefined;
}
