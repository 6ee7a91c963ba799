import { describe, expect, it } from '@jest/globals';
import type { SentRequest } from '../traffic/sent-request.js';
import type { Outage } from '../world.js';
import { checkLimits } from './limits.js';

/** Two at once, and one more each half second. */
const RATES = new Map([['limited', { max: 2, windowMs: 1_000, ahead: 0 }]]);
/** Of which two may have been taken ahead. */
const WIDE_RATES = new Map([['limited', { max: 200, windowMs: 1_000, ahead: 2 }]]);

function admitted(sentAt: number, change: Partial<SentRequest> = {}): SentRequest {
  return {
    ...{ nonce: 1, organization: 'first', key: 'limited', proxy: 'proxy-1', dialect: 'openai-chat' },
    ...{ streamed: false, sentAt, endedAt: sentAt + 10, ending: 'complete', id: 'one', status: 200 },
    said: undefined,
    ...change,
  };
}

function violations(
  sent: readonly SentRequest[],
  redisOutages: readonly Outage[] = [],
  slotsTaken = 0,
): readonly string[] {
  return checkLimits({ sent, rates: RATES, redisOutages, slotsTaken });
}

describe('limits', () => {
  it('let as many pass as they have, and those that come back', () => {
    expect(violations([admitted(1), admitted(2), admitted(600), admitted(1_100)])).toEqual([]);
  });

  it('are exceeded by one too many, wherever in time it is', () => {
    const late = [admitted(9_001), admitted(9_002), admitted(9_003)];
    expect(violations([admitted(1), ...late])).toEqual(['limited: 3 requests in 12 ms, 2 are allowed.']);
  });

  it('do not count refusals, and requests of other keys', () => {
    const others = [admitted(3, { status: 429, ending: 'refused' }), admitted(3, { key: 'plain' })];
    expect(violations([admitted(1), admitted(2), ...others])).toEqual([]);
  });

  it('begin anew where Redis lost its data, and only there', () => {
    const sent = [admitted(1), admitted(2), admitted(5_001), admitted(5_002)];
    expect(violations(sent, [{ from: 5_000, to: 5_000 }])).toEqual([]);
    expect(violations([...sent, admitted(5_003)], [{ from: 5_000, to: 5_000 }])).toHaveLength(1);
  });

  it('let nobody pass while they can not be asked for', () => {
    const outage = { from: 2_000, to: 3_000 };
    expect(violations([admitted(2_500)], [outage])).toEqual([expect.stringContaining('was let in while')]);
    expect(violations([admitted(1_995), admitted(2_995)], [outage])).toEqual([]);
  });

  it('let those pass that proxies had taken ahead, and no more', () => {
    const outage = { from: 2_000, to: 3_000 };
    const passed = (count: number) =>
      checkLimits({
        sent: Array.from({ length: count }, (_, index) => admitted(2_100 + index)),
        ...{ rates: WIDE_RATES, redisOutages: [outage], slotsTaken: 0 },
      });
    expect([passed(2), passed(3).length]).toEqual([[], 1]);
  });

  it('leave no slot taken', () => {
    expect(violations([], [], 1)).toEqual(['1 slots of concurrency limits are still taken.']);
  });
});
