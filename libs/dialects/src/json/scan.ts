import { GatewayError } from '@tollgate/contracts';

/** Where the value of a top-level member lies in the bytes: `[start, end)`. */
export interface ValueRange {
  readonly start: number;
  readonly end: number;
}

export interface ScanResult<Key extends string> {
  /** Values of the wanted members that are present. */
  readonly values: Partial<Record<Key, ValueRange>>;
  /** Position just behind the opening brace: where a new member, and a comma, can be inserted. */
  readonly insertAt: number;
}

const DEPTH_MAX = 128;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const COLON = 0x3a;
const COMMA = 0x2c;
const ZERO = 0x30;
const NINE = 0x39;

/**
 * Finds top-level members of a JSON object in its bytes, without building the object.
 *
 * The whole text is checked against the JSON grammar except for the inside of strings, so that what passes here is
 * what the vendor parses. A wanted member that appears twice, spelt with escapes (`"mod\u0065l"`) or in other letters
 * (`"Model"`, which Go's parser takes for `"model"`), is refused: the gateway and the vendor might read different ones,
 * and permissions and prices hang on them.
 *
 * @throws GatewayError `invalid_json` with the byte offset, `duplicate_field`
 */
export function scanObject<Key extends string>(body: Buffer, wanted: readonly Key[]): ScanResult<Key> {
  return new ObjectScanner(body, wanted).scan();
}

class ObjectScanner<Key extends string> {
  private readonly values: Partial<Record<Key, ValueRange>> = {};

  constructor(
    private readonly body: Buffer,
    private readonly wanted: readonly Key[],
  ) {}

  scan(): ScanResult<Key> {
    const { body } = this;
    let at = this.skipSpace(0);
    if (body[at] !== OPEN_BRACE) throw this.invalid(at, 'expected an object');
    const insertAt = at + 1;
    at = this.skipSpace(insertAt);
    at = body[at] === CLOSE_BRACE ? at + 1 : this.members(at);
    if (this.skipSpace(at) !== body.length) throw this.invalid(at, 'expected the end of the body');
    return { values: this.values, insertAt };
  }

  /** Reads `"key": value, …}` of the outermost object; returns the position behind its brace. */
  private members(from: number): number {
    const { body } = this;
    let at = from;
    for (;;) {
      if (body[at] !== QUOTE) throw this.invalid(at, 'expected a member name');
      const keyEnd = this.skipString(at);
      const key = this.wantedKey(at, keyEnd);
      at = this.skipSpace(keyEnd);
      if (body[at] !== COLON) throw this.invalid(at, 'expected ":"');
      const start = this.skipSpace(at + 1);
      const end = this.skipValue(start);
      if (key !== undefined) this.remember(key, { start, end });
      at = this.skipSpace(end);
      if (body[at] === CLOSE_BRACE) return at + 1;
      if (body[at] !== COMMA) throw this.invalid(at, 'expected "," or "}"');
      at = this.skipSpace(at + 1);
    }
  }

  private remember(key: Key, range: ValueRange): void {
    if (this.values[key] !== undefined) {
      throw new GatewayError('duplicate_field', `The field "${key}" appears more than once.`, { field: key });
    }
    this.values[key] = range;
  }

  private wantedKey(start: number, end: number): Key | undefined {
    const { body } = this;
    const length = end - start - 2;
    for (const key of this.wanted) {
      if (key.length === length && matches(body, start + 1, key)) return key;
    }
    if (length > 256 || isPlain(body, start + 1, end - 1)) return undefined;
    const decoded = foldCase(this.decodeKey(start, end));
    const disguised = this.wanted.find((key) => key === decoded);
    if (disguised === undefined) return undefined;
    throw new GatewayError('duplicate_field', `The field "${disguised}" must be written exactly so.`, {
      field: disguised,
    });
  }

  private decodeKey(start: number, end: number): string {
    try {
      return JSON.parse(this.body.toString('utf8', start, end)) as string;
    } catch (cause) {
      throw this.invalid(start, 'malformed member name', cause);
    }
  }

  /** Skips one value of any kind, nested ones by an explicit stack: no recursion, bounded depth. */
  private skipValue(from: number): number {
    const { body } = this;
    const first = body[from];
    if (first === QUOTE) return this.skipString(from);
    if (first !== OPEN_BRACE && first !== OPEN_BRACKET) return this.skipScalar(from);
    return this.skipContainer(from);
  }

  private skipContainer(from: number): number {
    const { body } = this;
    const closers: number[] = [];
    let at = from;
    for (;;) {
      // `at` stands on the first byte of a value.
      const byte = body[at];
      const opened = closers.length;
      if (byte === OPEN_BRACE || byte === OPEN_BRACKET) at = this.openContainer(at, closers);
      else at = byte === QUOTE ? this.skipString(at) : this.skipScalar(at);
      if (closers.length > opened) continue;
      at = this.closeContainers(at, closers);
      if (closers.length === 0) return at;
      at = this.nextElement(at, closers);
    }
  }

  /** Returns the position of the first value inside, or behind the container when it is empty (not pushed then). */
  private openContainer(from: number, closers: number[]): number {
    const { body } = this;
    if (closers.length >= DEPTH_MAX) throw this.invalid(from, `nested deeper than ${DEPTH_MAX} levels`);
    const closer = body[from] === OPEN_BRACE ? CLOSE_BRACE : CLOSE_BRACKET;
    const at = this.skipSpace(from + 1);
    if (body[at] === closer) return at + 1;
    closers.push(closer);
    return closer === CLOSE_BRACE ? this.skipMemberName(at) : at;
  }

  /** Behind a value: leaves every container that ends here. */
  private closeContainers(from: number, closers: number[]): number {
    let at = from;
    while (closers.length > 0) {
      at = this.skipSpace(at);
      if (this.body[at] !== closers[closers.length - 1]) return at;
      closers.pop();
      at += 1;
    }
    return at;
  }

  private nextElement(from: number, closers: number[]): number {
    if (this.body[from] !== COMMA) throw this.invalid(from, 'expected "," or the end of an array or object');
    const at = this.skipSpace(from + 1);
    return closers[closers.length - 1] === CLOSE_BRACE ? this.skipMemberName(at) : at;
  }

  private skipMemberName(from: number): number {
    if (this.body[from] !== QUOTE) throw this.invalid(from, 'expected a member name');
    const at = this.skipSpace(this.skipString(from));
    if (this.body[at] !== COLON) throw this.invalid(at, 'expected ":"');
    return this.skipSpace(at + 1);
  }

  /** Skips a string whose opening quote stands at `from`; long ones at the speed of `Buffer.indexOf`. */
  private skipString(from: number): number {
    const { body } = this;
    const shortEnd = Math.min(body.length, from + 48);
    let at = from + 1;
    while (at < shortEnd) {
      const byte = body[at];
      if (byte === QUOTE) return at + 1;
      at += byte === BACKSLASH ? 2 : 1;
    }
    for (;;) {
      const quote = body.indexOf(QUOTE, at);
      if (quote === -1) throw this.invalid(from, 'unterminated string');
      let slashes = 0;
      while (quote - 1 - slashes >= at && body[quote - 1 - slashes] === BACKSLASH) slashes += 1;
      if (slashes % 2 === 0) return quote + 1;
      at = quote + 1;
    }
  }

  private skipScalar(from: number): number {
    const { body } = this;
    let end = from;
    while (end < body.length && isScalarByte(body[end])) end += 1;
    if (isWord(body, from, end) || isWholeNumber(body, from, end)) return end;
    if (end - from > 400 || !SCALAR.test(body.toString('latin1', from, end))) {
      throw this.invalid(from, 'expected a value');
    }
    return end;
  }

  private skipSpace(from: number): number {
    const { body } = this;
    let at = from;
    while (at < body.length) {
      const byte = body[at];
      if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) break;
      at += 1;
    }
    return at;
  }

  private invalid(offset: number, what: string, cause?: unknown): GatewayError {
    return new GatewayError('invalid_json', `The body is not valid JSON: ${what} at byte ${offset}.`, {
      cause,
    });
  }
}

const SCALAR = /^(?:true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?)$/;

/** `true`, `false` or `null`. */
function isWord(body: Buffer, start: number, end: number): boolean {
  const length = end - start;
  if (length === 4) return matches(body, start, 'true') || matches(body, start, 'null');
  return length === 5 && matches(body, start, 'false');
}

/** Digits only, as nearly all numbers in requests are. */
export function isWholeNumber(body: Buffer, start: number, end: number): boolean {
  if (end === start || (body[start] === ZERO && end - start > 1)) return false;
  for (let at = start; at < end; at += 1) {
    const byte = body[at] ?? 0;
    if (byte < ZERO || byte > NINE) return false;
  }
  return true;
}

function isScalarByte(byte: number | undefined): boolean {
  if (byte === undefined) return false;
  return (
    (byte >= 0x30 && byte <= 0x39) ||
    (byte >= 0x61 && byte <= 0x7a) ||
    byte === 0x2d ||
    byte === 0x2b ||
    byte === 0x2e ||
    byte === 0x45
  );
}

function matches(body: Buffer, at: number, ascii: string): boolean {
  for (let index = 0; index < ascii.length; index += 1) {
    if (body[at + index] !== ascii.charCodeAt(index)) return false;
  }
  return true;
}

/** Small letters, digits and the like only: such a name means what its bytes say to every parser. */
function isPlain(body: Buffer, start: number, end: number): boolean {
  for (let at = start; at < end; at += 1) {
    const byte = body[at] ?? 0;
    if (byte >= 0x80 || byte === BACKSLASH || (byte >= 0x41 && byte <= 0x5a)) return false;
  }
  return true;
}

/** As parsers that ignore case compare: both ways, so that `ſ` (U+017F) and the Kelvin sign are `s` and `k`. */
function foldCase(name: string): string {
  return name.toUpperCase().toLowerCase();
}
