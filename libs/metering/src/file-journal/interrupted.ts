import type { UsageRecordedV1 } from '@tollgate/contracts';
import type { JournalStart } from '../journal.js';

/**
 * What becomes of a request whose end the journal does not hold: it is charged by its estimate. The same start and
 * sequence always give the same event.
 */
export function interruptedEvent(start: JournalStart, sequence: number): UsageRecordedV1 {
  const { estimate, ...known } = start;
  return {
    ...known,
    ...estimate,
    type: 'usage.recorded',
    version: 1,
    sequence,
    durationMs: 0,
    firstByteMs: null,
    upstreamModel: null,
    provider: null,
    channel: null,
    attempts: 0,
    outcome: 'interrupted',
    httpStatus: 0,
    errorCode: null,
    usageSource: 'estimated',
    findings: [],
    warnings: [],
  };
}
