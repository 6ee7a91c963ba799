import { beforeEach, describe, expect, it } from '@jest/globals';
import { JudgedChannel, SECOND, type Seen } from '../../test-support/judged-channel.js';
import { transitions } from './judge-channel.js';

let channel: JudgedChannel;
beforeEach(() => {
  channel = new JudgedChannel();
});

describe('a rate limit', () => {
  const limited = (model: string, count: number, credential = 0): Seen => ({
    ...{ credential, model, failed: { upstream_rate_limited: count } },
  });

  it.each([1, 2])('of one model rests that model alone, with %i credentials', (credentials) => {
    channel.parts = { credentials, models: channel.parts.models };
    const before = channel.verdict;
    channel.see(limited('a', 10), { credential: 0, model: 'b', succeeded: 1 });
    expect(channel.states).toEqual({ channel: 'healthy', credentials: {}, models: { a: 'open' } });
    expect(transitions(before, channel.verdict, channel.windows, channel.now)).toMatchObject([
      { part: { key: 'a' }, observed: { succeeded: 0, failed: 10 } },
    ]);
    channel.now += 10 * SECOND;
    channel.judge();
    channel.see({ credential: 0, model: 'a', succeeded: 3 });
    expect(channel.states).toEqual({ channel: 'healthy', credentials: {}, models: {} });
  });

  it('of one model rests it also when another met it now and then', () => {
    channel.see(limited('a', 20), limited('b', 1), { credential: 0, model: 'b', succeeded: 5 });
    expect(channel.states).toEqual({ channel: 'healthy', credentials: {}, models: { a: 'open' } });
  });

  it('of several models rests the credential, until a trial meets none', () => {
    channel.see(limited('a', 10), limited('b', 10), { credential: 0, model: 'c', succeeded: 5 });
    expect(channel.states).toEqual({ channel: 'healthy', credentials: { 0: 'open' }, models: {} });
    channel.now += 10 * SECOND;
    channel.judge();
    channel.see(limited('a', 1));
    expect(channel.verdict.credentials.get(0)).toMatchObject({
      state: 'open',
      retryAt: channel.now + 20 * SECOND,
    });
  });

  it('of several models rests the channel that has no other credential', () => {
    channel.parts = { credentials: 1, models: channel.parts.models };
    channel.see(limited('a', 10), limited('b', 10), { credential: 0, model: 'c', succeeded: 5 });
    expect(channel.states).toEqual({ channel: 'open', credentials: {}, models: {} });
  });

  it('is of one model also where requests are few', () => {
    for (let round = 0; round < 5; round += 1) {
      channel.now += 119 * SECOND;
      channel.see(limited('a', 1));
    }
    expect(channel.states).toEqual({ channel: 'healthy', credentials: {}, models: { a: 'open' } });
  });
});

describe('what gets three requests a minute', () => {
  const timeout = { upstream_timeout: 1 };
  /** Each of them twenty seconds after the one before. */
  const ask = (...seen: readonly Seen[]): void => {
    for (const one of seen) {
      channel.now += 19 * SECOND;
      channel.see(one);
    }
  };
  const times = (count: number, one: Seen): Seen[] => Array.from({ length: count }, () => one);

  it('opens when none of them succeeds, and comes back by trials', () => {
    channel.parts = { credentials: 1, models: new Set(['a']) };
    ask({ model: 'a', succeeded: 1 }, ...times(4, { model: 'a', failed: timeout }));
    expect(channel.states.channel).toBe('healthy');
    ask({ model: 'a', failed: timeout });
    expect(channel.verdict.whole).toMatchObject({
      state: 'open',
      reason: '5 requests in a row failed over 80 s (upstream_timeout).',
    });
    channel.now += 10 * SECOND;
    channel.judge();
    expect(channel.states.channel).toBe('half-open');
    channel.see({ model: 'a', succeeded: 3 });
    ask(...times(4, { model: 'a', failed: timeout }));
    expect(channel.states.channel).toBe('healthy');
  });

  it('and is on trial serves again after three successes, however long they take', () => {
    channel.see({ credential: 0, model: 'a', failed: { credential_invalid: 1 } });
    channel.now += 10 * SECOND;
    channel.judge();
    for (const state of ['half-open', 'half-open', undefined]) {
      channel.now += 70 * SECOND;
      channel.see({ credential: 0, model: 'a', succeeded: 1 });
      expect(channel.states.credentials[0]).toBe(state);
    }
  });

  it('goes on while one of them succeeds now and then', () => {
    channel.parts = { credentials: 1, models: new Set(['a']) };
    for (let round = 0; round < 5; round += 1) {
      ask(...times(4, { model: 'a', failed: timeout }), { model: 'a', succeeded: 1 });
    }
    expect(channel.states.channel).toBe('healthy');
  });

  it('does not open when they are of one moment', () => {
    channel.parts = { credentials: 1, models: new Set(['a']) };
    channel.see(...times(9, { model: 'a', failed: timeout }));
    channel.now += 300 * SECOND;
    channel.judge();
    expect(channel.states.channel).toBe('healthy');
  });

  it('and is a credential or a model rests alone', () => {
    ask(...times(5, { credential: 0, model: 'b', failed: { upstream_unauthorized: 1 } }));
    expect(channel.states).toEqual({ channel: 'healthy', credentials: { 0: 'open' }, models: {} });
    ask(...times(5, { credential: 1, model: 'a', failed: timeout }));
    expect(channel.states).toMatchObject({ channel: 'healthy', models: { a: 'open' } });
  });

  it('and has several models opens when all of them fail, each too rarely to tell', () => {
    const all = ['a', 'b', 'c', 'a', 'b', 'c', 'a'].map((model) => ({ model, failed: timeout }));
    ask(...all);
    expect(channel.states.channel).toBe('healthy');
    ask({ model: 'b', failed: timeout });
    expect(channel.states).toEqual({ channel: 'open', credentials: {}, models: {} });
  });

  it('and has several models does not open for the failures of one of them, however long ago', () => {
    ask(...['a', 'a', 'a', 'a', 'c', 'b', 'b'].map((model) => ({ model, failed: timeout })));
    expect(channel.states).toEqual({ channel: 'healthy', credentials: {}, models: {} });
  });

  it('and has several models goes on while one of them succeeds', () => {
    channel.parts = { credentials: 1, models: new Set(['a', 'b', 'c', 'd']) };
    for (let round = 0; round < 4; round += 1) {
      ask(...['a', 'b', 'c'].map((model) => ({ model, failed: timeout })), { model: 'd', succeeded: 1 });
    }
    expect(channel.states).toEqual({ channel: 'healthy', credentials: {}, models: {} });
  });
});
