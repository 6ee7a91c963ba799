import { runLoad } from '../load/run-load.ts';
import { wireRequest } from '../questions/question.ts';
import { LOADED_CONNECTIONS } from '../plan.ts';
import { workloads } from '../workloads.ts';
import { cpuMicroseconds, processTree, residentKb } from './processes.ts';
import { settle } from './settle.ts';
import { requestOf, type Subject } from './subject.ts';

/** Many more than a proxy keeps in memory. */
const WALKED_MAX = 400_000;
const STEPS = 8;
/** Of one load: it has a minute. */
const REQUESTS_AT_ONCE = 10_000;
const SETTLE_MS = 3_000;

/** What it costs to be asked with one key after the other, each for the first time. */
export interface KeyWalkStep {
  /** So many different keys were seen so far. */
  readonly keys: number;
  readonly cpuUs: number;
  readonly residentKb: number;
}

/** @throws Error if an answer was wrong */
export async function measureKeyWalk(subject: Subject, keys: number): Promise<KeyWalkStep[]> {
  const { gateway, port } = subject;
  const keyHeaders = gateway?.keyHeaders;
  if (gateway === undefined || keyHeaders === undefined)
    throw new Error(`${subject.name} has no other keys.`);
  const { expected } = requestOf(subject, 'J1');
  const first = wireRequest(port, keyHeaders(0), workloads.J1.client);
  const offset = first.indexOf(keyHeaders(0)[0] ?? '');
  const size = Math.floor(Math.min(keys, WALKED_MAX) / STEPS);
  let walked = 0;
  const vary = (request: Buffer): void => {
    request.write(keyHeaders(walked)[0] ?? '', offset, 'latin1');
    walked += 1;
  };
  const steps: KeyWalkStep[] = [];
  while (steps.length < STEPS) {
    const before = cpuMicroseconds(processTree(gateway.server.pid));
    for (let left = size; left > 0; left -= REQUESTS_AT_ONCE) {
      const requests = Math.min(left, REQUESTS_AT_ONCE);
      await runLoad({ port, request: first, expected, requests, connections: LOADED_CONNECTIONS, vary });
    }
    const own = processTree(gateway.server.pid);
    await settle(own, SETTLE_MS);
    steps.push({
      keys: walked,
      cpuUs: (cpuMicroseconds(own) - before) / size,
      residentKb: residentKb(own),
    });
  }
  return steps;
}
