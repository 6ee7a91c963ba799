import type { ConsumeOptions } from '../event-log.js';

/** The defaults that the port documents. */
export function withDefaults(options: ConsumeOptions = {}): Required<ConsumeOptions> {
  return {
    batchMax: options.batchMax ?? 100,
    ackWaitMs: options.ackWaitMs ?? 30_000,
    deliveriesMax: options.deliveriesMax ?? 10,
    batchIntervalMs: options.batchIntervalMs ?? 0,
  };
}
