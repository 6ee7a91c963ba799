import { describe, expect, it } from '@jest/globals';
import { slownessOf } from './slowness.js';

const limits = { enabled: true, factor: 4, differenceMs: 1_000, requestsMin: 20 };
const usual = { firstByteMs: 500, samples: 1_000 };
const pace = { samples: 20, spanMs: 60_000, firstByteMs: 2_000 };

describe('what answers later than usual', () => {
  it.each([
    ['four times as late', {}, true],
    ['a little less', { pace: { ...pace, firstByteMs: 1_999 } }, false],
    [
      'four times, but no second later',
      { pace: { ...pace, firstByteMs: 400 }, usual: { ...usual, firstByteMs: 100 } },
      false,
    ],
    [
      'a second later, but not four times',
      { pace: { ...pace, firstByteMs: 9_000 }, usual: { ...usual, firstByteMs: 3_000 } },
      false,
    ],
    ['too rare', { pace: { ...pace, samples: 19 } }, false],
    ['slow for less than a minute', { pace: { ...pace, spanMs: 49_000 } }, false],
    ['not known well', { usual: { ...usual, samples: 99 } }, false],
    ['not known', { usual: undefined }, false],
    ['not seen', { pace: undefined }, false],
    ['degraded, and still far slower', { isDegraded: true, pace: { ...pace, firstByteMs: 1_200 } }, true],
    [
      'degraded, and nearly as fast as usual',
      { isDegraded: true, pace: { ...pace, firstByteMs: 1_099 } },
      false,
    ],
    ['slow while nobody wants to know', { limits: { ...limits, enabled: false } }, false],
  ])('and is %s', (_what, changes, isSlow) => {
    const reason = slownessOf({ pace, usual, limits, isDegraded: false, ...changes });
    expect(reason !== undefined).toBe(isSlow);
  });

  it('is told with both medians', () => {
    expect(slownessOf({ pace, usual, limits, isDegraded: false })).toBe(
      'It answers after 2000 ms or later, usually after 500 ms (medians).',
    );
  });
});
