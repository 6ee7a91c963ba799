import type { JournalId, UsageRecordedV1 } from '@tollgate/contracts';

/** What is known when a request is admitted; enough to make an `interrupted` record of it, should no end follow. */
export type JournalStart = Pick<
  UsageRecordedV1,
  | 'id'
  | 'occurredAt'
  | 'organization'
  | 'apiKey'
  | 'group'
  | 'operation'
  | 'dialect'
  | 'streamed'
  | 'model'
  | 'priceCard'
  | 'leaseId'
  | 'budgetLeases'
> & {
  /** Best guess of the usage and its charge, for an interrupted request. */
  readonly estimate: Pick<UsageRecordedV1, 'usage' | 'charge' | 'vendorCost'>;
};

/** A request whose start is in the journal, until its end is: what `start` gave is what `end` takes. */
export interface StartedRequest {
  readonly entry: JournalStart;
}

/** The end of a request: its usage event but for the sequence number, which the journal gives. */
export type JournalEnd = Omit<UsageRecordedV1, 'type' | 'version' | 'sequence' | 'findings' | 'warnings'> & {
  readonly findings: readonly string[];
  readonly warnings: readonly string[];
};

/**
 * The request journal of one proxy process: a write-ahead spool in local segment files. What one turn of the event loop
 * starts and ends is written at its end, in one piece. A start has reached the operating system when its promise
 * resolves, so that a killed process loses no request whose vendor was called. A segment is forgotten when billing has
 * committed all that it holds.
 */
export interface Journal {
  readonly id: JournalId;
  /**
   * Resolves once the start is written: call the vendor then. `entry` must not change any more.
   *
   * Rejects with GatewayError `overloaded` when the journal's bound is reached or the disk refuses, and with
   * `shutting_down`; the request is not in the journal then.
   */
  start(entry: JournalStart): Promise<StartedRequest>;
  /** Never throws: a disk that refuses is reported, and the event is published from memory. */
  end(started: StartedRequest, entry: JournalEnd): void;
  /** Requests started and not ended. */
  readonly openCount: number;
  /** Publishes what is left, within the bound, and closes the files; what was not published is replayed at next start. */
  close(options: { readonly timeoutMs: number }): Promise<void>;
}
