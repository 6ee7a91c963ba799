/** Pieces that are kept apart at most; then they become one. */
const SMALL_PIECES_MAX = 1_024;

/**
 * A body as it comes in. A piece in memory is an object of some 200 bytes beside its content: what comes byte by byte is
 * put together on the way, so that a body costs about its size however its sender cuts it.
 */
export class GatheredBody {
  size = 0;
  private readonly whole: Buffer[] = [];
  private small: Buffer[] = [];

  push(piece: Buffer): void {
    this.size += piece.length;
    this.small.push(piece);
    if (this.small.length < SMALL_PIECES_MAX) return;
    this.whole.push(Buffer.concat(this.small));
    this.small = [];
  }

  /** How many pieces are kept. */
  get pieces(): number {
    return this.whole.length + this.small.length;
  }

  /** Everything, in one buffer. */
  bytes(): Buffer {
    const [only] = this.small;
    if (only !== undefined && this.pieces === 1) return only;
    return Buffer.concat([...this.whole, ...this.small], this.size);
  }
}
