import { HotCounter, type Count } from '@tollgate/telemetry';
import { Gauge, type Registry } from 'prom-client';
import { OVERLOAD_REASONS, type OverloadGuard, type OverloadReason } from '../overload/overload-guard.js';

/** What was refused at the door, and what fills the process. */
export class OverloadMetrics {
  private readonly counts: Readonly<Record<OverloadReason, Count>>;

  constructor(registry: Registry, guard: OverloadGuard) {
    const refused = new HotCounter({
      name: 'tollgate_overload_refused_total',
      help: 'Requests refused before they were read, by what there was too much of: delay, in_flight, bodies.',
      labelNames: ['reason'],
      registry,
    });
    // From the start with 0: a rate needs a value before the first refusal.
    const series = OVERLOAD_REASONS.map((reason) => [reason, refused.add(reason)] as const);
    this.counts = Object.fromEntries(series) as Record<OverloadReason, Count>;
    new Gauge({
      name: 'tollgate_request_body_bytes',
      help: 'Bytes of request bodies in memory.',
      registers: [registry],
      collect() {
        this.set(guard.bodiesBytes);
      },
    });
  }

  refused(reason: OverloadReason): void {
    this.counts[reason].value += 1;
  }
}
