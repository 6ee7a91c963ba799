import { DeltaRun } from '../canonical/delta.js';
import {
  endOfString,
  endOfText,
  OBFUSCATION,
  type EndOfSlot,
  type Place,
  type TemplateSlot,
} from './template-slots.js';

/** What is learned from is short; a larger event is no delta that comes again. */
const EVENT_LENGTH_MAX = 4_096;
/** Deltas that are read at once: a limit to what is read in vain where one of them is none. */
const RUN_MAX = 512;
/** What parts one event from the next. */
const BLANK_LINE = '\n\n';

/** A slot, and what stays on its other side: that of the text. */
interface Piece {
  readonly fixed: string;
  readonly end: EndOfSlot;
}

/** An event around its text. */
interface Shape {
  /** Slots before the text, each with what stands before it. */
  readonly lead: readonly Piece[];
  readonly before: string;
  readonly behind: string;
  /** Slots behind the text, each with what stands behind it. */
  readonly tail: readonly Piece[];
}

/** Deltas that stand one behind the other in the text of a stream. */
export interface FoundDeltas {
  readonly run: DeltaRun;
  /** Where the last one starts, and where it ends. */
  readonly lastStart: number;
  readonly end: number;
}

/**
 * The commonest event of a stream, a delta of text, is the same again and again but for its text: what stands before and
 * behind the text is remembered from one that was parsed, and the next one need not be.
 *
 * ```
 * {"id":"c1","choices":[{"index":0,"delta":{"content":" wor"}}],"obfuscation":"k2J"}
 * └──────────────── fixed ─────────────────────────┘└text┘└──────── fixed ────┘└─┘└┘
 * ```
 */
export class TextTemplate {
  private shape: Shape | undefined;
  /** The same with what an event has around its data, from `frame` on. */
  private framed: Shape | undefined;
  private frame = '';
  /** Of the text that was read last. */
  private textStart = 0;
  private textEnd = 0;

  constructor(private readonly slots: readonly TemplateSlot[] = [OBFUSCATION]) {}

  /**
   * The text of an event that differs from the learned one in nothing else; `undefined`: parse it. A text with a quote or
   * a backslash never matches.
   */
  match(data: string): string | undefined {
    const { shape } = this;
    if (shape === undefined || this.endOfEvent(data, 0, shape, endOfText) !== data.length) return undefined;
    return data.slice(this.textStart, this.textEnd);
  }

  /**
   * The deltas from `from` on that differ from the learned one in their texts only, escaped or not; `undefined` when there
   * is none. An empty one ends them: what that means is not the same everywhere.
   *
   * @param frame what stands before an event's data: its name, and `data:`
   */
  find(text: string, from: number, frame: string): FoundDeltas | undefined {
    const shape = this.shapeIn(frame);
    if (shape === undefined) return undefined;
    const contents: string[] = [];
    const ends: number[] = [];
    let end = this.endOfEvent(text, from, shape, endOfString);
    while (end !== -1 && this.textEnd > this.textStart && ends.length < RUN_MAX) {
      contents.push(text.slice(this.textStart, this.textEnd));
      ends.push(end);
      end = this.endOfEvent(text, end, shape, endOfString);
    }
    return contents.length === 0 ? undefined : found(contents, ends, from);
  }

  /**
   * Remembers an event that was parsed and whose only news is `text`; returns whether it does. Where the place of the
   * text is in doubt, nothing is remembered: with a backslash anywhere, or the same string twice.
   */
  learn(data: string, text: string): boolean {
    if (data.length > EVENT_LENGTH_MAX || data.includes('\\')) return false;
    const quoted = `"${text}"`;
    const at = data.indexOf(quoted);
    if (at === -1 || data.indexOf(quoted, at + 1) !== -1) return false;
    const place = { start: at + 1, end: at + 1 + text.length };
    const slots = this.slots.flatMap((slot) =>
      slot.placesIn(data).map(({ start, end }) => ({ start, end, endOf: slot.end })),
    );
    this.shape = shapeOf(copyOf(data), place, slots);
    this.framed = undefined;
    return true;
  }

  /** Where an event of this shape ends that starts there; -1 when none does. */
  private endOfEvent(text: string, from: number, shape: Shape, endOf: EndOfSlot): number {
    const { before, behind } = shape;
    let at = from;
    for (const { fixed, end } of shape.lead) {
      const slot = at + fixed.length;
      at = text.slice(at, slot) === fixed ? end(text, slot) : -1;
      if (at === -1) return -1;
    }
    const start = at + before.length;
    // Equality of slices is a comparison of memory, `startsWith` one of characters.
    if (text.slice(at, start) !== before) return -1;
    const textEnd = endOf(text, start);
    if (textEnd === -1) return -1;
    at = textEnd + behind.length;
    if (text.slice(textEnd, at) !== behind) return -1;
    for (const { fixed, end } of shape.tail) {
      const slotEnd = end(text, at);
      at = slotEnd + fixed.length;
      if (slotEnd === -1 || text.slice(slotEnd, at) !== fixed) return -1;
    }
    this.textStart = start;
    this.textEnd = textEnd;
    return at;
  }

  private shapeIn(frame: string): Shape | undefined {
    if (this.shape === undefined || (this.framed !== undefined && this.frame === frame)) return this.framed;
    this.frame = frame;
    this.framed = framed(this.shape, frame);
    return this.framed;
  }
}

/** A part of a string keeps all of it in memory: what a whole burst was read into, for as long as the stream lasts. */
function copyOf(data: string): string {
  return JSON.parse(JSON.stringify(data)) as string;
}

function found(contents: readonly string[], ends: readonly number[], from: number): FoundDeltas | undefined {
  const run = DeltaRun.of(contents);
  if (run === undefined) return undefined;
  const last = run.escaped.length - 1;
  return { run, lastStart: ends[last - 1] ?? from, end: ends[last] ?? from };
}

function shapeOf(
  data: string,
  text: Place,
  slots: readonly (Place & { readonly endOf: EndOfSlot })[],
): Shape {
  const ordered = slots.toSorted((left, right) => left.start - right.start);
  const leading = ordered.filter(({ start }) => start < text.start);
  const following = ordered.filter(({ start }) => start > text.start);
  return {
    lead: leading.map(({ start, endOf }, index) => ({
      fixed: data.slice(leading[index - 1]?.end ?? 0, start),
      end: endOf,
    })),
    before: data.slice(leading.at(-1)?.end ?? 0, text.start),
    behind: data.slice(text.end, following[0]?.start),
    tail: following.map(({ end, endOf }, index) => ({
      fixed: data.slice(end, following[index + 1]?.start),
      end: endOf,
    })),
  };
}

function framed({ lead, before, behind, tail }: Shape, frame: string): Shape {
  const [first] = lead;
  const last = tail.at(-1);
  return {
    lead: first === undefined ? lead : [{ ...first, fixed: frame + first.fixed }, ...lead.slice(1)],
    before: first === undefined ? frame + before : before,
    behind: last === undefined ? behind + BLANK_LINE : behind,
    tail: last === undefined ? tail : [...tail.slice(0, -1), { ...last, fixed: last.fixed + BLANK_LINE }],
  };
}
