/** What is needed of a socket. */
export interface HoldableConnection {
  pause(): unknown;
  resume(): unknown;
}

/** Refusals a second that connections of refused clients may cause, beyond the first of each: some percent of a core. */
const RELEASES_PER_SECOND = 1_000;
/** No longer than clients are told to wait. */
export const HOLD_MAX_MS = 1_000;

/**
 * Connections whose request was just refused: nothing more is read from them until their turn comes, at most for a second.
 * Refusing costs a fifth of serving; without this, clients that ask again at once would take the process from those that
 * are served. Who waits as it was told does not notice.
 */
export class HeldConnections {
  /** Refused in this turn of the event loop: the HTTP server still reads what is left of their requests. */
  private fresh: HoldableConnection[] = [];
  private held: HoldableConnection[] = [];
  private heldSince: number[] = [];
  /** Of those, so many were read again already. */
  private released = 0;
  private credit = 0;

  /** @param afterTurn calls back when the present turn of the event loop is done */
  constructor(private readonly afterTurn: (callback: () => void) => void) {}

  get size(): number {
    return this.held.length - this.released;
  }

  /** @param now monotonic milliseconds */
  hold(connection: HoldableConnection, now: number): void {
    this.fresh.push(connection);
    if (this.fresh.length === 1) this.afterTurn(() => this.pauseFresh(now));
  }

  /** Reads on from those whose turn has come. */
  tick(now: number, elapsedMs: number): void {
    if (this.size === 0) return;
    this.credit = Math.min(RELEASES_PER_SECOND, this.credit + (elapsedMs * RELEASES_PER_SECOND) / 1_000);
    while (this.size > 0 && (this.credit >= 1 || now - (this.heldSince[this.released] ?? 0) >= HOLD_MAX_MS)) {
      this.credit = Math.max(0, this.credit - 1);
      this.held[this.released]?.resume();
      this.released += 1;
    }
    this.forgetReleased();
  }

  releaseAll(): void {
    for (const connection of this.held.slice(this.released)) connection.resume();
    this.released = this.held.length;
    this.forgetReleased();
  }

  private pauseFresh(now: number): void {
    for (const connection of this.fresh) {
      connection.pause();
      this.held.push(connection);
      this.heldSince.push(now);
    }
    this.fresh = [];
  }

  private forgetReleased(): void {
    if (this.released * 2 < this.held.length) return;
    this.held = this.held.slice(this.released);
    this.heldSince = this.heldSince.slice(this.released);
    this.released = 0;
  }
}
