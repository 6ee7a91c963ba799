/** Streams repeat `"usage":null` in every event and bring the object last: further back it is not looked for. */
const CANDIDATES_MAX = 4;
const OBJECT_BYTES_MAX = 8_192;

/**
 * Where the last object under a member name lies: `[start, end)` of the object itself.
 *
 * Inside a string the quotes around the word would be escaped, so `"usage"` in the bytes is always a whole JSON string:
 * a member name when a colon and an object follow. It may be a member of another object than the one that is meant
 * (arguments of a tool that are written as JSON): look only where a dialect writes none behind it.
 *
 * @param name the name with its quotes, in bytes
 */
export function lastObjectRange(bytes: Buffer, name: Buffer): { start: number; end: number } | undefined {
  let at = bytes.lastIndexOf(name);
  for (let candidates = 0; at !== -1 && candidates < CANDIDATES_MAX; candidates += 1) {
    const start = objectAfterColon(bytes, at + name.length);
    const end = start === undefined ? undefined : endOfFlatObject(bytes, start);
    if (start !== undefined && end !== undefined) return { start, end };
    at = at === 0 ? -1 : bytes.lastIndexOf(name, at - 1);
  }
  return undefined;
}

function objectAfterColon(bytes: Buffer, from: number): number | undefined {
  const colon = skipSpace(bytes, from);
  if (bytes[colon] !== 0x3a) return undefined;
  const value = skipSpace(bytes, colon + 1);
  return bytes[value] === 0x7b ? value : undefined;
}

function skipSpace(bytes: Buffer, from: number): number {
  let at = from;
  while (bytes[at] === 0x20 || bytes[at] === 0x0a || bytes[at] === 0x0d || bytes[at] === 0x09) at += 1;
  return at;
}

/** Usage objects hold numbers and short strings; a brace inside a string would end in a parse error, not in a wrong count. */
function endOfFlatObject(bytes: Buffer, start: number): number | undefined {
  let depth = 0;
  const limit = Math.min(bytes.length, start + OBJECT_BYTES_MAX);
  for (let at = start; at < limit; at += 1) {
    if (bytes[at] === 0x7b) depth += 1;
    else if (bytes[at] === 0x7d) {
      depth -= 1;
      if (depth === 0) return at + 1;
    }
  }
  return undefined;
}
