/** What is learned from is short; a larger event is no delta that comes again. */
const EVENT_LENGTH_MAX = 4_096;
/** Random letters that OpenAI puts behind a text, so that the length of an event does not tell the text's. */
const PADDING = '"obfuscation":"';

/**
 * The commonest event of a stream, a delta of text, is the same again and again but for its text: what stands before and
 * behind the text is remembered from one that was parsed, and the next one need not be.
 *
 * ```
 * {"id":"c1","choices":[{"index":0,"delta":{"content":" wor"}}]}
 * └──────────────── before ────────────────────────┘└text┘└behind┘
 * ```
 *
 * A text with a quote or a backslash never matches: it is to be parsed.
 */
export class TextTemplate {
  private before: string | undefined;
  private behind = '';
  /** What stands behind the padding; `undefined` when there is none. */
  private behindPadding: string | undefined;

  /** The text of an event that differs from the learned one in nothing else; `undefined`: parse it. */
  match(data: string): string | undefined {
    const { before, behind, behindPadding } = this;
    // Equality of slices is a comparison of memory, `startsWith` one of characters.
    if (before === undefined || data.slice(0, before.length) !== before) return undefined;
    const textEnd = data.indexOf('"', before.length);
    if (textEnd === -1 || !isPlain(data, before.length, textEnd)) return undefined;
    if (behindPadding === undefined) {
      return data.slice(textEnd) === behind ? data.slice(before.length, textEnd) : undefined;
    }
    const padding = textEnd + behind.length;
    const paddingEnd = data.indexOf('"', padding);
    if (paddingEnd === -1 || data.slice(textEnd, padding) !== behind) return undefined;
    if (data.slice(paddingEnd) !== behindPadding || !isPlain(data, padding, paddingEnd)) return undefined;
    return data.slice(before.length, textEnd);
  }

  /**
   * Remembers an event that was parsed and whose only news is `text`. Where the place of the text is in doubt, nothing is
   * remembered: with a backslash anywhere, or the same string twice.
   */
  learn(data: string, text: string): void {
    if (data.length > EVENT_LENGTH_MAX || data.includes('\\')) return;
    const quoted = `"${text}"`;
    const at = data.indexOf(quoted);
    if (at === -1 || data.indexOf(quoted, at + 1) !== -1) return;
    const textEnd = at + 1 + text.length;
    const padding = data.indexOf(PADDING, textEnd);
    const end = padding === -1 ? data.length : padding + PADDING.length;
    this.before = data.slice(0, at + 1);
    this.behind = data.slice(textEnd, end);
    this.behindPadding = padding === -1 ? undefined : data.slice(data.indexOf('"', end));
  }
}

/**
 * What holds neither quote nor backslash stands in a JSON string as it is. (A control character, which JSON forbids there,
 * is taken for itself.) Searched for by memory, not character by character: this is done for every event.
 */
function isPlain(data: string, from: number, end: number): boolean {
  const escape = data.indexOf('\\', from);
  return escape === -1 || escape >= end;
}
