import { setTimeout as delay } from 'node:timers/promises';
import { FAULTS } from './faults/catalogue.js';
import { checkWorld } from './invariants/check-world.js';
import { readBooks } from './invariants/books.js';
import { checkProcessesGone } from './invariants/remains.js';
import { probeLatency } from './probe.js';
import { describeStep, drawSchedule, type Step } from './schedule.js';
import { startWorld, stopWorld } from './start-world.js';
import { countRefusals } from './traffic/refusals.js';
import type { Ending, SentRequest } from './traffic/sent-request.js';
import type { World } from './world.js';

/** Traffic before a fault, so that it meets requests under way, and after it. */
const BEFORE_MS = 1_000;
const AFTER_MS = 700;

export interface SeedOptions {
  readonly seed: number;
  readonly steps: number;
  /** The faults to draw from; by default all. */
  readonly faults?: readonly string[];
  readonly say: (line: string) => void;
}

/** What happened after one fault. */
export interface StepResult {
  readonly step: Step;
  /** Why the fault could not be played; it was not, then. */
  readonly skipped: string | undefined;
  readonly requests: Readonly<Record<Ending, number>>;
  /** Requests that were sent and answered whole while the fault lasted. */
  readonly servedMeanwhile: number;
  readonly violations: readonly string[];
  readonly settledAfterMs: number;
  readonly latencyMs: number;
}

export interface SeedResult {
  readonly seed: number;
  readonly schedule: readonly Step[];
  readonly results: readonly StepResult[];
  /** Of the last step that was played, or of the end. Empty: the seed passed. */
  readonly violations: readonly string[];
  readonly requests: Readonly<Record<Ending, number>>;
  /** By their code. */
  readonly refusals: ReadonlyMap<string, number>;
  readonly records: number;
  readonly normalLatencyMs: number;
  readonly durationMs: number;
}

/** Plays a seed on a gateway of its own: fault after fault under traffic, and every invariant after each. */
export async function runSeed({
  seed,
  steps,
  faults = Object.keys(FAULTS),
  say,
}: SeedOptions): Promise<SeedResult> {
  const startedAt = performance.now();
  const schedule = drawSchedule({ seed, faults, steps });
  const world = await startWorld(seed);
  const results: StepResult[] = [];
  try {
    const normalLatencyMs = await probeLatency(world);
    for (const step of schedule) {
      const result = await playStep(world, step, normalLatencyMs);
      results.push(result);
      say(`  ${describeStep(step)}: ${describeResult(result)}`);
      if (result.violations.length > 0) break;
    }
    const violations = results.at(-1)?.violations ?? [];
    const books = await readBooks(world.gateway.servers.postgres.url).catch(() => undefined);
    await stopWorld(world);
    return {
      ...{ seed, schedule, results, normalLatencyMs },
      violations: [...violations, ...checkProcessesGone(world)],
      requests: countEndings(world.traffic.sent),
      refusals: countRefusals(world.traffic.sent),
      records: books?.records.length ?? 0,
      durationMs: performance.now() - startedAt,
    };
  } catch (error) {
    await stopWorld(world).catch(() => undefined);
    throw error;
  }
}

/** Plays one fault under traffic and checks every invariant after it. */
export async function playStep(world: World, step: Step, normalLatencyMs: number): Promise<StepResult> {
  const { traffic, vendors } = world;
  const before = traffic.sent.length;
  traffic.start();
  await delay(BEFORE_MS);
  vendors[1].behave(step.mood);
  const from = performance.now();
  const { skipped, failure } = await playFaults(world, step);
  const to = performance.now();
  await delay(AFTER_MS);
  vendors[1].behave(undefined);
  await traffic.pause();
  const sent = traffic.sent.slice(before);
  const requests = countEndings(sent);
  const meanwhile = sent.filter(({ sentAt, endedAt }) => sentAt > from && endedAt < to);
  const servedMeanwhile = countEndings(meanwhile).complete;
  const verdict = await checkWorld(world, normalLatencyMs);
  const violations = failure === undefined ? verdict.violations : [failure, ...verdict.violations];
  return { ...verdict, step, skipped, requests, servedMeanwhile, violations };
}

type Played = Readonly<Record<'skipped' | 'failure', string | undefined>>;

async function playFaults(world: World, { fault, also = [], holdMs }: Step): Promise<Played> {
  const played = await Promise.all([fault, ...also].map((name) => playFault(world, name, holdMs)));
  return {
    skipped: played.find(({ skipped }) => skipped !== undefined)?.skipped,
    failure: played.find(({ failure }) => failure !== undefined)?.failure,
  };
}

async function playFault(world: World, name: string, holdMs: number): Promise<Played> {
  const fault = FAULTS[name];
  if (fault === undefined) throw new Error(`There is no fault "${name}".`);
  try {
    return { skipped: (await fault(world, holdMs)) ?? undefined, failure: undefined };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { skipped: undefined, failure: `The fault could not be played: ${reason}` };
  }
}

function describeResult({ skipped, violations, requests, settledAfterMs, latencyMs }: StepResult): string {
  const played = skipped === undefined ? '' : `not played, as ${skipped}; `;
  const traffic = `${sum(requests)} requests, ${requests.complete} whole`;
  if (violations.length > 0) return `${played}${traffic}, ${violations.length} violations`;
  return `${played}${traffic}, settled in ${Math.round(settledAfterMs)} ms, p50 ${latencyMs.toFixed(1)} ms`;
}

function sum(counts: Readonly<Record<Ending, number>>): number {
  return Object.values(counts).reduce((total, count) => total + count, 0);
}

function countEndings(sent: readonly SentRequest[]): Record<Ending, number> {
  const counts = { complete: 0, refused: 0, cut: 0, aborted: 0, unreachable: 0, lost: 0 };
  for (const { ending } of sent) counts[ending] += 1;
  return counts;
}
