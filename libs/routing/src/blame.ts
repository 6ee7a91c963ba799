import type { ErrorCode } from '@tollgate/contracts';

/** What of a channel a failure speaks against: a credential may have a sister that serves, a channel has not. */
export type Blame = 'credential' | 'channel';

export function blameOf(code: ErrorCode): Blame {
  return code === 'upstream_unauthorized' || code === 'upstream_rate_limited' ? 'credential' : 'channel';
}
