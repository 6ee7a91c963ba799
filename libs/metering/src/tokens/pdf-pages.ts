const TYPE = Buffer.from('/Type');
/** Behind `/Type`: `/Page`, but not `/Pages`, the node above them. */
const PAGE = /^\s*\/Page(?![A-Za-z])/;
/** Of a page whose description is compressed with others (PDF 1.5), so that it can't be seen without unpacking. */
const BYTES_PER_PAGE = 50_000;
/** Far more than vendors take in a request. */
const PAGES_MAX = 10_000;

/**
 * Pages of a PDF: its page objects, counted without reading the file's structure; guessed from its length where none
 * can be seen. At least 1.
 *
 * @param bytes its beginning, or all of it
 * @param length all its bytes
 */
export function pdfPages(bytes: Buffer, length: number): number {
  let found = 0;
  for (let at = bytes.indexOf(TYPE); at >= 0; at = bytes.indexOf(TYPE, at + TYPE.length)) {
    const behind = bytes.toString('latin1', at + TYPE.length, at + TYPE.length + 16);
    if (PAGE.test(behind)) found += 1;
  }
  const seen = bytes.length === 0 ? 0 : found * (length / bytes.length);
  return Math.min(PAGES_MAX, Math.max(1, Math.ceil(seen > 0 ? seen : length / BYTES_PER_PAGE)));
}
