import type { Clock } from '@tollgate/contracts';

/** A clock that stands still until it is told to go on. */
export class ManualClock implements Clock {
  #elapsedMs = 0;

  constructor(private readonly startMs: number = Date.parse('2026-01-02T03:04:05Z')) {}

  now(): number {
    return this.startMs + this.#elapsedMs;
  }

  monotonic(): number {
    return this.#elapsedMs;
  }

  advance(milliseconds: number): void {
    this.#elapsedMs += milliseconds;
  }
}
