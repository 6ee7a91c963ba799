import type { Operation } from '@tollgate/contracts';
import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { Conclusion } from '../request/metered-request.js';

const DURATION_BUCKETS_SECONDS = [
  0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600,
];

/** The proxy's metrics. Labels are of low cardinality by construction: operations, outcomes, codes, channel names. */
export class ProxyMetrics {
  private readonly requests: Counter;
  private readonly durations: Histogram;
  private readonly attempts: Counter;
  /** Series found once: looking a series up by its labels costs more than counting. */
  private readonly series = new Map<string, { inc(): void }>();
  private readonly durationSeries = new Map<Operation, { observe(seconds: number): void }>();

  constructor(registry: Registry, inFlight: () => number) {
    const registers = [registry];
    this.requests = new Counter({
      name: 'tollgate_requests_total',
      help: 'Requests that ended, refused ones included.',
      labelNames: ['operation', 'outcome', 'code'],
      registers,
    });
    this.durations = new Histogram({
      name: 'tollgate_request_duration_seconds',
      help: 'From the first byte of a request to the last byte of its answer.',
      labelNames: ['operation'],
      buckets: DURATION_BUCKETS_SECONDS,
      registers,
    });
    this.attempts = new Counter({
      name: 'tollgate_attempts_total',
      help: 'Attempts at channels, by result: ok or an error code.',
      labelNames: ['channel', 'result'],
      registers,
    });
    new Gauge({
      name: 'tollgate_requests_in_flight',
      help: 'Requests under way.',
      registers,
      collect() {
        this.set(inFlight());
      },
    });
  }

  ended(operation: Operation, { outcome, errorCode }: Conclusion, durationMs: number): void {
    const code = errorCode ?? 'ok';
    this.counter(`${operation} ${outcome} ${code}`, () =>
      this.requests.labels(operation, outcome, code),
    ).inc();
    let durations = this.durationSeries.get(operation);
    if (durations === undefined) {
      durations = this.durations.labels(operation);
      this.durationSeries.set(operation, durations);
    }
    durations.observe(durationMs / 1_000);
  }

  attempted(channel: string, result: string): void {
    this.counter(`${result} ${channel}`, () => this.attempts.labels(channel, result)).inc();
  }

  private counter(key: string, find: () => { inc(): void }): { inc(): void } {
    let series = this.series.get(key);
    if (series === undefined) this.series.set(key, (series = find()));
    return series;
  }
}
