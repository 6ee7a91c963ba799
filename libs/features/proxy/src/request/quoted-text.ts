const UNDERSCORE = 0x5f;
const SLASH = 0x2f;

/**
 * A name or value that is looked for in the bytes of a JSON body, with its quotation marks: a text that merely speaks of it
 * has them escaped. A search stops at each place where its first byte stands, and quotes are everywhere in JSON: it begins
 * at the underscore or slash, where there is one.
 */
export class QuotedText {
  /** Its absence is quickly found. */
  readonly isRare: boolean;
  private readonly quoted: Buffer;
  private readonly end: Buffer;

  constructor(text: string) {
    this.quoted = Buffer.from(`"${text}"`);
    const rareAt = this.quoted.findIndex((byte) => byte === UNDERSCORE || byte === SLASH);
    this.isRare = rareAt !== -1;
    this.end = this.quoted.subarray(Math.max(0, rareAt));
  }

  isIn(bytes: Buffer): boolean {
    const { quoted, end } = this;
    const before = quoted.length - end.length;
    for (let at = bytes.indexOf(end); at !== -1; at = bytes.indexOf(end, at + end.length)) {
      if (at >= before && quoted.compare(bytes, at - before, at, 0, before) === 0) return true;
    }
    return false;
  }
}
