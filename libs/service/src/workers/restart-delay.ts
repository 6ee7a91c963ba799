const FIRST_MS = 500;
const MAX_MS = 30_000;
/** A worker that lived this long did not crash because of how it starts. */
const STABLE_MS = 60_000;

/** How long to wait before replacing a worker that died, the more the more often it dies young. */
export class RestartDelay {
  #early = 0;

  /** Milliseconds to wait after a worker that lived `livedMs`. */
  next(livedMs: number): number {
    this.#early = livedMs >= STABLE_MS ? 0 : this.#early + 1;
    return Math.min(MAX_MS, FIRST_MS * 2 ** Math.max(0, this.#early - 1));
  }
}
