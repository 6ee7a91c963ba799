import type { RecoveryTotals } from './orphan-adopter.js';

/** For metrics and readiness. */
export interface JournalStatus {
  readonly openRequests: number;
  /** Ended and not acknowledged by the event log. */
  readonly unpublishedEvents: number;
  /** Of all segments, adopted ones included. */
  readonly bytes: number;
  readonly bytesMax: number;
  readonly lastSequence: number;
  readonly committedThrough: number;
  /** The disk takes entries. */
  readonly writable: boolean;
  /** Requests that began without an entry, since the start of the process: see `WhenFull`. */
  readonly shedRequests: number;
  readonly recovered: RecoveryTotals;
}
