import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { systemClock, type UsageBatchV1 } from '@tollgate/contracts';
import { eventually, startTypeScript } from '@tollgate/testing';
import {
  FakeBilling,
  FakeDocumentStore,
  FakeEventLog,
  FakeLogger,
  journalEnd,
  journalStart,
} from '@tollgate/testing/fakes';
import { FileJournal } from './file-journal.js';

const TEMPLATES = [journalStart(), journalEnd(journalStart())].map((entry) => JSON.stringify(entry));
const WRITER = new URL('../../test-support/writer.ts', import.meta.url).href;

/** See test-support/writer.ts. */
const STARTS_A_TURN_MAX = 4;

describe('a process that is killed while it journals', () => {
  let root: string;
  let parent: string;

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'tollgate-kill-'));
    parent = join(root, 'journals');
  });

  afterEach(() => {
    rmSync(root, { recursive: true, force: true });
  });

  /** Runs a writer for that long after it began, and kills it. Returns where it wrote down what it did. */
  async function killAfter(milliseconds: number, name: string): Promise<string> {
    const notes = join(root, name);
    mkdirSync(notes);
    const child = startTypeScript(WRITER, [parent, notes, ...TEMPLATES]);
    await once(child, 'message');
    await delay(milliseconds);
    child.kill('SIGKILL');
    await once(child, 'exit');
    return notes;
  }

  function deeds(notes: string, kind: 's' | 'e'): string[] {
    const lines = readFileSync(join(notes, 'deeds'), 'utf8').split('\n').slice(0, -1);
    return lines.filter((line) => line.startsWith(kind)).map((line) => line.slice(2));
  }

  it('loses no started request and counts none twice, whatever the moment', async () => {
    // Given writers that were killed at random moments,
    const moments = [1, 15, 40, 90, 200].map((milliseconds) => milliseconds * (1 + Math.random()));
    const writers = await Promise.all(moments.map((moment, index) => killAfter(moment, `writer-${index}`)));

    // when the next process starts, with a log that still holds a part of what they published,
    const eventLog = new FakeEventLog();
    const documents = new FakeDocumentStore();
    const billing = new FakeBilling(eventLog, documents);
    await billing.start();
    const published = writers.flatMap(messagesOf);
    for (const message of published) if (Math.random() < 0.5) await eventLog.publish('usage', message);
    const limits = { batchDelayMs: 1, watermarkPollMs: 2 };
    const ports = { eventLog, documents, clock: systemClock, logger: new FakeLogger() };
    const journal = await FileJournal.open({ directory: parent, ...ports, limits });
    await eventually(() => readdirSync(parent).length === 1, 'the journals of the dead to go');
    await journal.close({ timeoutMs: 5_000 });
    await eventually(
      () => billing.closedJournals.size === writers.length + 1,
      'billing to hear of every end',
    );
    await billing.stop();

    // then each started request has one record, and one that ended has its own end.
    const started = writers.flatMap((notes) => deeds(notes, 's'));
    const ended = writers.flatMap((notes) => deeds(notes, 'e'));
    expect(started.length).toBeGreaterThan(0);
    expect(started.filter((id) => !billing.records.has(id))).toEqual([]);
    expect(ended.filter((id) => billing.records.get(id)?.outcome !== 'succeeded')).toEqual([]);
    // Those of each writer's last turn may have been started and not yet written down.
    const known = new Set(started);
    expect([...billing.records.keys()].filter((id) => !known.has(id)).length).toBeLessThanOrEqual(
      writers.length * STARTS_A_TURN_MAX,
    );
    expect(billing.closedJournals.size).toBe(writers.length + 1);

    // And what was published before the kill kept its sequence.
    for (const { body } of published) {
      for (const { id, sequence } of (body as UsageBatchV1).events) {
        expect(billing.records.get(id)?.sequence).toBe(sequence);
      }
    }
  }, 60_000);
});

function messagesOf(notes: string): { id: string; body: unknown }[] {
  const path = join(notes, 'published');
  if (!existsSync(path)) return [];
  const lines = readFileSync(path, 'utf8').split('\n').slice(0, -1);
  return lines.map((line) => JSON.parse(line) as { id: string; body: unknown });
}
