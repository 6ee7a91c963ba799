import { AdoptedJournal, type AdoptionReport } from './adopted-journal.js';
import { JournalDirectory } from './journal-directory.js';
import type { Owner } from './owner.js';
import type { JournalPorts } from './shipper.js';
import { SilenceWatch } from './silence-watch.js';
import { reasonOf } from './system-error.js';

/** What this process took over of others, since its start. */
export interface RecoveryTotals {
  readonly journals: number;
  /** Requests that became `interrupted`. */
  readonly interrupted: number;
  /** Bytes that were no whole record. */
  readonly skippedBytes: number;
  /** Ends that are lost for good. */
  readonly missing: number;
}

/**
 * Looks after the journals of processes that died: at start, and now and then, so that the journal of a worker that
 * nobody restarts is not forgotten.
 */
export class OrphanAdopter {
  recovered: RecoveryTotals = { journals: 0, interrupted: 0, skippedBytes: 0, missing: 0 };
  readonly #adopted = new Set<AdoptedJournal>();
  readonly #stop = new AbortController();
  #scanning: Promise<void> | undefined;
  #settling = new Set<Promise<void>>();
  #timer: NodeJS.Timeout | undefined;
  readonly #silence: SilenceWatch;

  constructor(
    private readonly parent: string,
    private readonly owner: Owner,
    private readonly ports: JournalPorts,
  ) {
    this.#silence = new SilenceWatch(ports.clock, ports.limits.silenceMaxMs);
  }

  /** Bytes of adopted journals that are not committed. */
  get bytes(): number {
    let sum = 0;
    for (const { bytes } of this.#adopted) sum += bytes;
    return sum;
  }

  get directories(): readonly JournalDirectory[] {
    return [...this.#adopted].map(({ directory }) => directory);
  }

  start(): void {
    void this.scan();
    this.#timer = setInterval(() => void this.scan(), this.ports.limits.adoptIntervalMs);
    this.#timer.unref();
  }

  /** Takes over what can be taken over now. Resolves when it is completed, not when it is published; never rejects. */
  scan(): Promise<void> {
    this.#scanning ??= this.#scan().finally(() => {
      this.#scanning = undefined;
    });
    return this.#scanning;
  }

  /** Gives back what is not done, for whoever comes next. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    this.#stop.abort();
    await this.#scanning;
    await Promise.all(this.#settling);
  }

  async #scan(): Promise<void> {
    try {
      for (const directory of await JournalDirectory.orphans(this.parent, this.owner, this.#silence)) {
        if (!this.#stop.signal.aborted) await this.#adopt(directory);
      }
    } catch (error) {
      this.ports.logger.error(
        { directory: this.parent, error: reasonOf(error) },
        'Journals that other processes left behind can not be looked for; trying again later.',
      );
    }
  }

  async #adopt(directory: JournalDirectory): Promise<void> {
    const journal = new AdoptedJournal(directory, this.ports);
    try {
      if (!(await directory.claim(this.owner))) return;
      this.#adopted.add(journal);
      this.#tell(await journal.complete(this.#stop.signal));
    } catch (error) {
      this.#adopted.delete(journal);
      await this.#giveBack(directory, error);
      return;
    }
    const settling = this.#settle(journal).finally(() => this.#settling.delete(settling));
    this.#settling.add(settling);
  }

  async #giveBack(directory: JournalDirectory, reason: unknown): Promise<void> {
    if (!this.#stop.signal.aborted) {
      this.ports.logger.error(
        { journalId: directory.journalId, error: reasonOf(reason) },
        'A journal that another process left behind can not be taken over now; trying again later.',
      );
    }
    await directory.release().catch((error: unknown) => {
      const facts = { journalId: directory.journalId, path: directory.path, error: reasonOf(error) };
      this.ports.logger.error(facts, 'It can not be given back either; it waits for the next start.');
    });
  }

  async #settle(journal: AdoptedJournal): Promise<void> {
    const { directory } = journal;
    try {
      const result = await journal.settle(this.#stop.signal);
      if (result === 'left') await directory.release();
      if (result === 'removed') {
        this.ports.logger.info(
          { journalId: directory.journalId },
          'An adopted journal is committed and removed.',
        );
      }
      if (result === 'set aside') {
        this.ports.logger.error(
          { journalId: directory.journalId, path: directory.path },
          'A journal has lost events for good; all others are published, and its files are set aside.',
        );
      }
    } catch (error) {
      const facts = { journalId: directory.journalId, error: reasonOf(error) };
      this.ports.logger.error(facts, 'An adopted journal can not be removed or renamed.');
    } finally {
      this.#adopted.delete(journal);
    }
  }

  #tell(report: AdoptionReport): void {
    const message = 'Took over the journal of a process that ended without closing it.';
    this.recovered = {
      journals: this.recovered.journals + 1,
      interrupted: this.recovered.interrupted + report.interrupted,
      skippedBytes: this.recovered.skippedBytes + report.skippedBytes,
      missing: this.recovered.missing + report.missing,
    };
    if (report.skippedBytes > 0 || report.missing > 0 || report.unreadable.length > 0)
      this.ports.logger.warn(report, message);
    else this.ports.logger.info(report, message);
  }
}
