import { setTimeout as delay } from 'node:timers/promises';
import { OfferedConnection, type Ending, type OfferedRequest } from './offered-connection.ts';

export interface SteadyLoadPlan extends OfferedRequest {
  readonly requests: number;
  readonly connections: number;
  /** Requests a second, however fast the answers come. */
  readonly rate: number;
}

const PACE_MS = 1;
const DEADLINE_MS = 60_000;

/**
 * Sends a fixed number of requests at a fixed rate, each on the connection that was free for longest, and checks each
 * answer. One that has to wait for a connection is timed from when it should have been sent: who answers late is not asked
 * less often.
 *
 * @returns the time to the whole answer of each request, in microseconds
 * @throws Error at the first answer that is not right, broken connection or when it takes more than a minute
 */
export function runSteadyLoad(plan: SteadyLoadPlan): Promise<Float64Array> {
  return new SteadyLoad(plan).run();
}

class SteadyLoad {
  private readonly latenciesUs: Float64Array;
  private ended = 0;
  private failure: Error | undefined;
  private readonly connections: readonly OfferedConnection[];
  private readonly free: OfferedConnection[] = [];
  /** When those that wait for a connection should have been sent. */
  private readonly waiting: number[] = [];
  /** The same of those under way. */
  private readonly dueAt = new Map<OfferedConnection, number>();
  private readonly plan: SteadyLoadPlan;

  constructor(plan: SteadyLoadPlan) {
    this.plan = plan;
    this.latenciesUs = new Float64Array(plan.requests);
    const answered = (connection: OfferedConnection, ending: Ending): void =>
      this.answered(connection, ending);
    this.connections = Array.from({ length: plan.connections }, () => new OfferedConnection(plan, answered));
  }

  async run(): Promise<Float64Array> {
    const { requests, rate } = this.plan;
    try {
      await Promise.all(this.connections.map(({ opened }) => opened));
      this.free.push(...this.connections);
      const startedAt = performance.now();
      for (let due = 0; this.ended < requests; await delay(PACE_MS)) {
        if (this.failure !== undefined) throw this.failure;
        const now = performance.now();
        if (now - startedAt > DEADLINE_MS)
          throw new Error(`only ${this.ended} of ${requests} requests were answered in a minute`);
        for (; due < requests && due * 1_000 < (now - startedAt) * rate; due += 1) this.waiting.push(now);
        this.sendWaiting();
      }
      return this.latenciesUs;
    } finally {
      for (const connection of this.connections) connection.close();
    }
  }

  private sendWaiting(): void {
    while (this.waiting.length > 0) {
      const connection = this.free.shift();
      if (connection === undefined) return;
      this.dueAt.set(connection, this.waiting.shift() ?? NaN);
      connection.send();
    }
  }

  private answered(connection: OfferedConnection, ending: Ending): void {
    if (ending === 'served') {
      const dueAt = this.dueAt.get(connection) ?? NaN;
      this.latenciesUs[this.ended++] = (performance.now() - dueAt) * 1_000;
      this.free.push(connection);
      this.sendWaiting();
    } else this.failure ??= ending === 'refused' ? new Error('a request was refused') : ending;
  }
}
