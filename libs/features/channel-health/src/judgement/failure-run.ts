/** What failed and when, without a success in between. */
export interface Failures {
  readonly failed: number;
  readonly failedByCode: Readonly<Record<string, number>>;
  /** Milliseconds since the epoch; of no failures they are infinite. */
  readonly firstAt: number;
  readonly lastAt: number;
}

const MINUTE_MS = 60_000;
const RUN_MS = 600_000;

export const NO_FAILURES: Failures = {
  failed: 0,
  failedByCode: {},
  firstAt: Number.POSITIVE_INFINITY,
  lastAt: Number.NEGATIVE_INFINITY,
};

/** The failures of the last ten minutes since something succeeded, a sum a minute: memory does not grow with traffic. */
export class FailureRun {
  /** By the number of the minute since the epoch. */
  readonly #minutes = new Map<number, Failures>();

  add(failedByCode: Readonly<Record<string, number>>, at: number): void {
    const failed = Object.values(failedByCode).reduce((sum, count) => sum + count, 0);
    if (failed > 0) {
      const minute = minuteOf(at);
      const known = this.#minutes.get(minute) ?? NO_FAILURES;
      this.#minutes.set(minute, sumFailures([known, { failed, failedByCode, firstAt: at, lastAt: at }]));
    }
  }

  /** Something succeeded: what failed before says nothing more. */
  end(): void {
    this.#minutes.clear();
  }

  /** Those of the last ten minutes, and of no minute that began to fail before `since`. */
  failures(now: number, since = Number.NEGATIVE_INFINITY): Failures {
    const oldest = minuteOf(now - RUN_MS);
    for (const minute of this.#minutes.keys()) {
      if (minute <= oldest) {
        this.#minutes.delete(minute);
      }
    }
    return sumFailures([...this.#minutes.values()].filter(({ firstAt }) => firstAt >= since));
  }
}

/** Of different requests. */
export function sumFailures(parts: readonly Failures[]): Failures {
  const failedByCode: Record<string, number> = {};
  let { failed, firstAt, lastAt } = NO_FAILURES;
  for (const part of parts) {
    failed += part.failed;
    firstAt = Math.min(firstAt, part.firstAt);
    lastAt = Math.max(lastAt, part.lastAt);
    for (const [code, count] of Object.entries(part.failedByCode)) {
      failedByCode[code] = (failedByCode[code] ?? 0) + count;
    }
  }
  return { failed, failedByCode, firstAt, lastAt };
}

function minuteOf(time: number): number {
  return Math.floor(time / MINUTE_MS);
}
