import type { NanoUsd } from '@tollgate/contracts';

/** A grant takes at most this part of the balance, unless one request needs more. */
const SHARE = 4n;

export interface GrantRequest {
  readonly amountMin: NanoUsd;
  readonly amountFull: NanoUsd;
  readonly amountWanted: NanoUsd;
}

/**
 * How much of `available` a holder gets; `undefined` when not even `amountMin` is there. Slices shrink as the balance
 * does, so that several holders can share what is left, down to the single request. The Lua script of the Redis
 * adapter states the same rule.
 */
export function grantSize(available: NanoUsd, request: GrantRequest): NanoUsd | undefined {
  const { amountMin, amountFull, amountWanted } = request;
  if (available < amountMin || available <= 0n) return undefined;
  const least = amountFull <= available ? larger(amountFull, amountMin) : amountMin;
  return larger(least, smaller(amountWanted, available / SHARE));
}

const larger = (a: NanoUsd, b: NanoUsd): NanoUsd => (a > b ? a : b);
const smaller = (a: NanoUsd, b: NanoUsd): NanoUsd => (a < b ? a : b);
