/** After so long without an observation about a third of the memory is left: a slow channel is tried again. */
const MEMORY_MS = 10_000;

/**
 * A mean of latencies that forgets: jumps to a peak at once, comes down slowly, so that a channel which becomes slow is
 * left at once and returned to with care. 0 until something was observed.
 */
export class PeakEwma {
  private value = 0;
  private observedAt = 0;

  /** @param at monotonic milliseconds */
  observe(milliseconds: number, at: number): void {
    const kept = Math.exp(-Math.max(0, at - this.observedAt) / MEMORY_MS);
    const mean = milliseconds + (this.value - milliseconds) * kept;
    this.value = milliseconds > this.value * kept ? milliseconds : mean;
    this.observedAt = at;
  }

  /** Milliseconds as they are remembered at a (monotonic) time. */
  at(time: number): number {
    return this.value === 0 ? 0 : this.value * Math.exp(-Math.max(0, time - this.observedAt) / MEMORY_MS);
  }
}
