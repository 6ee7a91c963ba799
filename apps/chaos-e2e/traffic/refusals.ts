import type { SentRequest } from './sent-request.js';

/** Every dialect's refusal has the gateway's stable code in one of them. */
const CODE = /"(?:code|reason)":\s*"([a-z_]+)"/;

/** How often each code refused a request. */
export function countRefusals(sent: readonly SentRequest[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { ending, said } of sent) {
    if (ending !== 'refused') continue;
    const code = CODE.exec(said ?? '')?.[1] ?? 'unknown';
    counts.set(code, (counts.get(code) ?? 0) + 1);
  }
  return counts;
}
