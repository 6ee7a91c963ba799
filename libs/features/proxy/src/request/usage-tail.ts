const BYTES_MAX = 65_536;

/** The end of an answer that is too large to be held whole: its usage lies there. */
export class UsageTail {
  private kept: Buffer | undefined;

  /**
   * Of an answer piece by piece.
   *
   * @returns the end of all that came so far
   */
  keep(bytes: Buffer): Buffer {
    const joined = this.kept === undefined ? bytes : Buffer.concat([this.kept, bytes]);
    return (this.kept = Buffer.from(joined.subarray(Math.max(0, joined.length - BYTES_MAX))));
  }
}
