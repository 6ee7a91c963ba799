import type { RequestRate } from '../customers.js';
import type { SentRequest } from '../traffic/sent-request.js';
import type { Outage } from '../world.js';

export interface LimitsInput {
  readonly sent: readonly SentRequest[];
  /** Requests in a window, by the name of the key. */
  readonly rates: ReadonlyMap<string, RequestRate>;
  readonly redisOutages: readonly Outage[];
  /** Slots of concurrency limits that the store has as taken. */
  readonly slotsTaken: number;
}

/** A Redis that is killed may have lost its last second, so it fills earlier than it should. */
const LOST_AT_MOST_MS = 1_000;
/** A signal has stopped Redis after so long. */
const STOPPED_WITHIN_MS = 20;

/**
 * Rates are never exceeded while Redis has what it had; while it is away a request with limits is refused, as
 * `admission.onStoreDown: closed` has it, but for those that proxies had taken ahead; no slot is taken once nothing is
 * under way.
 *
 * @returns one sentence a violation
 */
export function checkLimits({ sent, rates, redisOutages, slotsTaken }: LimitsInput): readonly string[] {
  const violations = slotsTaken === 0 ? [] : [`${slotsTaken} slots of concurrency limits are still taken.`];
  for (const [key, rate] of rates) {
    const admitted = sent.filter((request) => request.key === key && request.status === 200);
    violations.push(...admittedWithoutStore(rate, admitted, redisOutages));
    for (const era of erasOf(redisOutages)) violations.push(...exceeded(key, rate, within(admitted, era)));
  }
  return violations;
}

function admittedWithoutStore(
  { ahead }: RequestRate,
  admitted: readonly SentRequest[],
  redisOutages: readonly Outage[],
): readonly string[] {
  return redisOutages.flatMap(({ from, to }) =>
    within(admitted, { from: from + STOPPED_WITHIN_MS, to })
      .slice(ahead)
      .map(
        ({ id, key }) => `Request ${id ?? '?'} of ${key} was let in while its limits could not be asked for.`,
      ),
  );
}

/** Times in which the store lost nothing. */
function erasOf(redisOutages: readonly Outage[]): readonly Outage[] {
  const starts = [0, ...redisOutages.map(({ to }) => to)];
  const ends = [...redisOutages.map(({ from }) => from - LOST_AT_MOST_MS), Number.POSITIVE_INFINITY];
  return starts.map((from, index) => ({ from, to: ends[index] ?? from }));
}

/** Those whose whole life lies there. */
function within(requests: readonly SentRequest[], { from, to }: Outage): readonly SentRequest[] {
  return requests.filter(({ sentAt, endedAt }) => sentAt > from && endedAt < to);
}

/** In any time `t` at most `max + max × t / window` are let in. A request is let in between its sending and its end. */
function exceeded(
  key: string,
  { max, windowMs }: RequestRate,
  admitted: readonly SentRequest[],
): readonly string[] {
  const byEnd = [...admitted].sort((a, b) => a.endedAt - b.endedAt);
  for (const { sentAt: from } of byEnd) {
    let count = 0;
    for (const { sentAt, endedAt } of byEnd) {
      if (sentAt < from) continue;
      count += 1;
      const allowed = max + (max * (endedAt - from)) / windowMs;
      if (count <= allowed) continue;
      return [
        `${key}: ${count} requests in ${Math.round(endedAt - from)} ms, ${Math.floor(allowed)} are allowed.`,
      ];
    }
  }
  return [];
}
