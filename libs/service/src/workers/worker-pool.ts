import cluster, { type Worker } from 'node:cluster';
import { GatewayError } from '@tollgate/contracts';
import { type Logger } from '@tollgate/telemetry';
import { AggregatorRegistry } from 'prom-client';
import { isWorkerMessage, type PrimaryMessage } from './messages.js';
import { RestartDelay } from './restart-delay.js';

/** The workers of a primary process: as many as asked for, each replaced when it dies. */
export class WorkerPool {
  readonly #registry = new AggregatorRegistry();
  readonly #timers = new Set<NodeJS.Timeout>();
  readonly #restartDelay = new RestartDelay();
  #stopping = false;

  constructor(
    private readonly count: number,
    private readonly logger: Logger,
  ) {
    cluster.on('message', (worker, message: unknown) => {
      if (isWorkerMessage(message) && message.type === 'tollgate:metrics-request') {
        void this.#sendMetrics(worker, message.id);
      }
    });
    // A second signal ends this process at once: its workers must not outlive it.
    process.on('exit', () => {
      for (const worker of living()) {
        worker.process.kill('SIGKILL');
      }
    });
  }

  /** The first worker goes ahead, so that a failure to start is told once. Rejects when a worker can't start. */
  async start(): Promise<void> {
    await this.#fork();
    await Promise.all(Array.from({ length: this.count - 1 }, () => this.#fork()));
  }

  /** Resolves when the last worker has gone. */
  async stop(): Promise<void> {
    this.#stopping = true;
    for (const timer of this.#timers) {
      clearTimeout(timer);
    }
    await Promise.all(
      living().map(
        (worker) =>
          new Promise<void>((resolve) => {
            worker.once('exit', () => resolve());
            tell(worker, { type: 'tollgate:stop' });
          }),
      ),
    );
  }

  /** Resolves when the worker is ready to serve. */
  #fork(): Promise<void> {
    const startedAt = performance.now();
    const worker = cluster.fork();
    return new Promise((resolve, reject) => {
      let ready = false;
      worker.on('message', (message: unknown) => {
        if (isWorkerMessage(message) && message.type === 'tollgate:ready') {
          ready = true;
          resolve();
        }
      });
      worker.once('exit', (code, signal) => {
        if (ready) {
          this.#replace(worker, { code, signal, livedMs: performance.now() - startedAt });
        } else {
          reject(new GatewayError('service_unavailable', 'A worker could not start: its own line says why.'));
        }
      });
    });
  }

  #replace(worker: Worker, end: { code: number | null; signal: string | null; livedMs: number }): void {
    if (this.#stopping) {
      return;
    }
    const delayMs = this.#restartDelay.next(end.livedMs);
    const { pid } = worker.process;
    this.logger.error(
      { pid, code: end.code, signal: end.signal, delayMs },
      'A worker died: starting another.',
    );
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      const startedAt = performance.now();
      this.#fork().catch(() => {
        this.#replace(worker, { code: 1, signal: null, livedMs: performance.now() - startedAt });
      });
    }, delayMs);
    this.#timers.add(timer);
  }

  async #sendMetrics(worker: Worker, id: number): Promise<void> {
    const text = await this.#registry.clusterMetrics().catch((error: unknown) => {
      this.logger.warn({ error }, 'The metrics of the workers could not be added up.');
      return null;
    });
    tell(worker, { type: 'tollgate:metrics', id, text });
  }
}

function living(): Worker[] {
  return Object.values(cluster.workers ?? {}).filter(
    (worker) => worker !== undefined && !worker.isDead(),
  ) as Worker[];
}

function tell(worker: Worker, message: PrimaryMessage): void {
  if (worker.isConnected()) {
    worker.send(message);
  }
}
