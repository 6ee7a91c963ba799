import { setTimeout as delay } from 'node:timers/promises';
import { askVendor } from '../load/ask.ts';
import { IdleStreams } from '../load/idle-streams.ts';
import { runLoad } from '../load/run-load.ts';
import { wireRequest } from '../questions/question.ts';
import { idleQuestion } from '../workloads.ts';
import { processTree, residentKb } from './processes.ts';
import { settle } from './settle.ts';
import { median } from './statistics.ts';
import { requestOf, type Subject } from './subject.ts';

const WARM_UP = { requests: 300, connections: 16 };
const LOOKS = 5;
const LOOK_EVERY_MS = 200;
const SETTLE_MS = 2_000;

export interface IdleResult {
  readonly streams: number;
  readonly beforeKb: number;
  readonly withStreamsKb: number;
  readonly kbPerStream: number;
}

/**
 * What open streams cost in memory. Of a gateway that was started again for it and has seen little traffic: in one that was
 * under load before, streams fit into memory that it had already taken, and look free.
 *
 * @throws Error if a stream did not begin, or not end as the vendor ended it
 */
export async function measureIdleStreams(
  subject: Subject,
  vendorPort: number,
  count: number,
): Promise<IdleResult> {
  const { gateway, port } = subject;
  if (gateway === undefined) throw new Error('The direct call has no memory of its own.');
  const { wire, expected } = requestOf(subject, 'SB');
  await runLoad({ port, request: wire, expected, ...WARM_UP });
  const beforeKb = await resident(gateway.server.pid);
  const request = wireRequest(port, gateway.headers, idleQuestion);
  const ending = { bodyBytes: undefined, streamEnd: idleQuestion.streamEnd };
  const streams = new IdleStreams(port, request, ending);
  try {
    await streams.open(count);
    const held = Number(await askVendor(vendorPort, 'GET', '/idle'));
    if (held !== count) throw new Error(`${held} of ${count} idle streams are open at the vendor`);
    const withStreamsKb = await resident(gateway.server.pid);
    await askVendor(vendorPort, 'POST', '/release');
    await streams.ended();
    return { streams: count, beforeKb, withStreamsKb, kbPerStream: (withStreamsKb - beforeKb) / count };
  } finally {
    streams.close();
  }
}

async function resident(pid: number): Promise<number> {
  await settle(processTree(pid), SETTLE_MS);
  const looks: number[] = [];
  while (looks.length < LOOKS) {
    await delay(LOOK_EVERY_MS);
    looks.push(residentKb(processTree(pid)));
  }
  return median(looks);
}
