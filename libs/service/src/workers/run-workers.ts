import cluster from 'node:cluster';
import { type Logger } from '@tollgate/telemetry';
import { runService, type StartService } from '../run/run-service.js';
import { WorkerPool } from './worker-pool.js';

export interface WorkersOptions {
  readonly name: string;
  /** Processes that serve; 1 serves in this process, without a primary. */
  readonly count: number;
  readonly start: StartService;
  /** Of the primary process. */
  readonly logger: Logger;
  /** Default 30,000. The primary waits a little longer than its workers do. */
  readonly shutdownTimeoutMs?: number;
}

/** The primary's bound is later than its workers', so that they end by themselves. */
const PRIMARY_MARGIN_MS = 1_000;
const SHUTDOWN_TIMEOUT_MS = 30_000;

/**
 * Runs a service in `count` processes that share its port. The primary serves nothing: it starts the workers, replaces
 * those that die, passes the shutdown on and adds up their metrics (`processMetrics`).
 */
export async function runWorkers(options: WorkersOptions): Promise<void> {
  const { name, count, start, logger, shutdownTimeoutMs = SHUTDOWN_TIMEOUT_MS } = options;
  if (count === 1 || cluster.isWorker) {
    await runService(name, start);
    return;
  }
  await runService(name, async (context) => {
    context.configure({ logger, shutdownTimeoutMs: shutdownTimeoutMs + PRIMARY_MARGIN_MS });
    const pool = new WorkerPool(count, logger);
    context.signal.addEventListener('abort', () => void pool.stop(), { once: true });
    await pool.start();
    logger.info({ workers: count }, 'All workers are ready.');
    return { stop: () => pool.stop() };
  });
}
