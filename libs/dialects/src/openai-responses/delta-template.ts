/** What is learned from is short; a larger event is no delta that comes again. */
const EVENT_LENGTH_MAX = 4_096;

/** What changes from one delta of an item to the next; everything else stays. */
const SLOTS = [
  { kind: 'text', pattern: /"delta":"([^"\\]*)"/g },
  { kind: 'number', pattern: /"sequence_number":(\d+)/g },
  // Random letters, so that the length of an event does not tell the text's.
  { kind: 'padding', pattern: /"obfuscation":"([^"\\]*)"/g },
] as const;

interface Slot {
  readonly kind: (typeof SLOTS)[number]['kind'];
  readonly start: number;
  readonly end: number;
}

/** A fixed piece, and the slot behind it. */
interface Piece {
  readonly fixed: string;
  readonly slot: Slot['kind'] | 'end';
}

/**
 * The commonest event of a stream, a delta of text, is the same again and again but for its text, its number and its
 * padding: what stands between these is remembered from one that was parsed, and the next one need not be.
 *
 * ```
 * {"type":"response.output_text.delta","sequence_number":12,"item_id":"msg_1",…,"delta":" wor","obfuscation":"k2J"}
 * └──────────────────── fixed ──────────────────────────┘└┘└────── fixed ────────────┘└text┘└──── fixed ─────┘└─┘└┘
 * ```
 *
 * A text with a quote or a backslash never matches: it is to be parsed.
 */
export class DeltaTemplate {
  private pieces: readonly Piece[] = [];

  /** The text of an event that differs from the learned one in nothing else; `undefined`: parse it. */
  match(data: string): string | undefined {
    let at = 0;
    let text: string | undefined;
    for (const { fixed, slot } of this.pieces) {
      if (!data.startsWith(fixed, at)) return undefined;
      const start = at + fixed.length;
      at = slot === 'number' ? endOfDigits(data, start) : slot === 'end' ? start : endOfPlain(data, start);
      if (at === -1) return undefined;
      if (slot === 'text') text = data.slice(start, at);
    }
    return at === data.length ? text : undefined;
  }

  /** Remembers an event that was parsed and whose only news is its delta. Where a place is in doubt, nothing is remembered. */
  learn(data: string): void {
    this.pieces = [];
    if (data.length > EVENT_LENGTH_MAX || data.includes('\\')) return;
    const slots = SLOTS.map(({ kind, pattern }) =>
      [...data.matchAll(pattern)].map((found) => slotOf(kind, found)),
    );
    if (slots[0]?.length !== 1 || slots.some(({ length }) => length > 1)) return;
    const ordered = slots.flat().sort((left, right) => left.start - right.start);
    const ends = [0, ...ordered.map(({ end }) => end)];
    const pieces = ordered.map(({ kind, start }, index) => ({
      fixed: data.slice(ends[index], start),
      slot: kind,
    }));
    this.pieces = [...pieces, { fixed: data.slice(ends.at(-1)), slot: 'end' }];
  }
}

function slotOf(kind: Slot['kind'], { index, 0: whole, 1: value = '' }: RegExpExecArray): Slot {
  const closing = kind === 'number' ? 0 : 1;
  const end = index + whole.length - closing;
  return { kind, start: end - value.length, end };
}

function endOfDigits(data: string, start: number): number {
  let at = start;
  for (let code = data.charCodeAt(at); code >= 0x30 && code <= 0x39; code = data.charCodeAt(at)) at += 1;
  return at === start ? -1 : at;
}

/** Where a JSON string ends that stands there as it is; -1 for one with escapes. */
function endOfPlain(data: string, start: number): number {
  const end = data.indexOf('"', start);
  const escape = data.indexOf('\\', start);
  return escape === -1 || escape > end ? end : -1;
}
