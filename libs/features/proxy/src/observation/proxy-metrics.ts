import type { NanoUsd, Operation, RequestOutcome } from '@tollgate/contracts';
import { HotCounter, HotHistogram, type Count, type HotObservations } from '@tollgate/telemetry';
import { Counter, Gauge, type Registry } from 'prom-client';
import type { Conclusion } from '../request/metered-request.js';

const DURATION_BUCKETS_SECONDS = [
  0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600,
];

const NANO_USD_PER_USD = 1e9;

/** The proxy's metrics. Labels are of low cardinality by construction: operations, outcomes, codes, channel names. */
export class ProxyMetrics {
  private readonly requests: HotCounter;
  private readonly durations: HotHistogram;
  private readonly attempts: HotCounter;
  private readonly hedgesLost: Counter;
  private readonly hedgesLostCost: Counter;
  /** Operation → outcome → code. No key is put together for a request: as a key, V8 would make each a string of its own. */
  private readonly requestSeries = new Map<Operation, Map<RequestOutcome, Map<string, Count>>>();
  /** Channel → result. */
  private readonly attemptSeries = new Map<string, Map<string, Count>>();
  private readonly durationSeries = new Map<Operation, HotObservations>();

  constructor(registry: Registry, inFlight: () => number) {
    this.requests = new HotCounter({
      name: 'tollgate_requests_total',
      help: 'Requests that ended, refused ones included.',
      labelNames: ['operation', 'outcome', 'code'],
      registry,
    });
    this.durations = new HotHistogram({
      name: 'tollgate_request_duration_seconds',
      help: 'From the first byte of a request to the last byte of its answer.',
      labelNames: ['operation'],
      buckets: DURATION_BUCKETS_SECONDS,
      registry,
    });
    this.attempts = new HotCounter({
      name: 'tollgate_attempts_total',
      help: 'Attempts at channels, by result: ok or an error code.',
      labelNames: ['channel', 'result'],
      registry,
    });
    this.hedgesLost = new Counter({
      name: 'tollgate_hedges_lost_total',
      help: 'Attempts that were cancelled because another channel answered first.',
      labelNames: ['channel'],
      registers: [registry],
    });
    this.hedgesLostCost = new Counter({
      name: 'tollgate_hedges_lost_cost_usd_total',
      help: 'What vendors are taken to charge for attempts that were cancelled so; no tenant pays for it.',
      labelNames: ['channel'],
      registers: [registry],
    });
    new Gauge({
      name: 'tollgate_requests_in_flight',
      help: 'Requests under way.',
      registers: [registry],
      collect() {
        this.set(inFlight());
      },
    });
  }

  ended(operation: Operation, { outcome, errorCode }: Conclusion, durationMs: number): void {
    const code = errorCode ?? 'ok';
    const count = this.requestSeries.get(operation)?.get(outcome)?.get(code);
    if (count === undefined) this.addRequests(operation, outcome, code).value += 1;
    else count.value += 1;
    let durations = this.durationSeries.get(operation);
    if (durations === undefined)
      this.durationSeries.set(operation, (durations = this.durations.add(operation)));
    durations.observe(durationMs / 1_000);
  }

  attempted(channel: string, result: string): void {
    const count = this.attemptSeries.get(channel)?.get(result);
    if (count === undefined) this.addAttempts(channel, result).value += 1;
    else count.value += 1;
  }

  /** @param cost a guess of what its vendor charges; 0: not known */
  hedgeLost(channel: string, cost: NanoUsd): void {
    this.hedgesLost.inc({ channel });
    this.hedgesLostCost.inc({ channel }, Number(cost) / NANO_USD_PER_USD);
  }

  private addRequests(operation: Operation, outcome: RequestOutcome, code: string): Count {
    const outcomes = this.requestSeries.get(operation) ?? new Map<RequestOutcome, Map<string, Count>>();
    const codes = outcomes.get(outcome) ?? new Map<string, Count>();
    const count = this.requests.add(operation, outcome, code);
    this.requestSeries.set(operation, outcomes.set(outcome, codes.set(code, count)));
    return count;
  }

  private addAttempts(channel: string, result: string): Count {
    const results = this.attemptSeries.get(channel) ?? new Map<string, Count>();
    const count = this.attempts.add(channel, result);
    this.attemptSeries.set(channel, results.set(result, count));
    return count;
  }
}
