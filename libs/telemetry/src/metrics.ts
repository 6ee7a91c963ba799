import { collectDefaultMetrics, Registry } from 'prom-client';

/** What `GET /metrics` answers with; a `Registry` is one. */
export interface MetricsSource {
  readonly contentType: string;
  metrics(): Promise<string>;
}

/** A registry of its own with Node's process metrics; every series carries the label `service`. */
export function createMetrics(options: { readonly service: string }): Registry {
  const registry = new Registry();
  registry.setDefaultLabels({ service: options.service });
  collectDefaultMetrics({ register: registry });
  return registry;
}
