/** Where what is no fixed part of an event ends that starts there; -1 when it is not what is expected. */
export type EndOfSlot = (text: string, start: number) => number;

/** Where in an event a slot is. */
export interface Place {
  readonly start: number;
  readonly end: number;
}

/** What changes from one delta to the next besides the text, and means nothing. */
export interface TemplateSlot {
  /** In an event that is learned from. */
  readonly placesIn: (data: string) => readonly Place[];
  /** In another one. */
  readonly end: EndOfSlot;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const SPACE = 0x20;

/** Random letters that OpenAI puts into its events, so that their length does not tell the text's. */
export const OBFUSCATION = slotBehind('"obfuscation":"', endOfPadding);

/** What stands behind each mark, and behind a space if there is one. */
export function slotBehind(mark: string, end: EndOfSlot): TemplateSlot {
  const placesIn = (data: string): readonly Place[] => {
    const places: Place[] = [];
    for (let at = data.indexOf(mark); at !== -1; at = data.indexOf(mark, at + mark.length)) {
      const behind = at + mark.length;
      const start = data.charCodeAt(behind) === SPACE ? behind + 1 : behind;
      const slotEnd = end(data, start);
      if (slotEnd !== -1) places.push({ start, end: slotEnd });
    }
    return places;
  };
  return { placesIn, end };
}

/** The contents of a JSON string up to its closing quote; whether JSON allows them is not looked at. */
export function endOfString(text: string, start: number): number {
  let end = text.indexOf('"', start);
  while (end > start && isEscaped(text, end, start)) end = text.indexOf('"', end + 1);
  return end;
}

function isEscaped(text: string, at: number, start: number): boolean {
  let before = at;
  while (before > start && text.charCodeAt(before - 1) === BACKSLASH) before -= 1;
  return (at - before) % 2 === 1;
}

/**
 * A JSON string that holds neither quote nor backslash. (A control character, which JSON forbids there, is taken for
 * itself.) Searched for by memory, not character by character; only for text that ends soon.
 */
export function endOfText(text: string, start: number): number {
  const end = text.indexOf('"', start);
  const escape = text.indexOf('\\', start);
  return escape === -1 || escape > end ? end : -1;
}

/** The same for few characters, wherever the text may end, and without control characters. */
export function endOfPadding(text: string, start: number): number {
  let at = start;
  for (let code = text.charCodeAt(at); code !== QUOTE; code = text.charCodeAt(at)) {
    // NaN behind the end is no character either.
    if (!(code >= SPACE) || code === BACKSLASH) return -1;
    at += 1;
  }
  return at;
}

export function endOfSpaces(text: string, start: number): number {
  let at = start;
  while (text.charCodeAt(at) === SPACE) at += 1;
  return at;
}

/** A whole number that is not negative. */
export function endOfNumber(text: string, start: number): number {
  let at = start;
  for (let code = text.charCodeAt(at); code >= 0x30 && code <= 0x39; code = text.charCodeAt(at)) at += 1;
  // JSON has no leading zeros.
  const leads = at > start + 1 && text.charCodeAt(start) === 0x30;
  return at === start || leads ? -1 : at;
}
