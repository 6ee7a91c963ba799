import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { eventually } from '@tollgate/testing';
import { journalEnd, journalStart } from '@tollgate/testing/fakes';
import { FAST, JournalGround } from '../../test-support/journal-ground.js';
import type { FileJournal, FileJournalOptions } from './file-journal.js';
import type { JournalLimits } from './limits.js';
import { RECORD_BYTES_MAX } from './record.js';

/** Fifty of their events are more than the log takes in one message. */
const LONG = ['w'.repeat(60_000)];
const COUNT = 50;

describe('events that are large', () => {
  let ground: JournalGround;
  beforeEach(() => {
    ground = new JournalGround(FAST);
  });
  afterEach(() => ground.clear());

  const open = (
    limits: Partial<JournalLimits> = {},
    others: Partial<FileJournalOptions> = {},
  ): Promise<FileJournal> => ground.open({ limits, ...others });

  /** So many end in one turn. */
  async function endTogether(journal: FileJournal, warnings = LONG, count = COUNT): Promise<string[]> {
    const starts = Array.from({ length: count }, () => journalStart());
    for (const started of await Promise.all(starts.map((start) => journal.start(start))))
      journal.end(started, journalEnd(started.entry, { warnings }));
    return starts.map(({ id }) => id);
  }

  async function expectBilled(ids: readonly string[]): Promise<void> {
    const { billing, logger } = ground;
    await eventually(() => billing.records.size >= ids.length, 'the records');
    expect(new Set(billing.records.keys())).toEqual(new Set(ids));
    expect(billing.duplicates).toBe(0);
    expect(logger.messages('error')).toEqual([]);
  }

  it.each([
    ['from memory', {}],
    ['from files, of which none was kept in memory', { memoryBytesMax: 0 }],
    ['from files, with few in memory', { memoryBytesMax: 400_000, segmentBytes: 500_000 }],
  ])('are published in messages that the log takes, %s', async (_, limits) => {
    await ground.billing.start();
    const journal = await open(limits);
    await expectBilled(await endTogether(journal));
    expect(ground.logger.messages('warn')).toEqual([]);
  });

  it('are published when another process takes their journal over', async () => {
    ground.eventLog.away = true;
    const ids = await endTogether(await open());
    await ground.closeJournals(1);
    ground.eventLog.away = false;
    await ground.billing.start();
    await open();
    await expectBilled(ids);
  });

  it('are published again when the log lost them', async () => {
    const journal = await open({ resendAfterMs: 20 });
    const ids = await endTogether(journal);
    await eventually(() => journal.status.unpublishedEvents === 0, 'acknowledgement');
    ground.eventLog.forget();
    await ground.billing.start();
    await expectBilled(ids);
  });

  it('are published from memory alone, where a full journal sheds entries', async () => {
    const journal = await open({ bytesMax: 10_000, segmentBytes: 5_000 }, { whenFull: 'shed' });
    const ids = [...(await endTogether(journal, [], 30)), ...(await endTogether(journal))];
    await ground.billing.start();
    await eventually(() => ground.billing.records.size === ids.length, 'the records');
    expect(new Set(ground.billing.records.keys())).toEqual(new Set(ids));
  });

  it.each(['refuse', 'shed'] as const)(
    'beyond a record are recorded without their remarks (when full: %s)',
    async (whenFull) => {
      const bytesMax = whenFull === 'shed' ? 1 : 1_000_000;
      const journal = await open({ bytesMax }, { whenFull });
      const ids = await endTogether(journal, ['x'.repeat(RECORD_BYTES_MAX)], 1);
      await ground.billing.start();
      await eventually(() => ground.billing.records.has(ids[0] ?? ''), 'the record');
      expect(ground.billing.records.get(ids[0] ?? '')).toMatchObject({ charge: '260', warnings: [] });
      expect(ground.logger.messages('error')).toEqual([
        'A usage event is too large for the journal; it is recorded without its findings and warnings.',
      ]);
    },
  );
});
