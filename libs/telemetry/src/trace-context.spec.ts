import { describe, expect, it } from '@jest/globals';
import { formatTraceparent, nextTraceContext, parseTraceparent } from './trace-context.js';

const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
const spanId = '00f067aa0ba902b7';

describe('parseTraceparent', () => {
  it.each([
    [`00-${traceId}-${spanId}-01`, true],
    [`00-${traceId}-${spanId}-00`, false],
    [`00-${traceId}-${spanId}-03`, true],
    [`cc-${traceId}-${spanId}-01-what-the-future-holds`, true],
    [`cc-${traceId}-${spanId}-00`, false],
  ])('reads %s', (header, sampled) => {
    expect(parseTraceparent(header)).toEqual({ traceId, spanId, sampled });
  });

  it.each([
    undefined,
    '',
    'garbage',
    `ff-${traceId}-${spanId}-01`,
    `00-${traceId}-${spanId}-01-extra`,
    `00-${traceId}-${spanId}-01x`,
    `cc-${traceId}-${spanId}-01.`,
    `00-${traceId.toUpperCase()}-${spanId}-01`,
    `00-${'0'.repeat(32)}-${spanId}-01`,
    `00-${traceId}-${'0'.repeat(16)}-01`,
    `00-${traceId.slice(1)}-${spanId}-01`,
    `cc-${traceId}-${spanId}-01-${'x'.repeat(300)}`,
  ])('starts anew after %j', (header) => {
    expect(parseTraceparent(header)).toBeUndefined();
  });
});

describe('nextTraceContext', () => {
  it('stays in the trace of the caller with a span of its own', () => {
    const next = nextTraceContext({ traceId, spanId, sampled: true });
    expect(next).toMatchObject({ traceId, sampled: true });
    expect(next.spanId).not.toBe(spanId);
    expect(parseTraceparent(formatTraceparent(next))).toEqual(next);
  });

  it('begins an unrecorded trace when there is no caller', () => {
    const first = nextTraceContext(undefined);
    expect(first.sampled).toBe(false);
    expect(parseTraceparent(formatTraceparent(first))).toEqual(first);
    expect(nextTraceContext(undefined).traceId).not.toBe(first.traceId);
  });
});
