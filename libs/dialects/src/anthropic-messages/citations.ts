import type { DialectId } from '@tollgate/contracts';
import type { Citation, JsonObject } from '../canonical/part.js';
import { packSignature } from '../canonical/signature.js';
import { objectsOf, textOf } from '../json/tolerant.js';
import { DIALECT } from './wire.js';

const WEB = 'web_search_result_location';

/**
 * A citation covers the whole text block that it stands in: the vendor begins a new one for each cited sentence.
 * https://platform.claude.com/docs/en/build-with-claude/citations
 */
export function decodeCitation(value: JsonObject, length: number): Citation {
  return {
    url: textOf(value['url']) ?? textOf(value['source']) ?? null,
    title: textOf(value['title']) ?? textOf(value['document_title']) ?? null,
    citedText: textOf(value['cited_text']) ?? null,
    start: 0,
    end: length,
    raw: { origin: DIALECT, value },
  };
}

export function decodeCitations(values: unknown, text: string): { citations?: readonly Citation[] } {
  const citations = objectsOf(values).map((value) => decodeCitation(value, text.length));
  return citations.length === 0 ? {} : { citations };
}

/**
 * For a client. Citations of other vendors are written as finds of a web search, which name an address; `undefined`
 * for those without one.
 */
export function encodeCitation({ url, title, citedText, raw }: Citation): JsonObject | undefined {
  if (raw?.origin === DIALECT) return raw.value as JsonObject;
  if (url === null) return undefined;
  return { type: WEB, url, title, cited_text: citedText ?? '', encrypted_index: foreignMark(raw?.origin) };
}

/** For the vendor, which takes only citations back that it made: its search results are known by their index. */
export function ownCitations(citations: readonly Citation[] | undefined): readonly unknown[] {
  return (citations ?? []).map(({ raw }) => (raw?.origin === DIALECT ? raw.value : undefined)).filter(isOwn);
}

function isOwn(value: unknown): value is JsonObject {
  const [citation] = objectsOf([value]);
  return citation !== undefined && (citation['type'] !== WEB || isOwnIndex(citation['encrypted_index']));
}

function isOwnIndex(index: unknown): boolean {
  return typeof index === 'string' && index !== '' && !index.startsWith(FOREIGN);
}

const FOREIGN = packSignature({ origin: 'openai-completions', value: '' }, DIALECT).split('.')[0] ?? '';

/**
 * Stands where the vendor's own proof would: a body that gives it back holds foreign state, and is translated instead
 * of being sent to the vendor, which would refuse it.
 */
export function foreignMark(origin: DialectId = 'openai-completions'): string {
  return packSignature({ origin, value: '' }, DIALECT);
}
