import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { probeLatency } from './probe.js';
import { playStep, type StepResult } from './run-seed.js';
import { startWorld, stopWorld } from './start-world.js';
import { countRefusals } from './traffic/refusals.js';
import type { World } from './world.js';

/** Clocks that are wrong at the same time, each against some of the others. */
const CLOCKS = {
  'billing clock 2 h ahead': [
    'proxy-1 clock 2 h behind',
    'admin clock 2 h behind',
    'channel-health clock 2 h behind',
  ],
  'billing clock 2 h behind': [
    'proxy-2 clock 2 h behind',
    'admin clock 2 h ahead',
    'channel-health clock 2 h ahead',
  ],
};

/** What goes away or stands still, and how: beside `chaos.e2e.spec.ts`, another part of `npm run chaos`. */
describe('a gateway whose parts go away under traffic', () => {
  let world: World;
  let normalLatencyMs: number;

  beforeAll(async () => {
    world = await startWorld(2);
    normalLatencyMs = await probeLatency(world);
  }, 120_000);
  afterAll(async () => {
    if (world !== undefined) await stopWorld(world);
  }, 60_000);

  const play = async (fault: string, also: readonly string[] = []): Promise<StepResult> => {
    const result = await playStep(world, { fault, also, holdMs: 800 }, normalLatencyMs);
    expect(result.violations).toEqual([]);
    expect(result.skipped).toBeUndefined();
    return result;
  };

  // Meanwhile, and for some seconds after Redis lost what it had, requests may wait or be refused.
  it.each(['Redis flushed', 'proxy-1 paused', 'Redis paused', 'Redis stopped'])(
    'is exact again: %s',
    async (fault) => {
      const { requests } = await play(fault);
      expect(Object.values(requests).some((count) => count > 0)).toBe(true);
    },
    120_000,
  );

  it.each([
    'billing killed',
    'billing terminated',
    'billing paused',
    'NATS stopped',
    'NATS paused',
    'Postgres stopped',
  ])(
    'serves on and is exact again: %s',
    async (fault) => {
      expect((await play(fault)).servedMeanwhile).toBeGreaterThan(0);
    },
    120_000,
  );

  it.each(['killed', 'terminated', 'paused'])(
    'serves on and is exact again: admin and channel-health %s',
    async (how) => {
      const { servedMeanwhile } = await play(`admin ${how}`, [`channel-health ${how}`]);
      expect(servedMeanwhile).toBeGreaterThan(0);
    },
    120_000,
  );

  it.each(Object.entries(CLOCKS))(
    'serves on and is exact again: %s, others the other way',
    async (fault, others) => {
      expect((await play(fault, others)).servedMeanwhile).toBeGreaterThan(0);
    },
    120_000,
  );

  it('has refused what could not be admitted meanwhile', () => {
    expect([...countRefusals(world.traffic.sent).keys()]).toContain('admission_unavailable');
  });
});
