import type { Clock } from '@tollgate/contracts';
import type { DataSource } from 'typeorm';

/** How patient the throttle is with one kind of subject. */
export interface ThrottlePolicy {
  /** Failures in a row that cost no pause. */
  readonly failuresFree: number;
  /** The first pause; each further failure doubles it. */
  readonly pauseMs: number;
  readonly pauseMsMax: number;
}

/**
 * Guessing from one address is slowed down hard, but not for hours: behind a reverse proxy everybody has the same
 * address. A user name is slowed down gently over all addresses, so that guessing from many is slow as well, and
 * nobody can lock an administrator out for long.
 */
export const THROTTLE_POLICIES = Object.freeze({
  address: { failuresFree: 5, pauseMs: 1_000, pauseMsMax: 60_000 },
  username: { failuresFree: 20, pauseMs: 1_000, pauseMsMax: 10_000 },
}) satisfies Record<string, ThrottlePolicy>;

/** After so long without an attempt the count starts again. */
const FORGET_AFTER_MS = 3_600_000;

export interface ThrottleSubject {
  readonly key: string;
  readonly policy: ThrottlePolicy;
}

export function throttleSubjects(username: string, address: string): readonly ThrottleSubject[] {
  return [
    { key: `address:${address}`, policy: THROTTLE_POLICIES.address },
    { key: `username:${username.toLowerCase()}`, policy: THROTTLE_POLICIES.username },
  ];
}

/** The pause after this many failures in a row. */
export function pauseAfter(failures: number, policy: ThrottlePolicy): number {
  const beyond = failures - policy.failuresFree;
  if (beyond <= 0) return 0;
  return Math.min(policy.pauseMs * 2 ** Math.min(beyond - 1, 30), policy.pauseMsMax);
}

/**
 * Counts failed logins in Postgres, so that replicas count together. An attempt is counted before the password is
 * looked at and forgiven when it was right: attempts sent at once can't slip through together.
 */
export class LoginThrottle {
  constructor(
    private readonly dataSource: DataSource,
    private readonly clock: Clock,
  ) {}

  /** Milliseconds until the next attempt is allowed; 0: this one is, and is counted. */
  async take(subjects: readonly ThrottleSubject[]): Promise<number> {
    const now = this.clock.now();
    let waitMs = 0;
    for (const subject of subjects) {
      if (waitMs === 0) waitMs = await this.takeOne(subject, now);
    }
    return waitMs;
  }

  /** The password was right. Clears away what is long forgotten, too. */
  async forgive(subjects: readonly ThrottleSubject[]): Promise<void> {
    await this.dataSource.query(
      'delete from admin.login_throttles where subject = any($1) or last_attempt_at < $2',
      [subjects.map(({ key }) => key), new Date(this.clock.now() - FORGET_AFTER_MS)],
    );
  }

  private takeOne({ key, policy }: ThrottleSubject, now: number): Promise<number> {
    return this.dataSource.transaction(async (manager) => {
      await manager.query(
        `insert into admin.login_throttles (subject, failures, last_attempt_at, blocked_until)
         values ($1, 0, $2, $2) on conflict do nothing`,
        [key, new Date(now)],
      );
      const [row]: { failures: number; last_attempt_at: Date; blocked_until: Date }[] = await manager.query(
        'select failures, last_attempt_at, blocked_until from admin.login_throttles where subject = $1 for update',
        [key],
      );
      const waitMs = (row?.blocked_until.getTime() ?? 0) - now;
      if (waitMs > 0) return waitMs;
      const isForgotten = now - (row?.last_attempt_at.getTime() ?? 0) > FORGET_AFTER_MS;
      const failures = (isForgotten ? 0 : (row?.failures ?? 0)) + 1;
      await manager.query(
        `update admin.login_throttles set failures = $2, last_attempt_at = $3, blocked_until = $4
         where subject = $1`,
        [key, failures, new Date(now), new Date(now + pauseAfter(failures, policy))],
      );
      return 0;
    });
  }
}
