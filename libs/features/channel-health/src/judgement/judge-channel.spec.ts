import { beforeEach, describe, expect, it } from '@jest/globals';
import { latencyBucket } from '@tollgate/contracts';
import { JudgedChannel, SECOND, type Seen } from '../../test-support/judged-channel.js';
import { acquitChannel, endRests, transitions } from './judge-channel.js';

let channel: JudgedChannel;
beforeEach(() => {
  channel = new JudgedChannel();
});

describe('a model that answers far later than it usually does', () => {
  const answers = (model: string, ms: number): Seen => ({
    ...{ credential: 0, model, succeeded: 1 },
    ...{ firstByteMsCounts: [[latencyBucket(ms), 1]], durationMsCounts: [[latencyBucket(ms), 1]] },
  });
  const minute = (...seen: readonly Seen[]): void => {
    for (let second = 0; second < 60; second += 1) channel.see(...seen);
  };

  beforeEach(() => {
    channel.usual = (model) => (model === 'b' ? undefined : { firstByteMs: 100, samples: 1_000 });
  });

  it('is degraded alone after a minute, and healthy again when it is as fast as usual', () => {
    minute(answers('a', 4_096), answers('b', 4_096), answers('c', 100));
    expect(channel.states).toEqual({ channel: 'healthy', credentials: {}, models: { a: 'degraded' } });
    minute(answers('a', 100));
    expect(channel.states).toEqual({ channel: 'healthy', credentials: {}, models: {} });
  });

  it('degrades the channel when no other model is faster', () => {
    channel.parts = { credentials: 2, models: new Set(['a', 'c']) };
    minute(answers('a', 4_096), answers('c', 4_096));
    expect(channel.states).toMatchObject({ channel: 'degraded', models: { a: 'degraded', c: 'degraded' } });
  });

  it('degrades the channel that has no other', () => {
    channel.parts = { credentials: 1, models: new Set(['a']) };
    minute(answers('a', 4_096));
    expect(channel.states).toEqual({ channel: 'degraded', credentials: {}, models: {} });
    minute();
    expect(channel.states.channel).toBe('healthy');
  });

  it('is not judged where nobody knows how fast it usually is', () => {
    channel.parts = { credentials: 1, models: new Set(['b']) };
    minute(answers('b', 4_096));
    expect(channel.states.channel).toBe('healthy');
  });
});

describe('a bad credential', () => {
  it('rests alone, at the first failure that leaves no doubt', () => {
    channel.see(
      { credential: 0, model: 'a', failed: { credential_invalid: 1 } },
      { credential: 1, model: 'a', succeeded: 1 },
    );
    expect(channel.states).toEqual({ channel: 'healthy', credentials: { 0: 'open' }, models: {} });
  });

  it('rests by its share of failures where they leave a doubt', () => {
    channel.see({ credential: 0, model: 'a', failed: { upstream_rate_limited: 9 } });
    expect(channel.states.credentials).toEqual({});
    channel.see({ credential: 0, model: 'b', failed: { upstream_rate_limited: 1 } });
    expect(channel.states).toEqual({ channel: 'healthy', credentials: { 0: 'open' }, models: {} });
  });

  it('opens the channel when it was the last, until the first of them is tried again', () => {
    channel.see({ credential: 0, model: 'a', failed: { balance_exhausted: 1 } });
    const retryAt = channel.now + 10 * SECOND;
    channel.now += 5 * SECOND;
    channel.see({ credential: 1, model: 'a', failed: { credential_invalid: 1 } });
    expect(channel.states).toEqual({ channel: 'open', credentials: { 0: 'open', 1: 'open' }, models: {} });
    expect(channel.verdict.whole).toMatchObject({
      retryAt,
      since: channel.now,
      reason: "No credential is healthy. The best of them: The account's balance at the vendor is exhausted.",
    });

    channel.now = retryAt;
    channel.judge();
    expect(channel.states).toEqual({
      channel: 'half-open',
      credentials: { 0: 'half-open', 1: 'open' },
      models: {},
    });
    channel.see({ credential: 0, model: 'a', succeeded: 3 });
    expect(channel.states).toEqual({ channel: 'healthy', credentials: { 1: 'open' }, models: {} });
  });

  it('is forgotten when an operator replaces the credentials', () => {
    channel.see({ credential: 0, model: 'a', failed: { credential_invalid: 1 } });
    channel.judge({ changed: true, credentialsChanged: true });
    channel.windows.replaceCredentials(channel.now);
    expect(channel.states.credentials).toEqual({});
  });

  it.each([2, 1])(
    'is not blamed for what another did that had its position a moment before, of %i',
    (credentials) => {
      channel.parts = { credentials, models: channel.parts.models };
      channel.judge({ changed: true, credentialsChanged: true });
      channel.windows.replaceCredentials(channel.now + 1);
      channel.see({ credential: 0, model: 'a', failed: { credential_invalid: 1 } });
      expect(channel.states).toEqual({ channel: 'healthy', credentials: {}, models: {} });
      expect(channel.windows.total.totals(channel.now).failed).toBe(1);
      channel.see({ credential: 0, model: 'a', failed: { credential_invalid: 1 } });
      expect(credentials === 1 ? channel.states.channel : channel.states.credentials[0]).toBe('open');
    },
  );

  it('that is the only one is the channel', () => {
    channel.parts = { credentials: 1, models: channel.parts.models };
    channel.see({ credential: 0, model: 'a', failed: { credential_invalid: 1 } });
    expect(channel.states).toEqual({ channel: 'open', credentials: {}, models: {} });
  });
});

describe('a model that fails', () => {
  it('rests alone when it is gone', () => {
    channel.see({ credential: 0, model: 'b', failed: { model_gone: 1 } });
    expect(channel.states).toEqual({ channel: 'healthy', credentials: {}, models: { b: 'open' } });
  });

  it('rests alone though most requests are for it', () => {
    for (let second = 0; second < 12; second += 1) {
      channel.see(
        { credential: second % 2, model: 'a', failed: { upstream_error: 2 } },
        { model: 'b', succeeded: 1 },
      );
    }
    expect(channel.states).toEqual({ channel: 'healthy', credentials: {}, models: { a: 'open' } });
  });

  it('does not rest the channel before it is telling itself', () => {
    channel.see({ model: 'a', failed: { upstream_error: 8 } }, { model: 'b', succeeded: 2 });
    expect(channel.states).toEqual({ channel: 'healthy', credentials: {}, models: {} });
  });

  it('is degraded when it fails now and then', () => {
    channel.see({ model: 'a', failed: { upstream_timeout: 3 }, succeeded: 7 });
    expect(channel.states).toEqual({ channel: 'healthy', credentials: {}, models: { a: 'degraded' } });
  });

  it('comes back by trials of its own', () => {
    channel.see({ model: 'a', failed: { upstream_error: 10 } });
    channel.now += 10 * SECOND;
    channel.judge();
    expect(channel.states.models).toEqual({ a: 'half-open' });
    channel.see({ model: 'a', failed: { upstream_error: 1 } });
    expect(channel.verdict.models.get('a')).toMatchObject({
      state: 'open',
      retryAt: channel.now + 20 * SECOND,
    });
    channel.now += 20 * SECOND;
    channel.judge();
    channel.see({ model: 'a', succeeded: 3 });
    expect(channel.states.models).toEqual({});
  });

  it('opens the channel together with all others', () => {
    for (const model of ['a', 'b', 'c']) channel.see({ model, failed: { upstream_error: 10 } });
    expect(channel.states).toEqual({
      channel: 'open',
      credentials: {},
      models: { a: 'open', b: 'open', c: 'open' },
    });
  });
});

describe('a channel', () => {
  it('opens when several of its models fail, each too rarely to be telling', () => {
    channel.see(...['a', 'b', 'c'].map((model) => ({ model, failed: { upstream_error: 6 } })));
    expect(channel.states).toEqual({ channel: 'open', credentials: {}, models: {} });
  });

  it('opens when it can not be reached, whatever the model', () => {
    channel.see({ credential: 0, model: 'a', failed: { upstream_unreachable: 10 } });
    expect(channel.states).toEqual({ channel: 'open', credentials: {}, models: {} });
  });

  it('takes what is said of no part for its own', () => {
    channel.see({ failed: { upstream_error: 10 } });
    expect(channel.states).toEqual({ channel: 'open', credentials: {}, models: {} });
  });

  it('is given back as it is when nothing changes', () => {
    const before = channel.verdict;
    channel.see({ credential: 0, model: 'a', succeeded: 5, failed: { upstream_error: 1 } });
    expect(channel.verdict).toBe(before);
  });

  it('forgets parts that it no longer has', () => {
    channel.see({ model: 'b', failed: { model_gone: 1 } });
    channel.parts = { credentials: 2, models: new Set(['a', 'c']) };
    channel.judge();
    expect(channel.states.models).toEqual({});
  });

  it('has no bad parts while judging is switched off', () => {
    channel.see(
      { model: 'b', failed: { model_gone: 1 } },
      { credential: 1, failed: { credential_invalid: 1 } },
    );
    channel.verdict = acquitChannel(channel.verdict, channel.now);
    expect(channel.states).toEqual({ channel: 'healthy', credentials: {}, models: {} });
    expect(acquitChannel(channel.verdict, channel.now)).toBe(channel.verdict);
  });
});

describe('transitions', () => {
  it('tell what changed of each part and of the channel', () => {
    const before = channel.verdict;
    channel.see(
      { credential: 0, model: 'a', failed: { credential_invalid: 1 } },
      { credential: 1, model: 'a', failed: { credential_invalid: 1 } },
    );
    expect(transitions(before, channel.verdict, channel.windows, channel.now)).toMatchObject([
      { part: { kind: 'credential', key: 0 }, from: 'healthy', to: { state: 'open' } },
      { part: { kind: 'credential', key: 1 }, from: 'healthy', to: { state: 'open' } },
      { part: null, from: 'healthy', to: { state: 'open' }, observed: { failed: 2 } },
    ]);
    expect(transitions(channel.verdict, channel.verdict, channel.windows, channel.now)).toEqual([]);
  });
});

describe('a probe that succeeds', () => {
  const channel = () => {
    const judged = new JudgedChannel();
    judged.see({ credential: 0, model: 'a', failed: { credential_invalid: 1 } });
    judged.see({ credential: 1, model: 'b', failed: { model_gone: 1 } });
    return judged;
  };

  it('puts the credential and the model on trial that it tried, if they rest', () => {
    const judged = channel();
    judged.verdict = endRests(judged.verdict, { credential: 0, model: 'b' }, judged.now);
    judged.judge();
    expect(judged.states).toMatchObject({ credentials: { 0: 'half-open' }, models: { b: 'half-open' } });
  });

  it.each([[{ credential: 1, model: 'a' }], [{}]])('leaves others alone: %j', (tried) => {
    const { verdict, now } = channel();
    expect(endRests(verdict, tried, now)).toBe(verdict);
  });

  it('puts a channel on trial that rests itself, and a second failure lets it rest for longer', () => {
    const judged = new JudgedChannel();
    judged.see({ failed: { upstream_unreachable: 20 } });
    const first = judged.verdict.own;
    judged.verdict = endRests(judged.verdict, {}, judged.now);
    judged.judge();
    expect(judged.verdict.own).toMatchObject({ state: 'half-open', rests: first.rests });
    judged.see({ failed: { upstream_unreachable: 1 } });
    expect(judged.verdict.own).toMatchObject({ state: 'open', rests: first.rests + 1 });
  });
});
