import { describe, expect, it } from '@jest/globals';
import { type ChannelState } from '@tollgate/contracts';
import { type WindowTotals } from './channel-window.js';
import { type Failures, NO_FAILURES } from './failure-run.js';
import { acquit, firstJudgement, judge, type Judgement } from './judge.js';
import { THRESHOLDS } from './thresholds.js';

const NOW = 1_000_000;
const SECOND = 1_000;

function seen(succeeded: number, failedByCode: Record<string, number> = {}): WindowTotals {
  const failed = Object.values(failedByCode).reduce((sum, count) => sum + count, 0);
  return { windowMs: 60_000, succeeded, failed, failedByCode, firstByteMsSum: 0, durationMsSum: 0 };
}

const inState = (state: ChannelState, changes: Partial<Judgement> = {}): Judgement => ({
  ...firstJudgement(0),
  state,
  ...changes,
});

/** But for what the windows show. */
const FACTS = { now: NOW, changed: false, run: NO_FAILURES, thresholds: THRESHOLDS, random: () => 0.5 };

const next = (current: Judgement, window: WindowTotals, now = NOW, changed = false): Judgement =>
  judge({ ...FACTS, current, window, now, changed });

describe('a channel that is far slower than usual', () => {
  const slow = (current: Judgement, window: WindowTotals, slowness?: string): Judgement =>
    judge({ ...FACTS, current, window, slowness });

  it('is degraded, and open only for failures', () => {
    const degraded = slow(inState('healthy'), seen(100), 'It is slow.');
    expect(degraded).toEqual({
      state: 'degraded',
      reason: 'It is slow.',
      since: NOW,
      retryAt: null,
      rests: 0,
    });
    expect(slow(degraded, seen(100), 'It is slow.')).toBe(degraded);
    expect(slow(degraded, seen(5, { upstream_error: 5 }), 'It is slow.').state).toBe('open');
  });

  it('is healthy again when it is as fast as usual and does not fail', () => {
    const degraded = slow(inState('healthy'), seen(100), 'It is slow.');
    expect(slow(degraded, seen(80, { upstream_error: 20 })).state).toBe('degraded');
    expect(slow(degraded, seen(100)).state).toBe('healthy');
  });

  it.each<ChannelState>(['open', 'half-open'])('is judged by its failures alone when it is %s', (state) => {
    const current = inState(state, { retryAt: state === 'open' ? NOW + SECOND : null });
    expect(slow(current, seen(0), 'It is slow.')).toBe(current);
  });
});

describe('a serving channel', () => {
  it.each<[ChannelState, string, WindowTotals, ChannelState]>([
    ['healthy', 'nothing', seen(0), 'healthy'],
    ['healthy', 'only successes', seen(1_000), 'healthy'],
    ['healthy', '9 failures of 9', seen(0, { upstream_timeout: 9 }), 'healthy'],
    ['healthy', '10 failures of 10', seen(0, { upstream_timeout: 10 }), 'open'],
    ['healthy', '5 failures of 10', seen(5, { upstream_error: 5 }), 'open'],
    ['healthy', '4 failures of 10', seen(6, { upstream_error: 4 }), 'degraded'],
    ['healthy', '2 failures of 10', seen(8, { upstream_error: 2 }), 'degraded'],
    ['healthy', '1 failure of 10', seen(9, { upstream_error: 1 }), 'healthy'],
    ['healthy', '19.9 % failures', seen(801, { upstream_error: 199 }), 'healthy'],
    ['healthy', '49.9 % failures', seen(501, { upstream_error: 499 }), 'degraded'],
    ['healthy', '3 refused credentials', seen(0, { upstream_unauthorized: 3 }), 'open'],
    ['healthy', '2 refused credentials', seen(0, { upstream_unauthorized: 2 }), 'healthy'],
    ['healthy', '3 refused credentials and a success', seen(1, { upstream_unauthorized: 3 }), 'healthy'],
    ['degraded', '2 failures of 10', seen(8, { upstream_error: 2 }), 'degraded'],
    ['degraded', '10 % failures', seen(90, { upstream_error: 10 }), 'degraded'],
    ['degraded', '9 % failures', seen(91, { upstream_error: 9 }), 'healthy'],
    ['degraded', 'nothing', seen(0), 'healthy'],
    ['degraded', '50 % failures', seen(10, { upstream_error: 10 }), 'open'],
    ['degraded', '3 refused credentials', seen(0, { upstream_unauthorized: 3 }), 'open'],
  ])('that is %s and shows %s is or becomes, after that: %#', (state, _what, window, expected) => {
    const current = inState(state);
    const result = next(current, window);
    expect(result.state).toBe(expected);
    if (state === expected) {
      expect(result).toBe(current);
    } else {
      expect(result.since).toBe(NOW);
    }
  });

  it('says why it rests, the most frequent code first', () => {
    const window = seen(3, { upstream_error: 4, upstream_timeout: 8 });
    expect(next(inState('healthy'), window)).toEqual({
      state: 'open',
      reason: '12 of 15 requests failed in 60 s (upstream_timeout, upstream_error).',
      since: NOW,
      retryAt: NOW + 10 * SECOND,
      rests: 1,
    });
  });
});

describe('a channel that gets few requests, all of which fail', () => {
  const failing = (failed: number, seconds: number): Failures => ({
    ...{ failed, failedByCode: { upstream_timeout: failed } },
    ...{ firstAt: NOW - seconds * SECOND, lastAt: NOW },
  });
  const after = (state: ChannelState, run: Failures): Judgement =>
    judge({ ...FACTS, current: inState(state), window: seen(0, { upstream_timeout: 3 }), run });

  it.each<[ChannelState, number, number, ChannelState]>([
    ['healthy', 5, 60, 'open'],
    ['degraded', 5, 540, 'open'],
    ['healthy', 4, 540, 'healthy'],
    ['healthy', 9, 59, 'healthy'],
    ['healthy', 1, 0, 'healthy'],
  ])('and is %s is or becomes, after %i of them over %i s: %s', (state, failed, seconds, expected) => {
    expect(after(state, failing(failed, seconds)).state).toBe(expected);
  });

  it('says so', () => {
    expect(after('healthy', failing(5, 80))).toMatchObject({
      reason: '5 requests in a row failed over 80 s (upstream_timeout).',
      ...{ retryAt: NOW + 10 * SECOND, rests: 1 },
    });
  });
});

describe('a failure that leaves no doubt', () => {
  it.each([
    ['credential_invalid', 'The vendor does not accept the credential.'],
    ['balance_exhausted', "The account's balance at the vendor is exhausted."],
    ['model_gone', 'The vendor says that it has no such model.'],
  ] as const)('opens at once: %s', (decisive, reason) => {
    const window = seen(50, { [decisive]: 1 });
    const result = judge({ ...FACTS, current: inState('healthy'), window, decisive });
    expect(result).toMatchObject({ state: 'open', reason, retryAt: NOW + 10 * SECOND });
  });
});

describe('a rest', () => {
  it.each([
    [0, 9],
    [0.5, 10],
    [1, 11],
  ])('with the random number %d lasts %d s', (random, seconds) => {
    const window = seen(0, { upstream_error: 10 });
    const result = judge({ ...FACTS, current: inState('healthy'), window, random: () => random });
    expect(result.retryAt).toBe(NOW + seconds * SECOND);
  });
});

describe('an open channel', () => {
  const current = inState('open', { retryAt: NOW, rests: 2, reason: 'It failed.' });

  it('rests until its time has come, whatever is seen', () => {
    expect(next(current, seen(100), NOW - 1)).toBe(current);
  });

  it('goes on trial then', () => {
    expect(next(current, seen(0))).toEqual({
      state: 'half-open',
      reason: 'On trial. Before: It failed.',
      since: NOW,
      retryAt: null,
      rests: 2,
    });
  });

  it('goes on trial at once when an operator changed it', () => {
    expect(next(current, seen(0), NOW - 5_000, true)).toMatchObject({
      state: 'half-open',
      since: NOW - 5_000,
    });
  });

  it.each([
    [0, 10],
    [1, 20],
    [2, 40],
    [3, 80],
    [4, 160],
    [5, 300],
    [20, 300],
  ])('after %i rests rests for %i s', (rests, seconds) => {
    const result = next(inState('half-open', { rests }), seen(0, { upstream_error: 1 }));
    expect(result).toMatchObject({ state: 'open', retryAt: NOW + seconds * SECOND, rests: rests + 1 });
  });
});

describe('a half-open channel', () => {
  const current = inState('half-open', { rests: 3 });

  it.each([
    ['nothing', seen(0)],
    ['2 successes', seen(2)],
  ])('stays on trial after %s', (_what, window) => {
    expect(next(current, window)).toBe(current);
  });

  it('is healthy after 3 successes, and its rests are forgotten', () => {
    expect(next(current, seen(3))).toMatchObject({ state: 'healthy', rests: 0, since: NOW, retryAt: null });
  });

  it('rests again after a failure, whatever else succeeded', () => {
    expect(next(current, seen(9, { upstream_timeout: 1 }))).toMatchObject({
      state: 'open',
      reason: 'The trial failed (upstream_timeout).',
    });
  });
});

describe('judging switched off', () => {
  it.each<ChannelState>(['degraded', 'open', 'half-open'])('makes a channel that is %s healthy', (state) => {
    expect(acquit(inState(state, { rests: 4 }), NOW)).toMatchObject({
      state: 'healthy',
      rests: 0,
      since: NOW,
    });
  });

  it('leaves a healthy channel as it is', () => {
    const current = firstJudgement(1);
    expect(acquit(current, NOW)).toBe(current);
  });
});
