/** The first version that keeps, when a part of a stream is purged, what consumers have not acknowledged of the rest. */
const PENDING_KEPT_SINCE = [2, 9, 15] as const;

/**
 * Whether purging the settled part of a stream makes the server forget messages that a consumer has in hand: they are
 * never delivered again. https://github.com/nats-io/nats-server/pull/3892
 *
 * @param version as the server names it, `2.9.10`; what can't be read counts as old
 */
export function purgeForgetsPending(version: string): boolean {
  const numbers = /^(\d+)\.(\d+)\.(\d+)/.exec(version)?.slice(1).map(Number) ?? [];
  for (const [index, since] of PENDING_KEPT_SINCE.entries()) {
    const number = numbers[index] ?? 0;
    if (number !== since) return number < since;
  }
  return false;
}
