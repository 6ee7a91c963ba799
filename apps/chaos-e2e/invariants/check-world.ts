import { setTimeout as delay } from 'node:timers/promises';
import { probeLatency } from '../probe.js';
import type { World } from '../world.js';
import { checkAnswers } from './answers.js';
import { readBooks } from './books.js';
import { BUDGET_COUNT, REQUEST_RATES } from '../customers.js';
import { gaugeLimits } from '../gauge.js';
import { checkBudgets } from './budgets.js';
import { checkDocuments } from './documents.js';
import { checkLimits } from './limits.js';
import { checkLedger, checkQuota } from './money.js';
import { readQuota } from './quota.js';
import { checkRemains } from './remains.js';
import { readSlotsTaken } from './slots.js';

/**
 * In this time after a fault everything must be as if nothing had been. What a dead consumer had in hand is delivered
 * again after 30 s; the journal, which would heal a loss there, sends again after 60 s only.
 */
const SETTLED_WITHIN_MS = 45_000;
const LATENCY_BACK_WITHIN_MS = 20_000;
const LIMITS_BACK_WITHIN_MS = 10_000;
const LOOK_EVERY_MS = 250;
/** A generous bound: the machine does other work, too. */
const SLOWER_AT_MOST = { times: 5, plusMs: 50 } as const;

/** What the invariants say, and how long it took until they held. */
export interface Verdict {
  readonly violations: readonly string[];
  readonly settledAfterMs: number;
  readonly latencyMs: number;
}

/** Every invariant, once traffic is quiet: each must come to hold within its time. */
export async function checkWorld(world: World, normalLatencyMs: number): Promise<Verdict> {
  const startedAt = performance.now();
  let latencyMs = Number.POSITIVE_INFINITY;
  const latencyMax = normalLatencyMs * SLOWER_AT_MOST.times + SLOWER_AT_MOST.plusMs;
  const slow = await untilNone(async () => {
    latencyMs = await probeLatency(world);
    return latencyMs <= latencyMax
      ? []
      : [`The median probe takes ${latencyMs} ms; normal is ${normalLatencyMs} ms.`];
  }, LATENCY_BACK_WITHIN_MS);
  const unlimited = await untilNone(() => gaugeLimits(world), LIMITS_BACK_WITHIN_MS);
  await world.traffic.pause();
  const wrong = await untilNone(() => lookAt(world), SETTLED_WITHIN_MS);
  return {
    violations: [...slow, ...unlimited, ...wrong],
    settledAfterMs: performance.now() - startedAt,
    latencyMs,
  };
}

async function lookAt(world: World): Promise<readonly string[]> {
  const { gateway, traffic, vendors, accounts, deaths, redisOutages } = world;
  const { sent } = traffic;
  try {
    const books = await readBooks(gateway.servers.postgres.url);
    const quota = await readQuota(gateway.servers.redis.url);
    const slotsTaken = await readSlotsTaken(gateway.servers.redis.url);
    const seenByVendors = new Set(vendors.flatMap(({ seen }) => [...seen]));
    const brokenOff = vendors.reduce((sum, vendor) => sum + vendor.brokenOff, 0);
    return [
      ...checkAnswers({ sent, books, seenByVendors, deaths }),
      ...checkLedger(accounts, books, brokenOff),
      ...checkQuota(accounts, books, quota),
      ...checkBudgets({ books, quota, count: BUDGET_COUNT }),
      ...checkLimits({ sent, rates: REQUEST_RATES, redisOutages, slotsTaken }),
      ...(await checkDocuments(gateway.servers.nats.url)),
      ...(await checkRemains(world)),
    ];
  } catch (error) {
    return [`The books can't be read: ${error instanceof Error ? error.message : String(error)}`];
  }
}

/** Looks until there is no violation; at the end of the time, the last ones. */
async function untilNone(
  look: () => Promise<readonly string[]>,
  timeoutMs: number,
): Promise<readonly string[]> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const violations = await look();
    if (violations.length === 0 || performance.now() > deadline) return violations;
    await delay(LOOK_EVERY_MS);
  }
}
