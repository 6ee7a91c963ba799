/** A piece of a text. */
export interface Delta {
  readonly text: string;
  /** Set for several pieces that came together, of which clients are told one by one. */
  readonly run?: DeltaRun;
}

const BACKSLASH = '\\';
/** Behind a backslash that `JSON.stringify` writes; `u` is left to be looked at. */
const ESCAPED = '"\\bfnrt';

/** Pieces of a text that came together, each as `JSON.stringify` writes it in a string. None of them is empty. */
export class DeltaRun implements Delta {
  readonly run = this;
  private decoded: string | undefined;

  /**
   * @param whole all pieces as one
   * @param length of the text, in UTF-16 units
   */
  private constructor(
    readonly escaped: readonly string[],
    readonly whole: string,
    readonly length: number,
  ) {}

  /**
   * Of the contents of JSON strings, as vendors wrote them: they escape what need not be (`\u00e9`, `\/`), and clients are
   * told alike whatever they do. Ends before contents that JSON does not allow; `undefined`: these are the first.
   */
  static of(contents: readonly string[]): DeltaRun | undefined {
    const whole = contents.join('');
    const length = usualLength(whole);
    return length === undefined ? DeltaRun.ofUnusual(contents) : new DeltaRun(contents, whole, length);
  }

  private static ofUnusual(contents: readonly string[]): DeltaRun | undefined {
    const escaped: string[] = [];
    let length = 0;
    for (const piece of contents) {
      const text = textOf(piece);
      if (text === undefined) break;
      length += text.length;
      escaped.push(escape(text));
    }
    return escaped.length === 0 ? undefined : new DeltaRun(escaped, escaped.join(''), length);
  }

  /** All of the text. Read only when it is asked for: mostly it is not. */
  get text(): string {
    this.decoded ??= textOf(this.whole) ?? '';
    return this.decoded;
  }

  /** All but the last piece. */
  get withoutLast(): DeltaRun | undefined {
    return this.escaped.length === 1 ? undefined : DeltaRun.of(this.escaped.slice(0, -1));
  }

  /** The same with something before its text. */
  startingWith(start: string): DeltaRun {
    const [first = '', ...others] = this.escaped;
    const before = escape(start);
    return new DeltaRun([before + first, ...others], before + this.whole, start.length + this.length);
  }
}

class RunDelta<Type extends string> implements Delta {
  constructor(
    readonly type: Type,
    readonly choice: number,
    readonly run: DeltaRun,
  ) {}

  get text(): string {
    return this.run.text;
  }
}

/** The part of a stream that brings a delta. */
export function deltaPart<Type extends string>(
  type: Type,
  choice: number,
  delta: Delta,
): Delta & { readonly type: Type; readonly choice: number } {
  const { run } = delta;
  return run === undefined ? { type, choice, text: delta.text } : new RunDelta(type, choice, run);
}

/** So many pieces are put together at a time: each of them holds more memory than its letters need. */
const PIECES_MAX = 64;

/** A text to which deltas are added; those that came together are only read when it is asked for. */
export class GrowingText {
  length = 0;
  private begun = '';
  private pieces: string[] = [];
  /** As they stand in JSON strings. One of the two is empty. */
  private escaped: string[] = [];

  add(delta: Delta): void {
    this.length += lengthOf(delta);
    const { run } = delta;
    const others = run === undefined ? this.escaped : this.pieces;
    if (others.length > 0 || this.pieces.length + this.escaped.length === PIECES_MAX) this.gather();
    if (run === undefined) this.pieces.push(delta.text);
    else this.escaped.push(run.whole);
  }

  get text(): string {
    this.gather();
    return this.begun;
  }

  private gather(): void {
    this.begun += this.pieces.join('') + (textOf(this.escaped.join('')) ?? '');
    this.pieces = [];
    this.escaped = [];
  }
}

export function lengthOf(delta: Delta): number {
  return delta.run === undefined ? delta.text.length : delta.run.length;
}

/** The JSON string of each piece, between what stands around it in an event. */
export function writeDelta(delta: Delta, before: string, behind: string): string {
  if (delta.run === undefined) return before + JSON.stringify(delta.text) + behind;
  const { escaped } = delta.run;
  if (escaped.length === 1) return `${before}"${escaped[0]}"${behind}`;
  return `${before}"${escaped.join(`"${behind}${before}"`)}"${behind}`;
}

/** The same delta with something before its text. */
export function startingWith(start: string, delta: Delta): Delta {
  return delta.run === undefined ? { text: start + delta.text } : delta.run.startingWith(start);
}

/** Of the text in these contents of a JSON string; `undefined` where `JSON.stringify` would write it another way. */
function usualLength(contents: string): number | undefined {
  let escapes = 0;
  /** Quotes and backslashes, each of which has a backslash before it. */
  let marks = 0;
  for (let at = contents.indexOf(BACKSLASH); at !== -1; at = contents.indexOf(BACKSLASH, at + 2)) {
    const kind = ESCAPED.indexOf(contents.charAt(at + 1));
    if (kind === -1 || at + 1 === contents.length) return undefined;
    escapes += 1;
    if (kind < 2) marks += 1;
  }
  // Written once more, backslashes and quotes are escaped, and nothing else may be.
  const rewritten = contents.length + escapes + marks + '""'.length;
  return JSON.stringify(contents).length === rewritten ? contents.length - escapes : undefined;
}

function escape(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}

/** The text that stands so in a JSON string; `undefined` for what JSON does not allow there. */
function textOf(contents: string): string | undefined {
  try {
    return JSON.parse(`"${contents}"`) as string;
  } catch {
    // A control character, or half an escape: the vendor's event is left to who reads it whole.
    return undefined;
  }
}
