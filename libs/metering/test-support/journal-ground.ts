import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { newId, systemClock, type JournalId } from '@tollgate/contracts';
import { FakeBilling, FakeDocumentStore, FakeEventLog, FakeLogger } from '@tollgate/testing/fakes';
import { FileJournal, type FileJournalOptions } from '../src/file-journal/file-journal.js';
import type { JournalLimits } from '../src/file-journal/limits.js';
import { currentOwner, formatOwner } from '../src/file-journal/owner.js';

/** The holder of a journal whose process is no more. */
export const DEAD = formatOwner({ ...currentOwner(), processId: 4_194_303, startTicks: 1 });

/** Rhythms that nobody waits for. */
export const FAST: Partial<JournalLimits> = {
  batchDelayMs: 2,
  syncIntervalMs: 5,
  watermarkPollMs: 2,
  retryDelayMinMs: 1,
  retryDelayMaxMs: 5,
};

/** A folder for journals, what they publish to, and billing behind it. */
export class JournalGround {
  readonly parent = mkdtempSync(join(tmpdir(), 'tollgate-journal-'));
  readonly eventLog = new FakeEventLog();
  readonly documents = new FakeDocumentStore();
  readonly logger = new FakeLogger();
  readonly billing = new FakeBilling(this.eventLog, this.documents);
  #journals: FileJournal[] = [];

  constructor(private readonly limits: Partial<JournalLimits>) {}

  /** A journal in the folder, with the limits of the ground where `options` name no others. */
  async open({ limits, ...others }: Partial<FileJournalOptions> = {}): Promise<FileJournal> {
    const { eventLog, documents, logger } = this;
    const journal = await FileJournal.open({
      ...{ directory: this.parent, eventLog, documents, logger, clock: systemClock },
      limits: { ...this.limits, ...limits },
      ...others,
    });
    this.#journals.push(journal);
    return journal;
  }

  /** What they have not published by then stays in the folder. */
  async closeJournals(timeoutMs: number): Promise<void> {
    await Promise.all(this.#journals.map((journal) => journal.close({ timeoutMs })));
    this.#journals = [];
  }

  async clear(timeoutMs = 1): Promise<void> {
    this.eventLog.away = false;
    this.documents.away = false;
    await this.closeJournals(timeoutMs);
    await this.billing.stop();
    rmSync(this.parent, { recursive: true, force: true });
  }
}

/** Leaves a journal with these segment files behind in the folder `parent`. */
export function leaveJournal(
  parent: string,
  segments: readonly Buffer[],
  holder = DEAD,
): { id: string; path: string } {
  const id: string = newId<JournalId>();
  const path = join(parent, `${id}@${holder}`);
  mkdirSync(path);
  segments.forEach((bytes, index) => {
    writeFileSync(join(path, `${String(index + 1).padStart(10, '0')}.log`), bytes);
  });
  return { id, path };
}
