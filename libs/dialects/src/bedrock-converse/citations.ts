import type { Citation, JsonObject } from '../canonical/part.js';
import { objectOf, objectsOf, textOf } from '../json/tolerant.js';
import { DIALECT } from './wire.js';

/** https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Citation.html */
export function decodeCitation(citation: JsonObject): Citation {
  const cited = objectsOf(citation['sourceContent'])
    .map(({ text }) => textOf(text) ?? '')
    .join('');
  return {
    url: textOf(objectOf(objectOf(citation['location'])?.['web'])?.['url']) ?? null,
    title: textOf(citation['title']) ?? null,
    citedText: cited === '' ? null : cited,
    start: null,
    end: null,
    raw: { origin: DIALECT, value: citation },
  };
}
