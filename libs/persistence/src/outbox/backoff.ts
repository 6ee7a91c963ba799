const FIRST_MS = 100;
const LONGEST_MS = 5_000;

/** Pauses that double from 100 ms to 5 s, each shortened by up to half at random, so that waiters spread. */
export class Backoff {
  #failures = 0;

  nextMs(random: number = Math.random()): number {
    const longest = Math.min(FIRST_MS * 2 ** this.#failures, LONGEST_MS);
    this.#failures += 1;
    return longest * (1 - random / 2);
  }

  reset(): void {
    this.#failures = 0;
  }
}
