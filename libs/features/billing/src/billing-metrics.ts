import { Counter, Histogram, type Registry } from 'prom-client';

/** What billing counts. */
export class BillingMetrics {
  readonly events: Counter<'result'>;
  readonly findings: Counter<'kind'>;
  readonly budgetAlerts: Counter<'threshold'>;
  readonly commitFailures: Counter;
  readonly commitSeconds: Histogram;

  constructor(registry: Registry) {
    const registers = [registry];
    this.events = new Counter({
      name: 'tollgate_billing_usage_events_total',
      help: 'Usage events by what became of them: recorded, duplicate; unreadable counts messages.',
      labelNames: ['result'],
      registers,
    });
    this.findings = new Counter({
      name: 'tollgate_billing_findings_total',
      help: 'Odd facts about usage events that were noted, by kind.',
      labelNames: ['kind'],
      registers,
    });
    this.budgetAlerts = new Counter({
      name: 'tollgate_billing_budget_alerts_total',
      help: 'Budgets that reached one of their thresholds (percent), once a period each.',
      labelNames: ['threshold'],
      registers,
    });
    this.commitFailures = new Counter({
      name: 'tollgate_billing_commit_failures_total',
      help: 'Commits of usage events that failed and were put off.',
      registers,
    });
    this.commitSeconds = new Histogram({
      name: 'tollgate_billing_commit_seconds',
      help: 'Time to commit a set of usage events.',
      buckets: [0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10],
      registers,
    });
  }
}
