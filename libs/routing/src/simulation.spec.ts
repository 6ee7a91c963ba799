import { describe, expect, it } from '@jest/globals';
import type { ChannelState } from '@tollgate/contracts';
import { ChannelPlan } from './plan.js';
import { healthOf, poolOf, seeded } from '../test-support/channels.js';

const REQUESTS = 100_000;
const CHANNELS = 50;
const ATTEMPTS_MAX = 3;
/** Requests between two failures of the world, and how long a channel stays bad. */
const OUTAGE_EVERY = 400;
const OUTAGE_LENGTH = 3_000;
/** The judge opens a channel after so many failures in a row, and half-opens it after so many requests. */
const FAILURES_MAX = 5;
const OPEN_LENGTH = 1_500;
/** A trial is under way for so many requests: nobody else may try meanwhile. */
const TRIAL_LENGTH = 40;
/** Of a channel that is well, so many attempts fail all the same. */
const FAILURE_RATE = 0.01;

interface Simulated {
  state: ChannelState;
  readonly weight: number;
  badUntil: number;
  failures: number;
  halfOpenAt: number;
  trialEndsAt: number;
  expected: number;
  bookedAt: number;
  first: number;
  trials: number;
}

/** Channels of one priority that fail and recover, a judge that opens them, and requests that retry. */
class Simulation {
  readonly channels: Simulated[];
  openHits = 0;
  untoldTrials = 0;
  repeats = 0;
  served = 0;
  private promised = 0;
  private healthyWeight: number;
  private readonly pool;
  private health = healthOf({});
  private readonly random;

  constructor(seed: number) {
    this.random = seeded(seed);
    this.channels = Array.from({ length: CHANNELS }, (_, index) => ({
      ...{ state: 'healthy' as const, weight: 1 + (index % 5) },
      ...{
        badUntil: 0,
        failures: 0,
        halfOpenAt: 0,
        trialEndsAt: 0,
        expected: 0,
        bookedAt: 0,
        first: 0,
        trials: 0,
      },
    }));
    this.healthyWeight = weightOf(this.channels);
    this.pool = poolOf(this.channels.map(({ weight }, index) => ({ id: String(index), weight })));
  }

  run(): void {
    for (let now = 1; now <= REQUESTS; now += 1) {
      this.turnTheWorld(now);
      this.request(now);
    }
    for (const channel of this.channels) this.settle(channel);
  }

  private turnTheWorld(now: number): void {
    if (now % OUTAGE_EVERY === 0)
      this.channels[Math.floor(this.random() * CHANNELS)]!.badUntil = now + OUTAGE_LENGTH;
    this.channels.forEach((channel, index) => {
      if (channel.state === 'open' && now >= channel.halfOpenAt) this.judge(index, 'half-open');
      const { load } = this.pool.channels[index]!;
      if (!load.trialUnderWay || now < channel.trialEndsAt) return;
      load.trialUnderWay = false;
      this.judge(index, now < channel.badUntil ? 'open' : 'healthy', now);
    });
  }

  private request(now: number): void {
    const plan = new ChannelPlan({ pool: this.pool, health: this.health, random: this.random });
    const been = new Set<string>();
    for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt += 1) {
      const id = plan.next(now, now)?.channel.id;
      if (id === undefined) return;
      if (been.has(id)) this.repeats += 1;
      been.add(id);
      const index = Number(id);
      const { state } = this.channels[index]!;
      if (state === 'open') this.openHits += 1;
      if ((state === 'half-open') !== plan.trial) this.untoldTrials += 1;
      if (attempt === 0 && !plan.trial) this.count(index);
      if (this.attempt(index, plan.trial, now)) {
        this.served += 1;
        return;
      }
      plan.ruleOut('channel');
    }
  }

  /** Who had the request; and what the weights promised to each healthy channel of it, a unit of weight. */
  private count(index: number): void {
    this.promised += 1 / this.healthyWeight;
    this.channels[index]!.first += 1;
  }

  /** Books what a channel was promised since it became healthy. */
  private settle(channel: Simulated): void {
    if (channel.state === 'healthy') channel.expected += channel.weight * (this.promised - channel.bookedAt);
    channel.bookedAt = this.promised;
  }

  private attempt(index: number, trial: boolean, now: number): boolean {
    const channel = this.channels[index]!;
    const failed = now < channel.badUntil || this.random() < FAILURE_RATE;
    if (trial) {
      channel.trials += 1;
      channel.trialEndsAt = now + TRIAL_LENGTH;
      this.pool.channels[index]!.load.trialUnderWay = true;
      return !failed;
    }
    channel.failures = failed ? channel.failures + 1 : 0;
    if (channel.failures >= FAILURES_MAX) this.judge(index, 'open', now);
    return !failed;
  }

  private judge(index: number, state: ChannelState, now = 0): void {
    const channel = this.channels[index]!;
    this.settle(channel);
    channel.state = state;
    this.healthyWeight = weightOf(this.channels.filter((each) => each.state === 'healthy'));
    channel.failures = 0;
    if (state === 'open') channel.halfOpenAt = now + OPEN_LENGTH;
    this.health = healthOf(
      Object.fromEntries(this.channels.map((each, position) => [String(position), { state: each.state }])),
    );
  }
}

function weightOf(channels: readonly Simulated[]): number {
  return channels.reduce((sum, { weight }) => sum + weight, 0);
}

describe('100,000 requests over 50 channels that fail and recover', () => {
  const simulation = new Simulation(2026);
  simulation.run();
  const { channels } = simulation;

  it('see open channels in no attempt, and half-open ones in trials only', () => {
    expect(channels.reduce((sum, { trials }) => sum + trials, 0)).toBeGreaterThan(100);
    expect(simulation.openHits).toBe(0);
    expect(simulation.untoldTrials).toBe(0);
  });

  it('are never at the same channel twice, and nearly all served', () => {
    expect(simulation.repeats).toBe(0);
    expect(simulation.served / REQUESTS).toBeGreaterThan(0.999);
  });

  it('are shared as the weights say: less than 2 % of the load lies elsewhere', () => {
    const total = channels.reduce((sum, { first }) => sum + first, 0);
    const misplaced = channels.reduce((sum, { first, expected }) => sum + Math.abs(first - expected), 0) / 2;
    expect(misplaced / total).toBeLessThan(0.02);
    // What is drawn scatters; no channel is further off than chance allows.
    for (const { first, expected } of channels)
      expect(Math.abs(first - expected) / Math.sqrt(expected)).toBeLessThan(4);
  });

  it('give all channels of one weight together their share within 2 %', () => {
    for (const weight of [1, 2, 3, 4, 5]) {
      const peers = channels.filter((channel) => channel.weight === weight);
      const had = peers.reduce((sum, { first }) => sum + first, 0);
      const promised = peers.reduce((sum, { expected }) => sum + expected, 0);
      expect(Math.abs(had / promised - 1)).toBeLessThan(0.02);
    }
  });
});
