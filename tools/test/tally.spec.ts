import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readTally, tallyLine } from './tally.js';

describe('the tally of a test run', () => {
  let folder: string;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'tollgate-tally-'));
  });

  afterAll(() => rmSync(folder, { recursive: true }));

  it('counts a file that could not be loaded as a failure', () => {
    const report = join(folder, 'report.json');
    const counts = { numPassedTests: 5, numFailedTests: 1, numPendingTests: 1, numTodoTests: 1 };
    writeFileSync(report, JSON.stringify({ ...counts, numRuntimeErrorTestSuites: 2 }));
    expect(readTally(report)).toEqual({ passed: 5, failed: 3, skipped: 2 });
  });

  it('counts a run without a report as failed', () => {
    expect(readTally(join(folder, 'absent.json'))).toEqual({ passed: 0, failed: 1, skipped: 0 });
  });

  it('is one line that mentions skipped tests only if there are any', () => {
    expect(tallyLine({ passed: 120, failed: 0, skipped: 0 })).toBe('120 passed, 0 failed');
    expect(tallyLine({ passed: 118, failed: 1, skipped: 1 })).toBe('118 passed, 1 failed, 1 skipped');
  });
});
