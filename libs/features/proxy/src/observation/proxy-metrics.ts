import type { Operation } from '@tollgate/contracts';
import { HotCounter, HotHistogram, type Count, type HotObservations } from '@tollgate/telemetry';
import { Gauge, type Registry } from 'prom-client';
import type { Conclusion } from '../request/metered-request.js';

const DURATION_BUCKETS_SECONDS = [
  0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600,
];

/** The proxy's metrics. Labels are of low cardinality by construction: operations, outcomes, codes, channel names. */
export class ProxyMetrics {
  private readonly requests: HotCounter;
  private readonly durations: HotHistogram;
  private readonly attempts: HotCounter;
  private readonly requestSeries = new Map<string, Count>();
  private readonly attemptSeries = new Map<string, Count>();
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
    const key = `${operation} ${outcome} ${code}`;
    let count = this.requestSeries.get(key);
    if (count === undefined)
      this.requestSeries.set(key, (count = this.requests.add(operation, outcome, code)));
    count.value += 1;
    let durations = this.durationSeries.get(operation);
    if (durations === undefined)
      this.durationSeries.set(operation, (durations = this.durations.add(operation)));
    durations.observe(durationMs / 1_000);
  }

  attempted(channel: string, result: string): void {
    const key = `${result} ${channel}`;
    let count = this.attemptSeries.get(key);
    if (count === undefined) this.attemptSeries.set(key, (count = this.attempts.add(channel, result)));
    count.value += 1;
  }
}
