import { REQUEST_RATES } from './customers.js';
import { PROXIES } from './services.js';
import type { World } from './world.js';

/**
 * Asks both proxies in turn until the limit of the gauge's key refuses: one that is shared lets no more pass than it
 * holds, one that each proxy counts for itself lets twice as many.
 *
 * @returns one sentence if the limit does not work
 */
export async function gaugeLimits({ traffic }: World): Promise<readonly string[]> {
  const { max, windowMs } = REQUEST_RATES.get('gauge') ?? { max: 0, windowMs: 1 };
  const startedAt = performance.now();
  for (let passed = 0; ; passed += 1) {
    const { status, said, endedAt } = await traffic.askGauge(PROXIES[passed % PROXIES.length] ?? 'proxy-1');
    if (status === 429) return [];
    if (status !== 200) return [`The gauge's key got ${status ?? 'no answer'}: ${said ?? ''}`];
    const mayPass = max + Math.floor(((endedAt - startedAt) * max) / windowMs);
    if (passed + 1 > mayPass) return [`${passed + 1} requests passed where ${mayPass} may.`];
  }
}
