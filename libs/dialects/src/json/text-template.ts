/** What is learned from is short; a larger event is no delta that comes again. */
const EVENT_LENGTH_MAX = 4_096;
/** Random letters that OpenAI puts behind a text, so that the length of an event does not tell the text's. */
const PADDING = '"obfuscation":"';
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const SPACE = 0x20;

/**
 * The commonest event of a stream, a delta of text, is the same again and again but for its text: what stands before and
 * behind the text is remembered from one that was parsed, and the next one need not be.
 *
 * ```
 * {"id":"c1","choices":[{"index":0,"delta":{"content":" wor"}}]}
 * └──────────────── before ────────────────────────┘└text┘└behind┘
 * ```
 *
 * A text with a quote, a backslash or a control character never matches: it is to be parsed.
 */
export class TextTemplate {
  private before: string | undefined;
  private behind = '';
  /** What stands behind the padding; `undefined` when there is none. */
  private behindPadding: string | undefined;

  /** The text of an event that differs from the learned one in nothing else; `undefined`: parse it. */
  match(data: string): string | undefined {
    const { before, behind, behindPadding } = this;
    if (before === undefined) return undefined;
    const end = behindPadding === undefined ? data.length : startOfPadding(data, behindPadding);
    const textEnd = end - behind.length;
    if (textEnd < before.length) return undefined;
    if (!data.startsWith(before) || !data.startsWith(behind, textEnd)) return undefined;
    return isPlain(data, before.length, textEnd) ? data.slice(before.length, textEnd) : undefined;
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

/** Where the letters of the padding begin that stand before `behind`; -1 when there are none. */
function startOfPadding(data: string, behind: string): number {
  if (!data.endsWith(behind)) return -1;
  const at = data.lastIndexOf(PADDING) + PADDING.length;
  return at >= PADDING.length && isPlain(data, at, data.length - behind.length) ? at : -1;
}

/** It stands in a JSON string as it is. */
function isPlain(data: string, from: number, end: number): boolean {
  for (let at = from; at < end; at += 1) {
    const code = data.charCodeAt(at);
    if (code === QUOTE || code === BACKSLASH || code < SPACE) return false;
  }
  return true;
}
