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

type Source = Pick<Citation, 'url' | 'title' | 'raw'>;

function sourceOf(chunk: JsonObject): Source {
  const source =
    objectOf(chunk['web']) ?? objectOf(chunk['retrievedContext']) ?? objectOf(chunk['maps']) ?? {};
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

/** Converts between offsets in bytes and in UTF-16 units; out of bounds is the end. */
class Offsets {
  private readonly bytes: Buffer;

  constructor(text: string) {
    this.bytes = Buffer.from(text);
  }

  units(byte: number): number {
    return this.bytes.toString('utf8', 0, Math.max(0, byte)).length;
  }
}

/** Citations of a text as clients of the dialect read them; `undefined` without any. */
export function encodeGrounding(citations: readonly Citation[], text: string): JsonObject | undefined {
  if (citations.length === 0) return undefined;
  const chunks = new Map<string, { readonly index: number; readonly chunk: JsonObject }>();
  const supports: JsonObject[] = [];
  for (const { url, title, citedText, start, end } of citations) {
    const key = `${url ?? ''} ${title ?? ''}`;
    const known = chunks.get(key) ?? {
      index: chunks.size,
      chunk: { web: { uri: url ?? '', title: title ?? '' } },
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
