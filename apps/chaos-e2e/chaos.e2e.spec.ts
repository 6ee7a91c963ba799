import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { whyNoSmallDisk } from './faults/disk-faults.js';
import { checkProcessesGone } from './invariants/remains.js';
import { probeLatency } from './probe.js';
import { playStep } from './run-seed.js';
import { countRefusals } from './traffic/refusals.js';
import { startWorld, stopWorld } from './start-world.js';
import type { World } from './world.js';

/** A part of `npm run chaos`, which plays every fault, in another order and beside other troubles with each seed. */
describe('a gateway under traffic has every invariant again', () => {
  let world: World;
  let normalLatencyMs: number;
  let stopped = false;

  beforeAll(async () => {
    world = await startWorld(1);
    normalLatencyMs = await probeLatency(world);
  }, 120_000);
  afterAll(async () => {
    if (world !== undefined && !stopped) await stopWorld(world);
  }, 60_000);

  it.each([
    'proxy-1 killed',
    'proxy-2 terminated',
    'proxy-1 clock 2 h ahead',
    'NATS killed',
    'NATS lost its disk',
    'Redis lost its disk',
    'Postgres killed',
    'Postgres paused',
    'Redis killed',
    "disk of proxy-2's journal full",
    'both vendors: reset-in-body',
    'both vendors: stall-before-headers',
    'both vendors: stall-in-body',
    'both vendors: garbage-body',
  ])(
    'after: %s',
    async (fault) => {
      const step = { fault, holdMs: 800 };
      const { violations, requests, servedMeanwhile, skipped } = await playStep(world, step, normalLatencyMs);
      // Only where there can be no such disk is one fault passed over.
      expect(skipped).toBe(fault.startsWith('disk ') ? await whyNoSmallDisk() : undefined);
      expect(violations).toEqual([]);
      expect(requests.complete).toBeGreaterThan(0);
      // Without Redis requests may be refused; all else takes nothing down with it.
      expect(servedMeanwhile > 0 || fault.startsWith('Redis')).toBe(true);
    },
    120_000,
  );

  it('and has refused what a balance, a budget and a limit do not allow', () => {
    const refusals = countRefusals(world.traffic.sent);
    expect([...refusals.keys()]).toEqual(
      expect.arrayContaining(['insufficient_balance', 'budget_exceeded', 'rate_limited']),
    );
  });

  it('and leaves no process behind', async () => {
    await stopWorld(world);
    stopped = true;
    expect(checkProcessesGone(world)).toEqual([]);
  }, 60_000);
});
