import type { Citation, JsonObject } from '../canonical/part.js';
import type { Warnings } from '../canonical/warning.js';
import { numberOf, objectOf, textOf } from '../json/tolerant.js';
import { DIALECT } from './wire.js';

/** https://platform.openai.com/docs/guides/tools-web-search#output-and-citations */
export function decodeAnnotation(annotation: JsonObject): Citation {
  return {
    url: textOf(annotation['url']) ?? null,
    title: textOf(annotation['title']) ?? textOf(annotation['filename']) ?? null,
    citedText: null,
    start: numberOf(annotation['start_index']) ?? null,
    end: numberOf(annotation['end_index']) ?? null,
    raw: { origin: DIALECT, value: annotation },
  };
}

/** Where a text block lies within the text that it became part of: `[start, end)`. */
export interface TextRange {
  readonly start: number;
  readonly end: number;
}

/** `undefined`, with a warning, for a source without an address. */
export function encodeAnnotation(
  citation: Citation,
  { start, end }: TextRange,
  warnings: Warnings,
): JsonObject | undefined {
  const own = citation.raw?.origin === DIALECT ? objectOf(citation.raw.value) : undefined;
  if (own !== undefined) return moved(own, start);
  if (citation.url === null) {
    warnings.add('dropped', 'answer.citations', 'a source needs an address here');
    return undefined;
  }
  return {
    type: 'url_citation',
    start_index: start + (citation.start ?? 0),
    end_index: citation.end === null ? end : start + citation.end,
    url: citation.url,
    title: citation.title ?? citation.url,
  };
}

/** For the vendor, which takes back what it wrote. */
export function ownAnnotations(citations: readonly Citation[] | undefined): readonly JsonObject[] {
  return (citations ?? [])
    .map(({ raw }) => (raw?.origin === DIALECT ? objectOf(raw.value) : undefined))
    .filter((annotation) => annotation !== undefined);
}

/** Two blocks of text became one: the positions of the later one move. */
function moved(annotation: JsonObject, by: number): JsonObject {
  if (by === 0) return annotation;
  const positions = ['start_index', 'end_index']
    .map((name) => [name, numberOf(annotation[name])] as const)
    .filter((entry): entry is [string, number] => entry[1] !== undefined);
  return { ...annotation, ...Object.fromEntries(positions.map(([name, at]) => [name, at + by])) };
}
