import { describe, expect, it } from '@jest/globals';
import { ChannelCaps } from './channel-caps.js';

describe("what a vendor's account can take", () => {
  const capped = (limits: Parameters<ChannelCaps['limit']>[0]) => {
    const caps = new ChannelCaps();
    caps.limit(limits);
    return caps;
  };

  it('is so many requests at once', () => {
    const caps = capped({ inFlightMax: 2 });
    caps.begin(0);
    expect(caps.isFull(0)).toBe(false);
    caps.begin(0);
    expect(caps.isFull(0)).toBe(true);
    caps.end(1_000_000, 1);
    expect(caps.isFull(1)).toBe(false);
  });

  it('is so many requests in the last minute, to a second', () => {
    const caps = capped({ requestsPerMinuteMax: 2 });
    caps.begin(0);
    caps.begin(30_000);
    caps.end(0, 30_000);
    expect([caps.isFull(30_000), caps.isFull(59_999), caps.isFull(60_000)]).toEqual([true, true, false]);
    caps.begin(60_000);
    expect([caps.isFull(89_999), caps.isFull(90_000)]).toEqual([true, false]);
    expect(caps.isFull(1_000_000)).toBe(false);
  });

  it('is so many tokens in the last minute, as they are reported', () => {
    const caps = capped({ tokensPerMinuteMax: 100 });
    caps.begin(0);
    expect(caps.isFull(0)).toBe(false);
    caps.end(99, 1_000);
    expect(caps.isFull(1_000)).toBe(false);
    caps.begin(2_000);
    caps.end(1, 2_000);
    expect([caps.isFull(60_999), caps.isFull(61_000)]).toEqual([true, false]);
  });

  it('may change, and what was counted stays', () => {
    const caps = capped({ inFlightMax: 1 });
    caps.begin(0);
    caps.limit({ inFlightMax: 2 });
    expect(caps.isFull(0)).toBe(false);
    caps.limit({ requestsPerMinuteMax: 1 });
    expect(caps.isFull(0)).toBe(true);
    caps.limit({});
    expect(caps.isFull(0)).toBe(false);
  });

  it('is, for one process of several, the share that it is held to, as soon as what is under way has ended', () => {
    const { inFlight, ...caps } = capped({ inFlightMax: 3 });
    expect([inFlight.max, inFlight.isFull(), inFlight.takePressed()]).toEqual([3, false, false]);
    inFlight.count = 2;
    inFlight.holdTo(1);
    expect([inFlight.isFull(), inFlight.used()]).toEqual([true, 2]);
    expect([inFlight.takePressed(), inFlight.takePressed()]).toEqual([true, false]);
    inFlight.count = 0;
    expect(inFlight.isFull()).toBe(false);
    inFlight.count = 2;
    inFlight.holdTo(undefined);
    expect([inFlight.isFull(), caps.requests.max]).toEqual([false, Infinity]);
  });

  it('is never more than all of it, whatever the share is', () => {
    const { inFlight } = capped({ inFlightMax: 1 });
    inFlight.holdTo(5);
    inFlight.count = 1;
    expect(inFlight.isFull()).toBe(true);
  });

  it('is not confused by a clock that stands still or jumps', () => {
    const caps = capped({ requestsPerMinuteMax: 1 });
    caps.begin(5_000);
    expect(caps.isFull(4_000)).toBe(true);
    caps.begin(900_000_000);
    expect(caps.isFull(900_059_999)).toBe(true);
    expect(caps.isFull(900_060_000)).toBe(false);
  });
});
