import type { Clock } from '@tollgate/contracts';

interface Sight {
  readonly mtimeMs: number;
  /** The observer's monotonic time when this was first seen. */
  readonly since: number;
}

/**
 * Tells which journals of processes that can't be seen have shown no sign of life for long. Measured by what this process
 * saw, on its own monotonic clock: clocks of two hosts differ, and any of them may be set.
 */
export class SilenceWatch {
  readonly #sights = new Map<string, Sight>();

  constructor(
    private readonly clock: Clock,
    private readonly silenceMaxMs: number,
  ) {}

  /** @param mtimeMs when the last sign of life was given, by whatever clock */
  isSilent(name: string, mtimeMs: number): boolean {
    const now = this.clock.monotonic();
    const known = this.#sights.get(name);
    if (known?.mtimeMs === mtimeMs) return now - known.since > this.silenceMaxMs;
    this.#sights.set(name, { mtimeMs, since: now });
    return false;
  }

  /** Forgets all but these. */
  retain(names: ReadonlySet<string>): void {
    for (const name of this.#sights.keys()) if (!names.has(name)) this.#sights.delete(name);
  }
}
