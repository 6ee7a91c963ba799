import { mkdirSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { journalWatermarkKey, type Clock, type UsageRecordedV1 } from '@tollgate/contracts';
import { eventually } from '@tollgate/testing';
import {
  type FakeBilling,
  type FakeDocumentStore,
  type FakeEventLog,
  type FakeLogger,
  journalEnd,
  journalStart,
  ManualClock,
} from '@tollgate/testing/fakes';
import { DEAD, JournalGround, leaveJournal } from '../../test-support/journal-ground.js';
import type { JournalStart } from '../journal.js';
import type { FileJournal } from './file-journal.js';
import type { JournalLimits } from './limits.js';
import { JournalDirectory } from './journal-directory.js';
import { currentOwner, formatOwner, type Owner } from './owner.js';
import { RecordBuffer } from './record.js';

const FAST: Partial<JournalLimits> = {
  batchDelayMs: 1,
  watermarkPollMs: 2,
  retryDelayMinMs: 1,
  retryDelayMaxMs: 2,
  adoptIntervalMs: 10,
};
const REMOTE = 'ffffffffffff.7.7';

type Entry = { start: JournalStart } | { end: JournalStart; sequence: number };

describe('the journal of a process that died', () => {
  let ground: JournalGround;
  let parent: string;
  let eventLog: FakeEventLog;
  let documents: FakeDocumentStore;
  let logger: FakeLogger;
  let billing: FakeBilling;

  beforeEach(async () => {
    ground = new JournalGround(FAST);
    ({ parent, eventLog, documents, logger, billing } = ground);
    await billing.start();
  });

  afterEach(async () => {
    jest.restoreAllMocks();
    await ground.clear(1_000);
  });

  const open = (others: { owner?: Owner; clock?: Clock } = {}): Promise<FileJournal> => ground.open(others);

  function encode(entries: readonly Entry[]): Buffer {
    const buffer = new RecordBuffer();
    for (const entry of entries) {
      if ('start' in entry) buffer.appendStart(entry.start);
      else buffer.appendEnd(journalEnd(entry.end), entry.sequence);
    }
    return Buffer.from(buffer.bytes);
  }

  const leave = (segments: readonly Buffer[], holder?: string) => leaveJournal(parent, segments, holder);

  const holders = (id: string): string[] =>
    readdirSync(parent).flatMap((name) => (name.startsWith(`${id}@`) ? [name.slice(id.length + 1)] : []));
  const gone = (id: string): Promise<boolean> =>
    eventually(() => holders(id).length === 0, 'the journal to go');
  const sequenced = (): UsageRecordedV1[] =>
    [...billing.records.values()].sort((one, other) => one.sequence - other.sequence);

  it('is published, each started request once, those without an end as interrupted, and removed', async () => {
    const [a, b, c] = [journalStart(), journalStart({ leaseId: 'lease' as never }), journalStart()];
    const { id } = leave([
      encode([{ start: a }, { start: b }, { end: a, sequence: 1 }]),
      encode([{ start: c }, { end: c, sequence: 2 }]),
    ]);
    await open();
    await gone(id);
    expect(sequenced().map((record) => [record.id, record.outcome])).toEqual([
      [a.id, 'succeeded'],
      [c.id, 'succeeded'],
      [b.id, 'interrupted'],
    ]);
    expect(billing.records.get(b.id)).toMatchObject({
      charge: b.estimate.charge,
      usage: b.estimate.usage,
      vendorCost: b.estimate.vendorCost,
      usageSource: 'estimated',
      leaseId: 'lease',
    });
    expect(billing.closedJournals).toContain(id);
    expect(logger.entries[0]).toMatchObject({
      level: 'info',
      fields: { records: 5, interrupted: 1, skippedBytes: 0 },
    });
  });

  it('is published only above what billing has committed', async () => {
    const starts = [journalStart(), journalStart(), journalStart()];
    const { id } = leave([
      encode(starts.flatMap((start, at) => [{ start }, { end: start, sequence: at + 1 }])),
    ]);
    await documents.bucket('billing').put(journalWatermarkKey(id), { journalId: id, committedThrough: 2 });
    await open();
    await eventually(() => billing.closedJournals.has(id), 'the closing');
    expect(sequenced().map(({ sequence }) => sequence)).toEqual([3]);
  });

  it('takes no sequence that billing has committed, though the disk lost its event', async () => {
    const start = journalStart();
    const { id } = leave([encode([{ start }])]);
    await documents.bucket('billing').put(journalWatermarkKey(id), { journalId: id, committedThrough: 9 });
    await open();
    await eventually(() => billing.records.size === 1, 'the record');
    expect(billing.records.get(start.id)).toMatchObject({ sequence: 10, outcome: 'interrupted' });
  });

  it('may be cut at every byte of its last record', async () => {
    const [a, b] = [journalStart(), journalStart()];
    const whole = encode([{ start: a }, { start: b }, { end: a, sequence: 1 }]);
    const bytes = encode([{ start: a }, { start: b }, { end: a, sequence: 1 }, { end: b, sequence: 2 }]);
    const { readJournal } = await import('./read-journal.js');
    for (let length = whole.length; length < bytes.length; length += 1) {
      const { path } = leave([bytes.subarray(0, length)], 'damaged');
      const contents = await readJournal(path);
      expect([...contents.open.keys()]).toEqual([b.id]);
      expect(contents).toMatchObject({ records: 3, skippedBytes: length - whole.length });
    }
  });

  it('with a torn tail is reported, completed and removed', async () => {
    const [a, b] = [journalStart(), journalStart()];
    const bytes = encode([{ start: a }, { start: b }, { end: a, sequence: 1 }, { end: b, sequence: 2 }]);
    const { id } = leave([bytes.subarray(0, bytes.length - 5)]);
    await open();
    await gone(id);
    expect(billing.records.get(b.id)).toMatchObject({ sequence: 2, outcome: 'interrupted' });
    expect(logger.messages('warn')).toEqual([
      'Took over the journal of a process that ended without closing it.',
    ]);
  });

  it('with a lost end gives its sequence to the interrupted record, so that no hole stays', async () => {
    const [a, b, c] = [journalStart(), journalStart(), journalStart()];
    const bytes = encode([
      { start: a },
      { start: b },
      { start: c },
      { end: a, sequence: 1 },
      { end: b, sequence: 2 },
      { end: c, sequence: 3 },
    ]);
    const before = encode([{ start: a }, { start: b }, { start: c }, { end: a, sequence: 1 }]).length;
    bytes.fill(0, before, before + 200);
    const { id } = leave([bytes]);
    await open();
    await gone(id);
    expect(sequenced().map(({ sequence, outcome }) => [sequence, outcome])).toEqual([
      [1, 'succeeded'],
      [2, 'interrupted'],
      [3, 'succeeded'],
    ]);
  });

  it('is set aside, all the rest published, when an end is lost with its start', async () => {
    const [a, b, c] = [journalStart(), journalStart(), journalStart()];
    const { id } = leave([
      encode([{ start: a }, { end: a, sequence: 1 }, { start: c }, { end: c, sequence: 3 }]),
      encode([{ start: b }, { end: b, sequence: 5 }]),
    ]);
    const journal = await open();
    await eventually(() => holders(id)[0] === 'damaged', 'the setting aside');
    expect(sequenced().map(({ sequence }) => sequence)).toEqual([1, 3, 5]);
    await eventually(() => logger.messages('error').length > 0, 'the complaint');
    expect(logger.messages('error')).toEqual([
      'A journal has lost events for good; all others are published, and its files are set aside.',
    ]);
    expect(journal.status.recovered.missing).toBe(2);
    await ground.closeJournals(1_000);
    await open();
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(holders(id)).toEqual(['damaged']);
  });

  it('is set aside when its first ends are lost with their starts: nobody waits for their commit', async () => {
    const [a, b] = [journalStart(), journalStart()];
    const { id } = leave([encode([{ start: a }, { start: b }, { end: a, sequence: 3 }])]);
    await open();
    await eventually(() => holders(id)[0] === 'damaged', 'the setting aside');
    expect(sequenced().map(({ sequence, outcome }) => [sequence, outcome])).toEqual([
      [1, 'interrupted'],
      [3, 'succeeded'],
    ]);
  });

  it('gives its interrupted records the same sequences when the second process dies too', async () => {
    const starts = Array.from({ length: 5 }, () => journalStart());
    const { id } = leave([
      encode([...starts.map((start) => ({ start })), { end: starts[2] ?? journalStart(), sequence: 1 }]),
    ]);
    eventLog.away = true;
    await open();
    await eventually(() => eventLog.publishCalls > 0, 'the first attempt to publish');
    await ground.closeJournals(1);
    const path = join(parent, `${id}@released`);
    const files = readdirSync(path).map((name) => readFileSync(join(path, name)));
    expect(files).toHaveLength(2);
    eventLog.away = false;
    await open();
    await gone(id);
    expect(sequenced().map((record) => record.id)).toEqual([2, 0, 1, 3, 4].map((index) => starts[index]?.id));
    // The second recovery found them on disk and made no others.
    const reports = logger.entries.map(
      ({ fields }) => fields as { journalId?: string; interrupted?: number },
    );
    expect(reports.filter((report) => report.journalId === id && 'interrupted' in report)).toMatchObject([
      { interrupted: 4, records: 6 },
      { interrupted: 0, records: 10 },
    ]);
  });

  it('is adopted by one of several processes that find it at the same time', async () => {
    const starts = Array.from({ length: 40 }, () => journalStart());
    const ids = starts.map(
      (start, at) =>
        leave([encode(at % 2 === 0 ? [{ start }] : [{ start }, { end: start, sequence: 1 }])]).id,
    );
    const self = currentOwner();
    await Promise.all(
      [process.pid, process.ppid, 1].map((processId) =>
        open({ owner: { ...self, processId, startTicks: 0 } }),
      ),
    );
    for (const id of ids) await gone(id);
    expect(new Set(billing.records.keys())).toEqual(new Set(starts.map(({ id }) => id)));
    expect(billing.duplicates).toBe(0);
    const adopted = logger.entries.flatMap(({ fields }) =>
      'records' in fields && 'journalId' in fields ? [fields.journalId] : [],
    );
    expect(adopted.sort()).toEqual([...ids].sort());
  });

  it('is left alone as long as the process lives', async () => {
    const live = await open();
    const start = journalStart();
    await live.start(start);
    await open();
    const { id } = leave([encode([{ start: journalStart() }])]);
    await gone(id);
    expect(holders(live.id)).toEqual([formatOwner(currentOwner())]);
    expect(billing.records.has(start.id)).toBe(false);
  });

  it('of another host or container is adopted after it was silent for long, and not before', async () => {
    const clock = new ManualClock();
    const silent = leave([encode([{ start: journalStart() }])], REMOTE);
    const fresh = leave([encode([{ start: journalStart() }])], REMOTE);
    const scans = jest.spyOn(JournalDirectory, 'orphans');
    const scanned = async (): Promise<void> => {
      const before = scans.mock.calls.length;
      await eventually(() => scans.mock.calls.length > before + 1, 'a whole scan');
    };
    await open({ clock });
    await scanned();
    clock.advance(59_000);
    const signOfLife = new Date(Date.now() + 1_000);
    utimesSync(fresh.path, signOfLife, signOfLife);
    await scanned();
    expect([...holders(silent.id), ...holders(fresh.id)]).toEqual([REMOTE, REMOTE]);
    clock.advance(1_001);
    await gone(silent.id);
    expect(holders(fresh.id)).toEqual([REMOTE]);
  });

  it('of another host is not taken for dead because one of the clocks was set', async () => {
    // Given a living process whose clock is an hour behind, or ours an hour ahead,
    const { id, path } = leave([encode([{ start: journalStart() }])], REMOTE);
    const longAgo = new Date(Date.now() - 3_600_000);
    utimesSync(path, longAgo, longAgo);
    const scans = jest.spyOn(JournalDirectory, 'orphans');
    // when this process looks for what others left behind, again and again,
    await open({ clock: new ManualClock() });
    await eventually(() => scans.mock.calls.length > 3, 'scans');
    // then it waits until it has seen the silence itself.
    expect(holders(id)).toEqual([REMOTE]);
  });

  it.each([
    ['a process with the same number, in a container that was started again', 1],
    ['a process whose number this one has now', process.pid],
  ])('%s is adopted at once', async (_who, processId) => {
    const before = { ...currentOwner(), processId, startTicks: 1 };
    const start = journalStart();
    const { id } = leave([encode([{ start }])], formatOwner(before));
    await open({ owner: { ...currentOwner(), processId } });
    await gone(id);
    expect(billing.records.get(start.id)).toMatchObject({ outcome: 'interrupted' });
  });

  it('waits until the document store tells what is committed', async () => {
    documents.away = true;
    const start = journalStart();
    const { id } = leave([encode([{ start }])]);
    await open();
    await eventually(() => logger.messages('error').length > 0, 'the complaint');
    expect(logger.messages('error')[0]).toBe(
      'A journal that another process left behind can not be taken over now; trying again later.',
    );
    documents.away = false;
    await gone(id);
    expect(billing.records.get(start.id)).toMatchObject({ outcome: 'interrupted' });
  });

  it('is given back unread when the process that adopts it is closed meanwhile', async () => {
    const start = journalStart();
    const { id } = leave([encode([{ start }])]);
    const journal = await open();
    await journal.close({ timeoutMs: 1_000 });
    expect(holders(id).filter((holder) => holder !== DEAD && holder !== 'released')).toEqual([]);
    expect(logger.messages('error')).toEqual([]);
    await open();
    await gone(id);
    expect(billing.records.get(start.id)).toMatchObject({ outcome: 'interrupted', sequence: 1 });
  });

  it('counts against the bound of the process that adopted it', async () => {
    await billing.stop();
    const starts = Array.from({ length: 100 }, () => journalStart());
    const bytes = encode(starts.map((start) => ({ start })));
    leave([bytes]);
    const journal = await open();
    await eventually(() => journal.status.bytes > bytes.length, 'the adoption');
    expect(journal.status.bytes).toBeLessThan(4 * bytes.length);
  });

  it('may be empty, and may lie beside files that are none of ours', async () => {
    const { id } = leave([Buffer.alloc(0)]);
    const nothing = leave([]);
    writeFileSync(join(parent, 'notes.txt'), 'x');
    mkdirSync(join(parent, 'lost+found'));
    await open();
    await gone(id);
    await gone(nothing.id);
    expect(readdirSync(parent)).toEqual(expect.arrayContaining(['notes.txt', 'lost+found']));
  });
});
