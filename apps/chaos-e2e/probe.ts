import { PROXIES } from './services.js';
import type { World } from './world.js';

const PROBES = 20;

/** Milliseconds of the median probe, asked one after the other of both proxies; a failure counts as endless. */
export async function probeLatency({ traffic }: World): Promise<number> {
  const durations: number[] = [];
  for (let index = 0; index < PROBES; index += 1) {
    const { sentAt, endedAt, ending } = await traffic.probe(PROXIES[index % PROXIES.length] ?? 'proxy-1');
    durations.push(ending === 'complete' ? endedAt - sentAt : Number.POSITIVE_INFINITY);
  }
  return durations.sort((a, b) => a - b)[PROBES / 2] ?? Number.POSITIVE_INFINITY;
}
