import { describe, expect, it } from '@jest/globals';
import { noopLogger } from '@tollgate/telemetry';
import { Job } from './job.js';

describe('a job', () => {
  const jobOf = (run: () => Promise<void>): Job =>
    new Job({ name: 'test', everyMs: 3_600_000, run, logger: noopLogger });

  it('runs one at a time, and once more for any number of wakes during a run', async () => {
    let running = 0;
    let runs = 0;
    const job = jobOf(async () => {
      running += 1;
      expect(running).toBe(1);
      await Promise.resolve();
      running -= 1;
      runs += 1;
    });
    await Promise.all([job.wake(), job.wake(), job.wake()]);
    expect(runs).toBe(2);
  });

  it('goes on after a run that failed', async () => {
    let runs = 0;
    const job = jobOf(async () => {
      runs += 1;
      throw new Error('away');
    });
    await job.wake();
    await job.wake();
    expect(runs).toBe(2);
  });

  it('runs no more once it is stopped', async () => {
    let runs = 0;
    const job = jobOf(async () => void (runs += 1));
    job.start();
    await job.stop();
    await job.wake();
    expect(runs).toBe(0);
  });
});
