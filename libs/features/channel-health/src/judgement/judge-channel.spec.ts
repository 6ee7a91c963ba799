import { beforeEach, describe, expect, it } from '@jest/globals';
import { latencyBucket, settingsDocument } from '@tollgate/contracts';
import { type ChannelParts } from './channel-parts.js';
import { type ChannelObserved, ChannelWindows } from './channel-windows.js';
import { acquitChannel, firstVerdict, judgeChannel, transitions, type Verdict } from './judge-channel.js';
import { type UsualPace } from './slowness.js';
import { THRESHOLDS } from './thresholds.js';

const START = 1_700_000_000_000;
const SECOND = 1_000;

let now: number;
let windows: ChannelWindows;
let verdict: Verdict;
let parts: ChannelParts;
let usual: (model: string) => UsualPace | undefined;

beforeEach(() => {
  now = START;
  windows = new ChannelWindows();
  verdict = firstVerdict(now);
  parts = { credentials: 2, models: new Set(['a', 'b', 'c']) };
  usual = () => undefined;
});

type Seen = Pick<ChannelObserved, 'credential' | 'model' | 'firstByteMsCounts' | 'durationMsCounts'> & {
  readonly succeeded?: number;
  readonly failed?: Record<string, number>;
};

/** One second passes in which this is seen. */
function see(...seen: readonly Seen[]): void {
  for (const one of seen) {
    const counts = { succeeded: 0, failed: {}, firstByteMsSum: 0, durationMsSum: 0, ...one };
    windows.observe({ windowStart: now, windowMs: SECOND, ...counts }, parts, now + SECOND);
  }
  now += SECOND;
  judgeNow();
}

function judgeNow(changes: { changed?: boolean; credentialsChanged?: boolean } = {}): void {
  const { slowness: limits } = settingsDocument.parse({}).health;
  const slowness = { limits, usual };
  const facts = { windows, parts, now, slowness, thresholds: THRESHOLDS, random: () => 0.5 };
  const next = judgeChannel({
    ...{ ...facts, current: verdict, changed: false, credentialsChanged: false },
    ...changes,
  });
  for (const { part, to } of transitions(verdict, next, windows, now)) {
    if (to.state === 'half-open' && part !== null) windows.restartPart(part, now);
  }
  if (next.own.state === 'half-open' && verdict.own.state !== 'half-open') windows.restart(now);
  verdict = next;
}

function states() {
  const entries = (map: ReadonlyMap<string | number, { state: string }>) =>
    Object.fromEntries([...map].map(([key, { state }]) => [key, state]));
  return {
    channel: verdict.whole.state,
    credentials: entries(verdict.credentials),
    models: entries(verdict.models),
  };
}

describe('a model that answers far later than it usually does', () => {
  const answers = (model: string, ms: number): Seen => ({
    ...{ credential: 0, model, succeeded: 1 },
    ...{ firstByteMsCounts: [[latencyBucket(ms), 1]], durationMsCounts: [[latencyBucket(ms), 1]] },
  });
  const minute = (...seen: readonly Seen[]): void => {
    for (let second = 0; second < 60; second += 1) see(...seen);
  };

  beforeEach(() => {
    usual = (model) => (model === 'b' ? undefined : { firstByteMs: 100, samples: 1_000 });
  });

  it('is degraded alone after a minute, and healthy again when it is as fast as usual', () => {
    minute(answers('a', 4_096), answers('b', 4_096), answers('c', 100));
    expect(states()).toEqual({ channel: 'healthy', credentials: {}, models: { a: 'degraded' } });
    minute(answers('a', 100));
    expect(states()).toEqual({ channel: 'healthy', credentials: {}, models: {} });
  });

  it('degrades the channel when no other model is faster', () => {
    parts = { credentials: 2, models: new Set(['a', 'c']) };
    minute(answers('a', 4_096), answers('c', 4_096));
    expect(states()).toMatchObject({ channel: 'degraded', models: { a: 'degraded', c: 'degraded' } });
  });

  it('degrades the channel that has no other', () => {
    parts = { credentials: 1, models: new Set(['a']) };
    minute(answers('a', 4_096));
    expect(states()).toEqual({ channel: 'degraded', credentials: {}, models: {} });
    minute();
    expect(states().channel).toBe('healthy');
  });

  it('is not judged where nobody knows how fast it usually is', () => {
    parts = { credentials: 1, models: new Set(['b']) };
    minute(answers('b', 4_096));
    expect(states().channel).toBe('healthy');
  });
});

describe('a bad credential', () => {
  it('rests alone, at the first failure that leaves no doubt', () => {
    see(
      { credential: 0, model: 'a', failed: { credential_invalid: 1 } },
      { credential: 1, model: 'a', succeeded: 1 },
    );
    expect(states()).toEqual({ channel: 'healthy', credentials: { 0: 'open' }, models: {} });
  });

  it('rests by its share of failures where they leave a doubt', () => {
    see({ credential: 0, model: 'a', failed: { upstream_rate_limited: 9 } });
    expect(states().credentials).toEqual({});
    see({ credential: 0, model: 'b', failed: { upstream_rate_limited: 1 } });
    expect(states()).toEqual({ channel: 'healthy', credentials: { 0: 'open' }, models: {} });
  });

  it('opens the channel when it was the last, until the first of them is tried again', () => {
    see({ credential: 0, model: 'a', failed: { balance_exhausted: 1 } });
    const retryAt = now + 10 * SECOND;
    now += 5 * SECOND;
    see({ credential: 1, model: 'a', failed: { credential_invalid: 1 } });
    expect(states()).toEqual({ channel: 'open', credentials: { 0: 'open', 1: 'open' }, models: {} });
    expect(verdict.whole).toMatchObject({
      retryAt,
      since: now,
      reason: "No credential is healthy. The best of them: The account's balance at the vendor is exhausted.",
    });

    now = retryAt;
    judgeNow();
    expect(states()).toEqual({
      channel: 'half-open',
      credentials: { 0: 'half-open', 1: 'open' },
      models: {},
    });
    see({ credential: 0, model: 'a', succeeded: 3 });
    expect(states()).toEqual({ channel: 'healthy', credentials: { 1: 'open' }, models: {} });
  });

  it('is forgotten when an operator replaces the credentials', () => {
    see({ credential: 0, model: 'a', failed: { credential_invalid: 1 } });
    judgeNow({ changed: true, credentialsChanged: true });
    windows.replaceCredentials(now);
    expect(states().credentials).toEqual({});
  });

  it.each([2, 1])(
    'is not blamed for what another did that had its position a moment before, of %i',
    (credentials) => {
      parts = { credentials, models: parts.models };
      judgeNow({ changed: true, credentialsChanged: true });
      windows.replaceCredentials(now + 1);
      see({ credential: 0, model: 'a', failed: { credential_invalid: 1 } });
      expect(states()).toEqual({ channel: 'healthy', credentials: {}, models: {} });
      expect(windows.total.totals(now).failed).toBe(1);
      see({ credential: 0, model: 'a', failed: { credential_invalid: 1 } });
      expect(credentials === 1 ? states().channel : states().credentials[0]).toBe('open');
    },
  );

  it('that is the only one is the channel', () => {
    parts = { credentials: 1, models: parts.models };
    see({ credential: 0, model: 'a', failed: { credential_invalid: 1 } });
    expect(states()).toEqual({ channel: 'open', credentials: {}, models: {} });
  });
});

describe('a model that fails', () => {
  it('rests alone when it is gone', () => {
    see({ credential: 0, model: 'b', failed: { model_gone: 1 } });
    expect(states()).toEqual({ channel: 'healthy', credentials: {}, models: { b: 'open' } });
  });

  it('rests alone though most requests are for it', () => {
    for (let second = 0; second < 12; second += 1) {
      see(
        { credential: second % 2, model: 'a', failed: { upstream_error: 2 } },
        { model: 'b', succeeded: 1 },
      );
    }
    expect(states()).toEqual({ channel: 'healthy', credentials: {}, models: { a: 'open' } });
  });

  it('does not rest the channel before it is telling itself', () => {
    see({ model: 'a', failed: { upstream_error: 8 } }, { model: 'b', succeeded: 2 });
    expect(states()).toEqual({ channel: 'healthy', credentials: {}, models: {} });
  });

  it('is degraded when it fails now and then', () => {
    see({ model: 'a', failed: { upstream_timeout: 3 }, succeeded: 7 });
    expect(states()).toEqual({ channel: 'healthy', credentials: {}, models: { a: 'degraded' } });
  });

  it('comes back by trials of its own', () => {
    see({ model: 'a', failed: { upstream_error: 10 } });
    now += 10 * SECOND;
    judgeNow();
    expect(states().models).toEqual({ a: 'half-open' });
    see({ model: 'a', failed: { upstream_error: 1 } });
    expect(verdict.models.get('a')).toMatchObject({ state: 'open', retryAt: now + 20 * SECOND });
    now += 20 * SECOND;
    judgeNow();
    see({ model: 'a', succeeded: 3 });
    expect(states().models).toEqual({});
  });

  it('opens the channel together with all others', () => {
    for (const model of ['a', 'b', 'c']) see({ model, failed: { upstream_error: 10 } });
    expect(states()).toEqual({
      channel: 'open',
      credentials: {},
      models: { a: 'open', b: 'open', c: 'open' },
    });
  });
});

describe('a rate limit', () => {
  const limited = (model: string, count: number, credential = 0): Seen => ({
    ...{ credential, model, failed: { upstream_rate_limited: count } },
  });

  it.each([1, 2])('of one model rests that model alone, with %i credentials', (credentials) => {
    parts = { credentials, models: parts.models };
    const before = verdict;
    see(limited('a', 10), { credential: 0, model: 'b', succeeded: 1 });
    expect(states()).toEqual({ channel: 'healthy', credentials: {}, models: { a: 'open' } });
    expect(transitions(before, verdict, windows, now)).toMatchObject([
      { part: { key: 'a' }, observed: { succeeded: 0, failed: 10 } },
    ]);
    now += 10 * SECOND;
    judgeNow();
    see({ credential: 0, model: 'a', succeeded: 3 });
    expect(states()).toEqual({ channel: 'healthy', credentials: {}, models: {} });
  });

  it('of one model rests it also when another met it now and then', () => {
    see(limited('a', 20), limited('b', 1), { credential: 0, model: 'b', succeeded: 5 });
    expect(states()).toEqual({ channel: 'healthy', credentials: {}, models: { a: 'open' } });
  });

  it('of several models rests the credential, until a trial meets none', () => {
    see(limited('a', 10), limited('b', 10), { credential: 0, model: 'c', succeeded: 5 });
    expect(states()).toEqual({ channel: 'healthy', credentials: { 0: 'open' }, models: {} });
    now += 10 * SECOND;
    judgeNow();
    see(limited('a', 1));
    expect(verdict.credentials.get(0)).toMatchObject({ state: 'open', retryAt: now + 20 * SECOND });
  });

  it('of several models rests the channel that has no other credential', () => {
    parts = { credentials: 1, models: parts.models };
    see(limited('a', 10), limited('b', 10), { credential: 0, model: 'c', succeeded: 5 });
    expect(states()).toEqual({ channel: 'open', credentials: {}, models: {} });
  });

  it('is of one model also where requests are few', () => {
    for (let round = 0; round < 5; round += 1) {
      now += 119 * SECOND;
      see(limited('a', 1));
    }
    expect(states()).toEqual({ channel: 'healthy', credentials: {}, models: { a: 'open' } });
  });
});

describe('what gets three requests a minute', () => {
  const timeout = { upstream_timeout: 1 };
  /** Each of them twenty seconds after the one before. */
  const ask = (...seen: readonly Seen[]): void => {
    for (const one of seen) {
      now += 19 * SECOND;
      see(one);
    }
  };
  const times = (count: number, one: Seen): Seen[] => Array.from({ length: count }, () => one);

  it('opens when none of them succeeds, and comes back by trials', () => {
    parts = { credentials: 1, models: new Set(['a']) };
    ask({ model: 'a', succeeded: 1 }, ...times(4, { model: 'a', failed: timeout }));
    expect(states().channel).toBe('healthy');
    ask({ model: 'a', failed: timeout });
    expect(verdict.whole).toMatchObject({
      state: 'open',
      reason: '5 requests in a row failed over 80 s (upstream_timeout).',
    });
    now += 10 * SECOND;
    judgeNow();
    expect(states().channel).toBe('half-open');
    see({ model: 'a', succeeded: 3 });
    ask(...times(4, { model: 'a', failed: timeout }));
    expect(states().channel).toBe('healthy');
  });

  it('and is on trial serves again after three successes, however long they take', () => {
    see({ credential: 0, model: 'a', failed: { credential_invalid: 1 } });
    now += 10 * SECOND;
    judgeNow();
    for (const state of ['half-open', 'half-open', undefined]) {
      now += 70 * SECOND;
      see({ credential: 0, model: 'a', succeeded: 1 });
      expect(states().credentials[0]).toBe(state);
    }
  });

  it('goes on while one of them succeeds now and then', () => {
    parts = { credentials: 1, models: new Set(['a']) };
    for (let round = 0; round < 5; round += 1) {
      ask(...times(4, { model: 'a', failed: timeout }), { model: 'a', succeeded: 1 });
    }
    expect(states().channel).toBe('healthy');
  });

  it('does not open when they are of one moment', () => {
    parts = { credentials: 1, models: new Set(['a']) };
    see(...times(9, { model: 'a', failed: timeout }));
    now += 300 * SECOND;
    judgeNow();
    expect(states().channel).toBe('healthy');
  });

  it('and is a credential or a model rests alone', () => {
    ask(...times(5, { credential: 0, model: 'b', failed: { upstream_unauthorized: 1 } }));
    expect(states()).toEqual({ channel: 'healthy', credentials: { 0: 'open' }, models: {} });
    ask(...times(5, { credential: 1, model: 'a', failed: timeout }));
    expect(states()).toMatchObject({ channel: 'healthy', models: { a: 'open' } });
  });

  it('and has several models opens when all of them fail, each too rarely to tell', () => {
    const all = ['a', 'b', 'c', 'a', 'b', 'c', 'a'].map((model) => ({ model, failed: timeout }));
    ask(...all);
    expect(states().channel).toBe('healthy');
    ask({ model: 'b', failed: timeout });
    expect(states()).toEqual({ channel: 'open', credentials: {}, models: {} });
  });

  it('and has several models does not open for the failures of one of them, however long ago', () => {
    ask(...['a', 'a', 'a', 'a', 'c', 'b', 'b'].map((model) => ({ model, failed: timeout })));
    expect(states()).toEqual({ channel: 'healthy', credentials: {}, models: {} });
  });

  it('and has several models goes on while one of them succeeds', () => {
    parts = { credentials: 1, models: new Set(['a', 'b', 'c', 'd']) };
    for (let round = 0; round < 4; round += 1) {
      ask(...['a', 'b', 'c'].map((model) => ({ model, failed: timeout })), { model: 'd', succeeded: 1 });
    }
    expect(states()).toEqual({ channel: 'healthy', credentials: {}, models: {} });
  });
});

describe('a channel', () => {
  it('opens when several of its models fail, each too rarely to be telling', () => {
    see(...['a', 'b', 'c'].map((model) => ({ model, failed: { upstream_error: 6 } })));
    expect(states()).toEqual({ channel: 'open', credentials: {}, models: {} });
  });

  it('opens when it can not be reached, whatever the model', () => {
    see({ credential: 0, model: 'a', failed: { upstream_unreachable: 10 } });
    expect(states()).toEqual({ channel: 'open', credentials: {}, models: {} });
  });

  it('takes what is said of no part for its own', () => {
    see({ failed: { upstream_error: 10 } });
    expect(states()).toEqual({ channel: 'open', credentials: {}, models: {} });
  });

  it('is given back as it is when nothing changes', () => {
    const before = verdict;
    see({ credential: 0, model: 'a', succeeded: 5, failed: { upstream_error: 1 } });
    expect(verdict).toBe(before);
  });

  it('forgets parts that it no longer has', () => {
    see({ model: 'b', failed: { model_gone: 1 } });
    parts = { credentials: 2, models: new Set(['a', 'c']) };
    judgeNow();
    expect(states().models).toEqual({});
  });

  it('has no bad parts while judging is switched off', () => {
    see({ model: 'b', failed: { model_gone: 1 } }, { credential: 1, failed: { credential_invalid: 1 } });
    verdict = acquitChannel(verdict, now);
    expect(states()).toEqual({ channel: 'healthy', credentials: {}, models: {} });
    expect(acquitChannel(verdict, now)).toBe(verdict);
  });
});

describe('transitions', () => {
  it('tell what changed of each part and of the channel', () => {
    const before = verdict;
    see(
      { credential: 0, model: 'a', failed: { credential_invalid: 1 } },
      { credential: 1, model: 'a', failed: { credential_invalid: 1 } },
    );
    expect(transitions(before, verdict, windows, now)).toMatchObject([
      { part: { kind: 'credential', key: 0 }, from: 'healthy', to: { state: 'open' } },
      { part: { kind: 'credential', key: 1 }, from: 'healthy', to: { state: 'open' } },
      { part: null, from: 'healthy', to: { state: 'open' }, observed: { failed: 2 } },
    ]);
    expect(transitions(verdict, verdict, windows, now)).toEqual([]);
  });
});
