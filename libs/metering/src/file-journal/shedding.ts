import type { Clock, JournalId } from '@tollgate/contracts';
import type { JournalEnd } from '../journal.js';
import type { JournalLogger } from '../logger.js';

/** What becomes of new requests when the journal is full or the disk refuses. */
export type WhenFull = 'refuse' | 'shed';

export interface SheddingOptions {
  readonly whenFull: WhenFull;
  readonly journalId: JournalId;
  readonly clock: Clock;
  readonly logger: JournalLogger;
}

/** Billing is told at most this often while entries are shed. */
const REPORT_INTERVAL_MS = 60_000;

/**
 * Keeps the books on what a full journal goes without: the starts of requests, so that one that is under way when its
 * process is killed leaves no record. How many there were is told to billing as a finding of the next request that ends.
 */
export class Shedding {
  /** The operator chose so. */
  readonly allowed: boolean;
  /** Requests that began without an entry, since the start of the process. */
  total = 0;
  /** Some of the newest requests began so. */
  active = false;
  #unreported = 0;
  #reportedAt = -Infinity;

  constructor(private readonly options: SheddingOptions) {
    this.allowed = options.whenFull === 'shed';
  }

  /** A request begins without an entry. */
  shed(): void {
    this.total += 1;
    this.#unreported += 1;
    if (this.active) return;
    this.active = true;
    this.options.logger.error(
      { journalId: this.options.journalId },
      'The request journal is full or can not be written; requests go on without an entry, and would leave no record if this process were killed.',
    );
  }

  /** A request begins with an entry. */
  recovered(): void {
    if (!this.active) return;
    this.active = false;
    this.options.logger.info(
      { journalId: this.options.journalId, requests: this.total },
      'Requests have entries in the journal again.',
    );
  }

  /** An end with what it has to tell billing besides its own findings; nearly always nothing. */
  told(end: JournalEnd): JournalEnd {
    if (this.#unreported === 0) return end;
    const now = this.options.clock.monotonic();
    if (this.active && now - this.#reportedAt < REPORT_INTERVAL_MS) return end;
    const finding = `journal_shed:${this.#unreported}`;
    this.#reportedAt = now;
    this.#unreported = 0;
    return { ...end, findings: [...end.findings, finding] };
  }
}
