import { TOKEN } from './token.js';

/** A CR or LF alone, with which a head could be read in two ways, or another control character but TAB. */
export const STRAY_CONTROL = /\r(?!\n)|[^\r]\n|[^\t\r\n\x20-\x7e\x80-\xff]/;
/** What a header's value may be written of: visible characters, blanks and bytes above ASCII, one byte each. */
export const FIELD_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;

/** Of such a value, for whoever goes through it anyway: `code` as `charCodeAt` has it. */
export function isFieldCharacter(code: number): boolean {
  return code >= 0x20 ? code !== 0x7f && code <= 0xff : code === 0x09;
}

/**
 * Reads the header lines of a head without stray control characters, as RFC 9112 has them and no laxer: no folded line, no
 * space before a colon.
 *
 * @param text ends before the last line's end, a character for each byte
 * @param add told each name, in lower case, and its value without the blanks around it
 * @returns `false`: a line is no header
 */
export function readHeaderLines(
  text: string,
  from: number,
  add: (name: string, value: string) => void,
): boolean {
  let at = from;
  while (at < text.length) {
    const found = text.indexOf('\r\n', at);
    const end = found === -1 ? text.length : found;
    const colon = text.indexOf(':', at);
    if (colon === -1 || colon >= end) return false;
    const name = nameOf(text.slice(at, colon));
    if (name === undefined) return false;
    add(name, valueOf(text, colon + 1, end));
    at = end + 2;
  }
  return true;
}

/** Names as others write them, and in lower case: the same few with every message. */
const names = new Map<string, string>();
const NAMES_MAX = 512;
const NAME_CHARACTERS_MAX = 64;

function nameOf(written: string): string | undefined {
  const known = names.get(written);
  if (known !== undefined) return known;
  if (!TOKEN.test(written)) return undefined;
  const name = written.toLowerCase();
  if (names.size < NAMES_MAX && name.length <= NAME_CHARACTERS_MAX) names.set(written, name);
  return name;
}

const TAB = 0x09;
const SPACE = 0x20;

/** A header's value without the spaces and tabs around it, and these alone: to others a no-break space is part of it. */
export function valueOf(text: string, start: number, end: number): string {
  let from = start;
  let to = end;
  while (from < to && isBlank(text.charCodeAt(from))) from += 1;
  while (to > from && isBlank(text.charCodeAt(to - 1))) to -= 1;
  return text.slice(from, to);
}

function isBlank(code: number): boolean {
  return code === SPACE || code === TAB;
}
