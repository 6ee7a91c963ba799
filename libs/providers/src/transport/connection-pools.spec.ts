import { afterEach, describe, expect, it } from '@jest/globals';
import { systemClock } from '@tollgate/contracts';
import { ConnectionPools } from './connection-pools.js';
import { EgressGuard } from './egress-guard.js';
import type { UpstreamRequest } from './transport.js';
import { upstreamConnection } from './upstream-connection.js';

describe('pools of connections', () => {
  const pools = new ConnectionPools(new EgressGuard({ allowPrivate: true }), systemClock);
  afterEach(() => pools.close());

  const request = (more: Partial<UpstreamRequest> = {}): UpstreamRequest => ({
    ...{ origin: 'https://vendor.test', path: '/', method: 'POST', headers: [], body: Buffer.alloc(0) },
    timeouts: { connectTimeoutMs: 1, firstByteTimeoutMs: 1, idleTimeoutMs: 1, totalTimeoutMs: 1 },
    ...more,
  });
  const through = (url: string) => ({ connection: upstreamConnection({ url }, undefined) });

  it('are shared by what is connected alike, and by nothing else', () => {
    const plain = pools.poolFor(request(), 0);
    expect(pools.poolFor(request(), 0)).toBe(plain);
    const one = pools.poolFor(request(through('http://one.test:80')), 0);
    expect(pools.poolFor(request(through('http://one.test:80')), 0)).toBe(one);
    const trusting = { connection: upstreamConnection(undefined, { rejectUnauthorized: false }) };
    const others = [
      pools.poolFor(request(through('http://two.test:80')), 0),
      pools.poolFor(request({ ...through('http://one.test:80'), origin: 'https://other.test' }), 0),
      pools.poolFor(request(trusting), 0),
    ];
    expect(new Set([plain, one, ...others]).size).toBe(5);
  });

  it('are closed when nobody has used them for a while', () => {
    pools.poolFor(request(), 0);
    pools.poolFor(request(through('http://one.test:80')), 60_000);
    pools.closeUnused(119_999);
    expect(pools.size).toBe(2);
    pools.closeUnused(120_000);
    expect(pools.size).toBe(1);
    pools.poolFor(request(through('http://one.test:80')), 170_000);
    pools.closeUnused(200_000);
    expect(pools.size).toBe(1);
  });

  it('are never more than a bound: the one that was not used for longest goes', () => {
    const first = pools.poolFor(request({ origin: 'http://v0.test' }), 1);
    for (let number = 1; number < 2_000; number += 1)
      pools.poolFor(request({ origin: `http://v${number}.test` }), number === 7 ? 0 : number + 1);
    pools.poolFor(request({ origin: 'http://another.test' }), 5_000);
    expect(pools.size).toBe(2_000);
    expect(pools.poolFor(request({ origin: 'http://v0.test' }), 5_001)).toBe(first);
  });
});
