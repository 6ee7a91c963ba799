import { readdirSync, type writeSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { GatewayError } from '@tollgate/contracts';
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
import { FAST, JournalGround } from '../../test-support/journal-ground.js';
import type { FileJournal, FileJournalOptions } from './file-journal.js';
import type { JournalLimits } from './limits.js';

describe('the request journal', () => {
  let ground: JournalGround;
  let parent: string;
  let eventLog: FakeEventLog;
  let documents: FakeDocumentStore;
  let logger: FakeLogger;
  let billing: FakeBilling;

  beforeEach(() => {
    ground = new JournalGround(FAST);
    ({ parent, eventLog, documents, logger, billing } = ground);
  });

  afterEach(() => ground.clear());

  const open = (
    limits: Partial<JournalLimits> = {},
    others: Partial<FileJournalOptions> = {},
  ): Promise<FileJournal> => ground.open({ limits, ...others });

  /** Runs that many requests to their end, one after the other. */
  async function run(journal: FileJournal, count: number): Promise<string[]> {
    const ids: string[] = [];
    for (let index = 0; index < count; index += 1) {
      const start = journalStart();
      journal.end(await journal.start(start), journalEnd(start));
      ids.push(start.id);
    }
    return ids;
  }

  const segments = (): string[] =>
    readdirSync(parent).flatMap((name) => readdirSync(join(parent, name)).map((file) => `${name}/${file}`));
  const journalIds = (): string[] => readdirSync(parent).map((name) => name.split('@')[0] ?? '');
  const bodies = (): { events: { sequence: number; id: string }[]; closed: boolean }[] =>
    eventLog.published.map(({ message }) => message.body as never);

  it('publishes every ended request once, in sequence from 1 without gaps, in batches named by their range', async () => {
    const journal = await open({ batchEventsMax: 10 });
    const starts = Array.from({ length: 25 }, () => journalStart());
    for (const started of await Promise.all(starts.map((start) => journal.start(start))))
      journal.end(started, journalEnd(started.entry));
    const ids = starts.map(({ id }) => id);
    await eventually(() => bodies().flatMap(({ events }) => events).length === 25, 'the events');
    const events = bodies().flatMap(({ events }) => events);
    expect(events.map(({ id }) => id)).toEqual(ids);
    expect(events.map(({ sequence }) => sequence)).toEqual(ids.map((_id, index) => index + 1));
    expect(eventLog.published.map(({ message }) => message.id)).toEqual([
      `${journal.id}:1-10`,
      `${journal.id}:11-20`,
      `${journal.id}:21-25`,
    ]);
    expect(bodies().every(({ closed }) => !closed)).toBe(true);
  });

  it('closes by publishing what is left and that it is closed, and leaves nothing behind', async () => {
    await billing.start();
    const journal = await open({ batchDelayMs: 60_000 });
    const ids = await run(journal, 3);
    await journal.close({ timeoutMs: 5_000 });
    expect([...billing.records.keys()]).toEqual(ids);
    expect(billing.closedJournals).toEqual(new Set([journal.id]));
    expect(readdirSync(parent)).toEqual([]);
  });

  it('makes an interrupted record, by its estimate, of a request that runs when it is closed', async () => {
    await billing.start();
    const clock = new ManualClock();
    const journal = await open({}, { clock });
    const start = journalStart({ occurredAt: clock.now() });
    const started = await journal.start(start);
    clock.advance(250);
    expect(journal.openCount).toBe(1);
    await journal.close({ timeoutMs: 5_000 });
    expect(billing.records.get(start.id)).toMatchObject({
      outcome: 'interrupted',
      usageSource: 'estimated',
      charge: start.estimate.charge,
      usage: start.estimate.usage,
      durationMs: 250,
      sequence: 1,
    });
    journal.end(started, journalEnd(start));
    expect(logger.messages('error')).toEqual(['A request ended that is not open in the journal; ignored.']);
  });

  it('refuses to start requests after it was closed', async () => {
    await billing.start();
    const journal = await open();
    await journal.close({ timeoutMs: 1_000 });
    await expect(journal.start(journalStart())).rejects.toThrow(
      expect.objectContaining({ code: 'shutting_down' }),
    );
  });

  it('ignores a second end of a request, loudly', async () => {
    await billing.start();
    const journal = await open();
    const start = journalStart();
    const started = await journal.start(start);
    journal.end(started, journalEnd(start));
    journal.end(started, journalEnd(start, { charge: '1' }));
    await journal.close({ timeoutMs: 5_000 });
    expect(billing.records.size).toBe(1);
    expect(logger.messages('error')).toHaveLength(1);
  });

  it('keeps its files until billing has committed, not until the log has acknowledged', async () => {
    const journal = await open({ segmentBytes: 2_000 });
    await run(journal, 20);
    await eventually(() => journal.status.unpublishedEvents === 0, 'acknowledgement');
    expect(segments().length).toBeGreaterThan(5);
    await billing.start();
    await eventually(() => segments().length === 1, 'the segments to go');
    expect(journal.status.committedThrough).toBe(20);
  });

  it('does not let a long request hold the segments behind it', async () => {
    await billing.start();
    const journal = await open({ segmentBytes: 2_000 });
    const long = journalStart();
    const started = await journal.start(long);
    for (let round = 0; round < 10; round += 1) {
      await run(journal, 5);
      await eventually(() => journal.status.committedThrough === (round + 1) * 5, 'the commit');
    }
    await eventually(() => segments().length <= 4, 'the segments to go');
    journal.end(started, journalEnd(long));
    await journal.close({ timeoutMs: 5_000 });
    expect(billing.records.get(long.id)).toMatchObject({ outcome: 'succeeded', sequence: 51 });
    expect(readdirSync(parent)).toEqual([]);
  });

  it('spools while the log is away, bounded in memory, and catches up from its files when it is back', async () => {
    await billing.start();
    eventLog.away = true;
    const journal = await open({ memoryBytesMax: 5_000, batchEventsMax: 5, segmentBytes: 5_000 });
    const ids: string[] = [];
    for (let round = 0; round < 20; round += 1) {
      ids.push(...(await run(journal, 5)));
      await new Promise(setImmediate);
    }
    await eventually(() => eventLog.publishCalls > 5, 'attempts');
    expect(journal.status.unpublishedEvents).toBe(100);
    expect(eventLog.published).toEqual([]);
    eventLog.away = false;
    await eventually(() => billing.records.size === 100, 'the records');
    const more = await run(journal, 5);
    await journal.close({ timeoutMs: 5_000 });
    expect(new Set(billing.records.keys())).toEqual(new Set([...ids, ...more]));
    expect(billing.duplicates).toBe(0);
    expect(logger.messages('warn')).toEqual([
      'The event log does not take usage events; they wait in the journal.',
    ]);
    expect(logger.messages('info')).toContain('That works again.');
  });

  it('leaves its files when the log stays away at the end, and the next journal publishes them', async () => {
    await billing.start();
    eventLog.away = true;
    const journal = await open();
    const ids = await run(journal, 30);
    await journal.close({ timeoutMs: 20 });
    expect(journalIds()).toEqual([journal.id]);
    eventLog.away = false;
    await open();
    await eventually(() => billing.records.size === 30, 'the records');
    expect([...billing.records.keys()]).toEqual(ids);
    await eventually(() => billing.closedJournals.has(journal.id), 'the closing');
    await eventually(() => !journalIds().includes(journal.id), 'the removal');
  });

  it('publishes again what the log acknowledged and lost, under new message ids', async () => {
    const clock = new ManualClock();
    const journal = await open({ batchEventsMax: 10, resendAfterMs: 30_000 }, { clock });
    const ids = await run(journal, 1_000);
    await eventually(() => journal.status.unpublishedEvents === 0, 'acknowledgement');
    eventLog.forget();
    await billing.start();
    clock.advance(29_999);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(billing.records.size).toBe(0);
    clock.advance(1);
    await eventually(() => billing.records.size === 1_000, 'the records');
    expect([...billing.records.keys()]).toEqual(ids);
    await journal.close({ timeoutMs: 5_000 });
    expect(readdirSync(parent)).toEqual([]);
  });

  it('does not publish again while billing moves, and waits longer and longer while it stands still', async () => {
    const clock = new ManualClock();
    const journal = await open({ resendAfterMs: 30_000 }, { clock });
    await run(journal, 10);
    await eventually(() => journal.status.unpublishedEvents === 0, 'acknowledgement');
    const published = (): number => eventLog.published.length;
    const first = published();
    clock.advance(30_000);
    await eventually(() => published() === first + 1, 'the first resend');
    clock.advance(30_000);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(published()).toBe(first + 1);
    clock.advance(30_000);
    await eventually(() => published() === first + 2, 'the second resend');
  });

  it('waits out a document store that is away', async () => {
    await billing.start();
    const journal = await open({ segmentBytes: 2_000 });
    documents.away = true;
    await run(journal, 20);
    await eventually(() => logger.messages('warn').length === 1, 'the complaint');
    documents.away = false;
    await run(journal, 1);
    await journal.close({ timeoutMs: 5_000 });
    expect(billing.records.size).toBe(21);
    expect(readdirSync(parent)).toEqual([]);
  });

  it('refuses requests beyond its bound, until billing has committed', async () => {
    const journal = await open({ bytesMax: 20_000, segmentBytes: 5_000 });
    let refusal: unknown;
    let started = 0;
    try {
      for (; started < 1_000; started += 1) await run(journal, 1);
    } catch (error) {
      refusal = error;
    }
    expect(refusal).toBeInstanceOf(GatewayError);
    expect(refusal).toMatchObject({ code: 'overloaded', retryAfterSeconds: 5 });
    expect(journal.openCount).toBe(0);
    await billing.start();
    await eventually(() => journal.status.bytes < 10_000, 'room');
    await run(journal, 1);
    await journal.close({ timeoutMs: 5_000 });
    expect(billing.records.size).toBe(started + 1);
  });

  it('says in one line why a journal can not be made', async () => {
    await expect(open({}, { directory: '/dev/null/journal' })).rejects.toMatchObject({
      code: 'service_unavailable',
      message: expect.stringMatching(/^The request journal can't be made in \/dev\/null\/journal: [^\n]+\.$/),
    });
  });

  describe('on a disk that refuses', () => {
    let full: boolean;
    let partly: number;
    let write: typeof writeSync;

    beforeEach(async () => {
      full = false;
      partly = 0;
      const { writeSync: real } = await import('node:fs');
      write = ((descriptor: number, bytes: Buffer, offset: number, length: number): number => {
        if (!full) return real(descriptor, bytes, offset, length, null);
        if (partly > 0) return real(descriptor, bytes, offset, Math.min(length, partly--), null);
        throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
      }) as typeof writeSync;
    });

    it('refuses to start a request, says so once, and goes on when there is room again', async () => {
      await billing.start();
      const journal = await open({}, { write });
      const before = await run(journal, 2);
      full = true;
      partly = 3;
      for (let attempt = 0; attempt < 3; attempt += 1) {
        await expect(journal.start(journalStart())).rejects.toThrow(
          expect.objectContaining({ code: 'overloaded' }),
        );
      }
      expect(journal.status).toMatchObject({ writable: false, openRequests: 0 });
      expect(logger.messages('error')).toEqual([
        'The request journal can not be written; requests are refused until the disk takes it again.',
      ]);
      full = false;
      const after = await run(journal, 2);
      expect(journal.status.writable).toBe(true);
      await journal.close({ timeoutMs: 5_000 });
      expect([...billing.records.keys()]).toEqual([...before, ...after]);
    });

    it('publishes the end of a request that it can not write', async () => {
      await billing.start();
      const journal = await open({ memoryBytesMax: 1 }, { write });
      const starts = Array.from({ length: 5 }, () => journalStart());
      const started = await Promise.all(starts.map((start) => journal.start(start)));
      full = true;
      for (const one of started) journal.end(one, journalEnd(one.entry));
      await eventually(() => billing.records.size === 5, 'the records');
      expect([...billing.records.values()].every(({ outcome }) => outcome === 'succeeded')).toBe(true);
    });

    /** Nobody takes it: neither the disk nor the log. */
    async function endInVain(journal: FileJournal): Promise<string> {
      eventLog.away = true;
      const start = journalStart();
      const started = await journal.start(start);
      full = true;
      journal.end(started, journalEnd(start));
      await eventually(() => !journal.status.writable, 'the refusal');
      return start.id;
    }

    /** By the next journal. */
    async function expectReplayed(journal: FileJournal, id: string): Promise<void> {
      eventLog.away = false;
      await billing.start();
      await open();
      await eventually(() => billing.closedJournals.has(journal.id), 'the replay');
      expect([...billing.records.values()]).toEqual([expect.objectContaining({ id, outcome: 'succeeded' })]);
    }

    it('writes the ends that waited, once, when there is room again', async () => {
      const journal = await open({}, { write });
      const id = await endInVain(journal);
      full = false;
      await eventually(() => journal.status.writable, 'the next attempt');
      await journal.close({ timeoutMs: 5 });
      await expectReplayed(journal, id);
    });

    it('is offered them a last time when the journal is closed unpublished', async () => {
      const journal = await open({ syncIntervalMs: 60_000 }, { write });
      const id = await endInVain(journal);
      const closed = journal.close({ timeoutMs: 20 });
      full = false;
      await closed;
      await expectReplayed(journal, id);
    });
  });
});
