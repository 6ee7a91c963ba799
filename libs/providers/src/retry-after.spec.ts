import { describe, expect, it } from '@jest/globals';
import { retryAfterSeconds } from './retry-after.js';
import type { UpstreamHeaders } from './transport/transport.js';

const NOW = Date.UTC(2026, 10, 27, 12, 0, 0);
const after = (value: string): UpstreamHeaders => ({ 'retry-after': value });

describe("a vendor's wish to be asked again", () => {
  it.each<[string, UpstreamHeaders, number | undefined]>([
    ['seconds', after('7'), 7],
    ['a part of a second', after('0.5'), 0.5],
    ['no time at all', after('0'), 0],
    ['a date', after('Fri, 27 Nov 2026 12:01:30 GMT'), 90],
    ['a date of RFC 850', after('Friday, 27-Nov-26 12:01:30 GMT'), 90],
    ['a date of asctime', after('Fri Nov 27 12:01:30 2026'), 90],
    ['a date of asctime with one digit', after('Tue Dec  1 12:00:00 2026'), 4 * 86_400],
    ['a date that is over', after('Fri, 27 Nov 2026 11:59:00 GMT'), 0],
    [
      "a date by the vendor's own clock, which is two hours ahead",
      { ...after('Fri, 27 Nov 2026 14:00:30 GMT'), date: 'Fri, 27 Nov 2026 14:00:00 GMT' },
      30,
    ],
    [
      'a date beside a clock that can not be read',
      { ...after('Fri, 27 Nov 2026 12:00:30 GMT'), date: 'today' },
      30,
    ],
    ['milliseconds', { 'retry-after-ms': '1500' }, 1.5],
    ['milliseconds, which are more exact', { 'retry-after-ms': '1500', ...after('2') }, 1.5],
    ['seconds beside milliseconds that are none', { 'retry-after-ms': 'soon', ...after('2') }, 2],
    ['the first of several', { 'retry-after': ['3', '9'] }, 3],
    ['a word', after('soon'), undefined],
    ['a word and a number, which is no date', after('soon 5'), undefined],
    ['a date without a time', after('Fri, 27 Nov 2026'), undefined],
    ['a day that no month has', after('Fri, 41 Nov 2026 12:01:30 GMT'), undefined],
    ['nothing', after(''), undefined],
    ['a negative number', after('-7'), undefined],
    ['a number of another base', after('0x10'), undefined],
    ['no header', {}, undefined],
  ])('is read from %s', (_what, headers, seconds) => {
    expect(retryAfterSeconds(headers, NOW)).toBe(seconds);
  });
});
