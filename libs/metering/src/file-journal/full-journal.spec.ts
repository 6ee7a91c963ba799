import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { eventually } from '@tollgate/testing';
import {
  type FakeBilling,
  type FakeEventLog,
  type FakeLogger,
  journalEnd,
  journalStart,
} from '@tollgate/testing/fakes';
import { FAST, JournalGround } from '../../test-support/journal-ground.js';
import type { FileJournal, FileJournalOptions } from './file-journal.js';
import type { JournalLimits } from './limits.js';

const OVERLOADED = { code: 'overloaded', retryAfterSeconds: 5 };

describe('a full journal', () => {
  let ground: JournalGround;
  let parent: string;
  let eventLog: FakeEventLog;
  let logger: FakeLogger;
  let billing: FakeBilling;
  let diskFull: boolean;

  beforeEach(() => {
    ground = new JournalGround({ ...FAST, adoptIntervalMs: 5 });
    ({ parent, eventLog, logger, billing } = ground);
    diskFull = false;
  });
  afterEach(() => ground.clear());

  const write = ((descriptor: number, bytes: Buffer, offset: number, length: number): number => {
    if (!diskFull) return writeSync(descriptor, bytes, offset, length, null);
    throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
  }) as typeof writeSync;

  const open = (
    limits: Partial<JournalLimits> = {},
    others: Partial<FileJournalOptions> = {},
  ): Promise<FileJournal> => ground.open({ write, limits, ...others });
  const shed = { whenFull: 'shed' } as const;

  /** Runs a request to its end; its id. */
  async function run(journal: FileJournal): Promise<string> {
    const start = journalStart();
    journal.end(await journal.start(start), journalEnd(start));
    return start.id;
  }
  async function runMany(journal: FileJournal, count: number): Promise<string[]> {
    const ids: string[] = [];
    for (let index = 0; index < count; index += 1) ids.push(await run(journal));
    return ids;
  }
  const findings = (): string[] => [...billing.records.values()].flatMap((record) => record.findings);

  describe('whose operator chose to shed', () => {
    it('goes on without entries at its bound, stays within a quarter above it, and loses no request', async () => {
      eventLog.away = true;
      const journal = await open({ bytesMax: 20_000, segmentBytes: 5_000 }, shed);
      const ids = await runMany(journal, 200);
      expect(journal.status.shedRequests).toBeGreaterThan(100);
      expect(journal.status.bytes).toBeLessThan(20_000 * 1.25 + 2_000);
      eventLog.away = false;
      await billing.start();
      await eventually(() => billing.records.size === 200, 'the records');
      await eventually(() => journal.status.bytes < 10_000, 'room');
      const later = await run(journal);
      await journal.close({ timeoutMs: 5_000 });
      expect(new Set(billing.records.keys())).toEqual(new Set([...ids, later]));
      expect(billing.duplicates).toBe(0);
      expect(readdirSync(parent)).toEqual([]);
      expect(logger.messages('info')).toContain('Requests have entries in the journal again.');
    });

    it('tells billing how many requests began without an entry, and says so once in the log', async () => {
      await billing.start();
      const journal = await open({}, shed);
      diskFull = true;
      await runMany(journal, 10);
      diskFull = false;
      await eventually(() => journal.status.writable, 'the disk to take it again');
      await run(journal);
      await journal.close({ timeoutMs: 5_000 });
      const counts = findings().map((finding) => Number(/^journal_shed:(\d+)$/.exec(finding)?.[1]));
      expect(counts.reduce((sum, count) => sum + count, 0)).toBe(journal.status.shedRequests);
      expect(journal.status.shedRequests).toBe(10);
      expect(logger.messages('error')).toHaveLength(2);
    });

    it('publishes what a full disk does not take, and is written again when there is room', async () => {
      await billing.start();
      const journal = await open({}, shed);
      const ids = await runMany(journal, 3);
      diskFull = true;
      // More than waits for the disk: the rest is in memory only.
      const long = 'x'.repeat(100_000);
      for (let index = 0; index < 30; index += 1) {
        const start = journalStart({ model: long });
        ids.push(start.id);
        journal.end(await journal.start(start), journalEnd(start));
      }
      await eventually(() => billing.records.size === ids.length, 'the records');
      expect(journal.status).toMatchObject({ writable: false, shedRequests: 30 });
      diskFull = false;
      await eventually(() => journal.status.writable, 'the disk to take it again');
      ids.push(...(await runMany(journal, 3)));
      await journal.close({ timeoutMs: 5_000 });
      expect(new Set(billing.records.keys())).toEqual(new Set(ids));
      expect(billing.duplicates).toBe(0);
      expect(readdirSync(parent)).toEqual([]);
    });

    it('refuses all the same when as much is in memory as may be', async () => {
      eventLog.away = true;
      const journal = await open({ bytesMax: 10_000, segmentBytes: 5_000, unfiledBytesMax: 20_000 }, shed);
      let refusal: unknown;
      const ids: string[] = [];
      for (let index = 0; index < 500 && refusal === undefined; index += 1) {
        await run(journal).then(
          (id) => ids.push(id),
          (error: unknown) => (refusal = error),
        );
      }
      expect(refusal).toMatchObject(OVERLOADED);
      expect(ids.length).toBeLessThan(100);
      eventLog.away = false;
      await billing.start();
      await eventually(() => billing.records.size === ids.length, 'the records');
      await run(journal);
    });

    it('publishes again what was only in memory and the log lost', async () => {
      const journal = await open({ bytesMax: 10_000, segmentBytes: 5_000, resendAfterMs: 20 }, shed);
      const ids = await runMany(journal, 100);
      await eventually(() => journal.status.unpublishedEvents === 0, 'acknowledgement');
      eventLog.forget();
      await billing.start();
      await eventually(() => billing.records.size === 100, 'the records');
      expect(new Set(billing.records.keys())).toEqual(new Set(ids));
    });

    it('files what it had in memory when it is closed unpublished, for the next journal to publish', async () => {
      eventLog.away = true;
      const journal = await open({ bytesMax: 10_000, segmentBytes: 5_000 }, shed);
      const ids = await runMany(journal, 100);
      await journal.close({ timeoutMs: 5 });
      eventLog.away = false;
      await billing.start();
      await open();
      await eventually(() => billing.closedJournals.has(journal.id), 'the replay');
      expect(new Set(billing.records.keys())).toEqual(new Set(ids));
      expect(billing.duplicates).toBe(0);
    });
  });

  it('refuses, unless its operator chose otherwise, and takes no event into memory for it', async () => {
    eventLog.away = true;
    const journal = await open({ bytesMax: 20_000, segmentBytes: 5_000 });
    await expect(runMany(journal, 1_000)).rejects.toMatchObject(OVERLOADED);
    expect(journal.status.shedRequests).toBe(0);
  });

  it.each(['refuse', 'shed'] as const)(
    '%ss requests while the disk takes nothing, ends and bills those under way, and goes on when it has room',
    async (whenFull) => {
      await billing.start();
      const journal = await open({}, { whenFull });
      const ids = await runMany(journal, 3);
      const start = journalStart();
      const underWay = await journal.start(start);
      diskFull = true;
      let refused = 0;
      for (let index = 0; index < 50; index += 1) {
        await run(journal).then(
          (id) => ids.push(id),
          (error: unknown) => {
            refused += 1;
            expect(error).toMatchObject(OVERLOADED);
          },
        );
      }
      expect(refused > 0).toBe(whenFull === 'refuse');
      journal.end(underWay, journalEnd(start));
      diskFull = false;
      const goesOn = () => run(journal).then((id) => ids.push(id) > 0 && journal.status.writable);
      await eventually(() => goesOn().catch(() => false), 'the disk to take it again');
      await journal.close({ timeoutMs: 5_000 });
      expect(new Set(billing.records.keys())).toEqual(new Set([...ids, start.id]));
      expect(billing.records.get(start.id)).toMatchObject({ outcome: 'succeeded' });
      expect(billing.duplicates).toBe(0);
    },
  );

  const whyNotMounted = mountProblem();
  const onDisk = whyNotMounted === undefined ? describe : describe.skip; // mounting takes root

  onDisk(
    `on a small disk of its own${whyNotMounted === undefined ? '' : ` (skipped: ${whyNotMounted})`}`,
    () => {
      let disk: string;

      beforeEach(() => {
        disk = join(parent, 'disk');
        mkdirSync(disk);
        mount(disk, 'size=256k');
      });
      afterEach(async () => {
        await ground.closeJournals(100);
        execFileSync('umount', ['--lazy', disk]);
      });
      /** Leaves less room on the disk than a record needs. */
      const fill = (): void => {
        expect(() => writeFileSync(join(disk, 'filler'), Buffer.alloc(2 ** 20))).toThrow(/ENOSPC/);
      };

      it.each(['refuse', 'shed'] as const)(
        '%ss requests while it is full, and loses none',
        async (whenFull) => {
          await billing.start();
          const journal = await open({}, { directory: join(disk, 'journal'), whenFull });
          const ids = await runMany(journal, 3);
          fill();
          let refused = 0;
          for (let index = 0; index < 50; index += 1) {
            await run(journal).then(
              (id) => ids.push(id),
              () => (refused += 1),
            );
          }
          expect(refused > 0).toBe(whenFull === 'refuse');
          expect(journal.status.shedRequests > 0).toBe(whenFull === 'shed');
          rmSync(join(disk, 'filler'));
          const goesOn = () => run(journal).then((id) => ids.push(id) > 0 && journal.status.writable);
          await eventually(() => goesOn().catch(() => false), 'the disk to take it again');
          await journal.close({ timeoutMs: 5_000 });
          expect(new Set(billing.records.keys())).toEqual(new Set(ids));
          expect(billing.duplicates).toBe(0);
        },
      );

      it('tells in one line that it can only be read', async () => {
        mount(disk, 'ro');
        try {
          await expect(open({}, { directory: disk })).rejects.toMatchObject({
            code: 'service_unavailable',
            message: expect.stringMatching(/^The request journal can't be made in [^\n]+EROFS[^\n]+\.$/),
          });
        } finally {
          execFileSync('umount', [disk]);
        }
      });
    },
  );
});

function mount(directory: string, options: string): void {
  execFileSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', directory], { stdio: 'pipe' });
}

/** Why this process may not mount; `undefined`: it may. */
function mountProblem(): string | undefined {
  if (process.getuid?.() !== 0) return 'only root may mount';
  const directory = mkdtempSync(join(tmpdir(), 'tollgate-mount-'));
  try {
    mount(directory, 'size=64k');
    execFileSync('umount', [directory]);
    return undefined;
  } catch {
    return 'mounting is not allowed here';
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
