import { describe, expect, it } from '@jest/globals';
import { ChannelLoad } from './channel-load.js';

const ALL = { credential: null, upstream: null };

describe('a part of a channel that failed', () => {
  it('rests twice as long after each further failure, up to five minutes, and is fit by itself then', () => {
    const load = new ChannelLoad(1);
    let now = 0;
    const rests: number[] = [];
    for (let failure = 0; failure < 11; failure += 1) {
      load.rest({ credential: 0, upstream: null }, now);
      rests.push((load.restsUntil - now) / 1_000);
      expect(load.restOf(0, 'm', load.restsUntil - 1)).toBe('tired');
      now = load.restsUntil;
      expect(load.restOf(0, 'm', now)).toBe('awake');
    }
    expect(rests).toEqual([1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300]);
  });

  it('begins anew once it has served', () => {
    const load = new ChannelLoad(1);
    load.rest({ credential: 0, upstream: null }, 0);
    load.rest({ credential: 0, upstream: null }, 1_000);
    load.recover(0, 'm');
    expect(load.restOf(0, 'm', 1_000)).toBe('awake');
    load.rest({ credential: 0, upstream: null }, 1_000);
    expect(load.restsUntil).toBe(2_000);
  });

  it.each([
    { part: { credential: 1, upstream: null }, rests: ['1 m', '1 n'] },
    { part: { credential: 1, upstream: 'm' }, rests: ['1 m'] },
    { part: { credential: null, upstream: 'm' }, rests: ['0 m', '1 m'] },
    { part: ALL, rests: ['0 m', '0 n', '1 m', '1 n'] },
  ])('rests alone: $part is $rests', ({ part, rests }) => {
    const load = new ChannelLoad(2);
    load.rest(part, 0, 5_000);
    const parts = [0, 1].flatMap((credential) => ['m', 'n'].map((upstream) => ({ credential, upstream })));
    const resting = parts.filter((each) => load.restOf(each.credential, each.upstream, 0) === 'demanded');
    expect(resting.map(({ credential, upstream }) => `${credential} ${upstream}`)).toEqual(rests);
  });

  it('is left alone for as long as its vendor demands, but for five minutes at most', () => {
    const load = new ChannelLoad(1);
    load.rest(ALL, 0, 7_000);
    expect(load.wakesAt('m', 0)).toBe(7_000);
    load.rest(ALL, 0, 86_400_000);
    expect(load.wakesAt('m', 0)).toBe(300_000);
  });

  it('does not make another forget its rest, however many fail', () => {
    const load = new ChannelLoad(5_000);
    for (let credential = 0; credential < 5_000; credential += 1)
      load.rest({ credential, upstream: null }, 0, 10_000);
    expect(load.restOf(4_999, 'm', 1)).toBe('demanded');
    load.recover(4_999, 'm');
    expect(load.restOf(4_999, 'm', 1)).toBe('awake');
    expect(load.restOf(4_998, 'm', 1)).toBe('demanded');
  });
});
