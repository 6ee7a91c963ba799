import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { eventually } from '@tollgate/testing';
import { type FakeBilling, journalEnd, journalStart } from '@tollgate/testing/fakes';
import fc from 'fast-check';
import { JournalGround, leaveJournal } from '../../test-support/journal-ground.js';
import type { JournalStart } from '../journal.js';
import type { FileJournal } from './file-journal.js';
import { readJournal } from './read-journal.js';
import { RecordBuffer } from './record.js';

/** One record of a journal, and where it lies. */
interface Placed {
  readonly kind: 'start' | 'end';
  readonly id: string;
  readonly file: number;
  readonly begin: number;
  readonly end: number;
}

interface Written {
  readonly files: Buffer[];
  readonly records: readonly Placed[];
}

/** Requests that all started, of which the first ones ended, over some files. */
function write(starts: readonly JournalStart[], endedCount: number, filesCount: number): Written {
  const entries = [
    ...starts.map((start) => ({ kind: 'start' as const, start, sequence: 0 })),
    ...starts
      .slice(0, endedCount)
      .map((start, index) => ({ kind: 'end' as const, start, sequence: index + 1 })),
  ];
  const buffers = Array.from({ length: filesCount }, () => new RecordBuffer());
  const records = entries.map(({ kind, start, sequence }, index) => {
    const file = Math.floor((index * filesCount) / entries.length);
    const buffer = buffers[file]!;
    const begin = buffer.length;
    if (kind === 'start') buffer.appendStart(start);
    else buffer.appendEnd(journalEnd(start), sequence);
    return { kind, id: start.id, file, begin, end: buffer.length };
  });
  return { files: buffers.map((buffer) => Buffer.from(buffer.bytes)), records };
}

type Damage =
  | { readonly kind: 'flip'; readonly file: number; readonly at: number; readonly mask: number }
  | { readonly kind: 'zero'; readonly file: number; readonly at: number; readonly length: number }
  | { readonly kind: 'cut'; readonly file: number; readonly at: number };

/**
 * Does the damage, and tells which records are as they were: zeros over zeros do no harm. `at` is taken modulo the file's
 * length.
 */
function harm({ files, records }: Written, damages: readonly Damage[]): readonly Placed[] {
  let intact = records;
  for (const damage of damages) {
    const file = damage.file % files.length;
    const bytes = files[file]!;
    if (bytes.length === 0) continue;
    const before = Buffer.from(bytes);
    const from = damage.at % bytes.length;
    if (damage.kind === 'flip') bytes[from] = (bytes[from] ?? 0) ^ damage.mask;
    else if (damage.kind === 'zero') bytes.fill(0, from, Math.min(from + damage.length, bytes.length));
    else files[file] = bytes.subarray(0, from);
    const after = files[file] ?? bytes;
    intact = intact.filter(({ file: of, begin, end }) => {
      return of !== file || after.subarray(begin, end).equals(before.subarray(begin, end));
    });
  }
  return intact;
}

const position = { file: fc.nat(3), at: fc.nat(100_000) };
const damages = fc.array(
  fc.oneof(
    fc.record({ kind: fc.constant('flip' as const), ...position, mask: fc.integer({ min: 1, max: 255 }) }),
    fc.record({
      kind: fc.constant('zero' as const),
      ...position,
      length: fc.integer({ min: 1, max: 5_000 }),
    }),
    fc.record({ kind: fc.constant('cut' as const), ...position }),
  ),
  { minLength: 1, maxLength: 4 },
);

describe('a damaged journal', () => {
  let ground: JournalGround;
  let parent: string;
  let billing: FakeBilling;

  beforeEach(() => {
    ground = new JournalGround({
      batchDelayMs: 1,
      watermarkPollMs: 1,
      adoptIntervalMs: 5,
      retryDelayMinMs: 1,
    });
    ({ parent, billing } = ground);
  });
  afterEach(() => ground.clear(1_000));

  const leave = (files: readonly Buffer[], holder?: string) => leaveJournal(parent, files, holder);

  it('gives every record that the damage did not touch, wherever its bytes are wrong or missing', async () => {
    const starts = Array.from({ length: 8 }, () => journalStart());
    await fc.assert(
      fc.asyncProperty(
        damages,
        fc.integer({ min: 1, max: 3 }),
        fc.nat(8),
        async (done, filesCount, ended) => {
          const written = write(starts, ended, filesCount);
          const intact = harm(written, done);
          const { path } = leave(written.files, 'damaged');
          const contents = await readJournal(path);
          const endsLeft = new Set(intact.filter(({ kind }) => kind === 'end').map(({ id }) => id));
          const startsLeft = intact.filter(({ kind, id }) => kind === 'start' && !endsLeft.has(id));
          expect([...contents.open.keys()].sort()).toEqual(startsLeft.map(({ id }) => id).sort());
          expect(contents.records).toBeGreaterThanOrEqual(intact.length);
          rmSync(path, { recursive: true });
        },
      ),
      { numRuns: 200 },
    );
  });

  describe('that is taken over', () => {
    beforeEach(() => billing.start());

    const open = (): Promise<FileJournal> => ground.open();
    const settled = (id: string) =>
      eventually(
        () => readdirSync(parent).every((name) => !name.startsWith(id) || name.endsWith('@damaged')),
        'the journal to be done with',
      );

    it('puts each request on the books once, whatever the damage', async () => {
      await fc.assert(
        fc.asyncProperty(damages, fc.nat(8), async (done, ended) => {
          const starts = Array.from({ length: 8 }, () => journalStart());
          const written = write(starts, ended, 2);
          const intact = harm(written, done);
          const { id } = leave(written.files);
          const before = billing.duplicates;
          const journal = await open();
          await settled(id);
          for (const record of intact) {
            const outcome = billing.records.get(record.id)?.outcome;
            if (record.kind === 'end') expect(outcome).toBe('succeeded');
            else expect(['succeeded', 'interrupted']).toContain(outcome);
          }
          expect(billing.duplicates).toBe(before);
          await journal.close({ timeoutMs: 1_000 });
        }),
        { numRuns: 15, endOnFailure: true },
      );
    }, 60_000);

    it('tells what it cost in its status', async () => {
      const starts = [journalStart(), journalStart()];
      const { files } = write(starts, 1, 1);
      const bytes = files[0]!;
      const { id } = leave([bytes.subarray(0, bytes.length - 3)]);
      const journal = await open();
      await settled(id);
      const { recovered } = journal.status;
      expect(recovered).toMatchObject({ journals: 1, interrupted: 2, missing: 0 });
      expect(recovered.skippedBytes).toBeGreaterThan(0);
    });

    it('gives what its other files hold when one of them can not be read at all', async () => {
      const starts = Array.from({ length: 6 }, () => journalStart());
      const { files, records } = write(starts, 3, 3);
      const { id, path } = leave(files);
      rmSync(join(path, '0000000002.log'));
      mkdirSync(join(path, '0000000002.log'));
      await open();
      await settled(id);
      const readable = records.filter(({ file }) => file !== 1);
      expect(new Set(billing.records.keys())).toEqual(new Set(readable.map((record) => record.id)));
      expect(readdirSync(parent)).toContain(`${id}@damaged`);
      expect(ground.logger.messages('warn')).toContain(
        'Took over the journal of a process that ended without closing it.',
      );
    });
  });
});
