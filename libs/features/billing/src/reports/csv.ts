/** A value of one cell; `null` leaves it empty. */
export type Cell = string | number | null;

const LINE_END = '\r\n';
/** A spreadsheet takes a cell that begins so for a formula, and runs it. */
const FORMULA_START = /^[\s]*[=+\-@\t\r]/;
const DECIMAL = /^-?\d+(\.\d+)?$/;
const NEEDS_QUOTES = /[",\r\n]/;

/** RFC 4180 text. A text that a spreadsheet would run is prefixed with an apostrophe; numbers stay as they are. */
export function toCsv(header: readonly string[], rows: readonly (readonly Cell[])[]): string {
  return [header, ...rows].map((cells) => cells.map(toCell).join(',') + LINE_END).join('');
}

function toCell(value: Cell): string {
  if (value === null) return '';
  const text = String(value);
  const safe = FORMULA_START.test(text) && !DECIMAL.test(text) ? `'${text}` : text;
  return NEEDS_QUOTES.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
