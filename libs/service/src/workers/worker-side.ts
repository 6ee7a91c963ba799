import cluster from 'node:cluster';
import { GatewayError } from '@tollgate/contracts';
import { type MetricsSource } from '@tollgate/telemetry';
import { AggregatorRegistry, type Registry } from 'prom-client';
import { type StopRequests } from '../run/stop-requests.js';
import { isPrimaryMessage } from './messages.js';

const METRICS_TIMEOUT_MS = 5_000;

/**
 * In a worker: stops when the primary says so or is gone. Signals are the primary's business, since a terminal sends
 * Ctrl-C to both. `undefined` outside of workers.
 */
export function attachToPrimary(): StopRequests | undefined {
  if (!cluster.isWorker) {
    return undefined;
  }
  const controller = new AbortController();
  const stop = (reason: string): void => {
    if (!controller.signal.aborted) {
      controller.abort(reason);
    }
  };
  process.on('SIGINT', () => undefined);
  process.on('SIGTERM', () => stop('SIGTERM'));
  process.on('disconnect', () => stop('the primary process is gone'));
  process.on('message', (message) => {
    if (isPrimaryMessage(message) && message.type === 'tollgate:stop') {
      stop('the primary process is stopping');
    }
  });
  return { signal: controller.signal, request: stop };
}

/** What `GET /metrics` answers with: the sum over all workers in a worker, else the registry itself. */
export function processMetrics(registry: Registry): MetricsSource {
  if (!cluster.isWorker) {
    return registry;
  }
  AggregatorRegistry.setRegistries(registry);
  // Its constructor makes this worker answer the primary's requests for its metrics.
  const { contentType } = new AggregatorRegistry();
  return { contentType, metrics: () => askPrimary() };
}

let lastRequest = 0;

function askPrimary(): Promise<string> {
  lastRequest += 1;
  const id = lastRequest;
  return new Promise((resolve, reject) => {
    const finish = (text: string | null): void => {
      clearTimeout(timer);
      process.off('message', onMessage);
      if (text === null) {
        reject(
          new GatewayError('service_unavailable', 'The metrics of the other workers are not available now.'),
        );
      } else {
        resolve(text);
      }
    };
    const onMessage = (message: unknown): void => {
      if (isPrimaryMessage(message) && message.type === 'tollgate:metrics' && message.id === id) {
        finish(message.text);
      }
    };
    const timer = setTimeout(() => finish(null), METRICS_TIMEOUT_MS + 500);
    process.on('message', onMessage);
    process.send?.({ type: 'tollgate:metrics-request', id });
  });
}
