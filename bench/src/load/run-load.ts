import { LoadConnection } from './load-connection.ts';
import { type Expectation } from './answer-check.ts';

export interface LoadPlan {
  readonly port: number;
  /** As it goes over the wire. */
  readonly request: Buffer;
  readonly requests: number;
  readonly connections: number;
  readonly expected: Expectation;
  /** Makes each request of the one before; default: all are the same. */
  readonly vary?: (request: Buffer) => void;
}

const DEADLINE_MS = 60_000;

/**
 * Sends a fixed number of requests, one after the other on each of a fixed number of connections, and checks each answer.
 *
 * @returns the time from request to whole answer of each request, in microseconds
 * @throws Error at the first wrong answer, broken connection or when it takes more than a minute
 */
export async function runLoad(plan: LoadPlan): Promise<Float64Array> {
  const latenciesUs = new Float64Array(plan.requests);
  let begun = 0;
  let ended = 0;
  const turns = {
    next: () => begun++ < plan.requests,
    vary: plan.vary,
    ended: (latencyUs: number) => void (latenciesUs[ended++] = latencyUs),
  };
  const connections = Array.from(
    { length: plan.connections },
    () => new LoadConnection(plan.port, plan.request, plan.expected, turns),
  );
  const deadline = setTimeout(() => {
    const error = new Error(`only ${ended} of ${plan.requests} requests were answered in a minute`);
    for (const connection of connections) connection.fail(error);
  }, DEADLINE_MS);
  try {
    await Promise.all(connections.map((connection) => connection.open()));
    await Promise.all(connections.map((connection) => connection.run()));
  } finally {
    clearTimeout(deadline);
    for (const connection of connections) connection.close();
  }
  return latenciesUs;
}
