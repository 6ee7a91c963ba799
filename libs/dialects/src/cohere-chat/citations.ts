import type { Citation, JsonObject } from '../canonical/part.js';
import { numberOf, objectOf, objectsOf, textOf } from '../json/tolerant.js';
import { DIALECT } from './wire.js';

/**
 * One for each source of a citation. https://docs.cohere.com/docs/rag-citations
 *
 * @param text the whole text that is cited: Cohere counts its characters, the canonical form UTF-16 units
 */
export function decodeCitation(citation: JsonObject, text: string): readonly Citation[] {
  const units = unitsOf(text);
  const place = {
    start: units(numberOf(citation['start'])),
    end: units(numberOf(citation['end'])),
    raw: { origin: DIALECT, value: citation },
  } as const;
  const sources = objectsOf(citation['sources']);
  if (sources.length === 0) return [{ url: null, title: null, citedText: null, ...place }];
  return sources.map((source) => ({ ...decodeSource(source), ...place }));
}

/** A document of the request, or what a tool gave. */
function decodeSource(source: JsonObject): Pick<Citation, 'url' | 'title' | 'citedText'> {
  const document = objectOf(source['document']) ?? objectOf(source['tool_output']) ?? {};
  const words = ['snippet', 'text', 'content'].map((name) => textOf(document[name]));
  return {
    url: textOf(document['url']) ?? null,
    title: textOf(document['title']) ?? textOf(source['id']) ?? null,
    citedText: words.find((candidate) => candidate !== undefined) ?? null,
  };
}

const SURROGATE = /[\ud800-\udbff]/;

function unitsOf(text: string): (characters: number | undefined) => number | null {
  if (!SURROGATE.test(text)) return (characters) => characters ?? null;
  const letters = [...text];
  return (characters) =>
    characters === undefined ? null : letters.slice(0, Math.max(0, characters)).join('').length;
}
