import { type Logger } from '@tollgate/telemetry';
import { type StopRequests, listenForStop } from './stop-requests.js';
import { startFailureLines } from './start-failure.js';
import { attachToPrimary } from '../workers/worker-side.js';

const SHUTDOWN_TIMEOUT_MS = 30_000;
/** The longest that a timer can wait. */
const FOREVER_MS = 2 ** 31 - 1;
const SIGNAL_EXIT_CODES = { SIGTERM: 143, SIGINT: 130 } as const;

export interface ServiceContext {
  readonly name: string;
  /** Aborted when a stop is asked for, also while the service is still starting. */
  readonly signal: AbortSignal;
  /** From now on the life of the service is logged here, and stopping takes at most this long (default 30 s). */
  configure(options: { readonly logger?: Logger; readonly shutdownTimeoutMs?: number }): void;
  /** Ends the service in order, e.g. when a part that it can't do without has died; it exits with code 1. */
  fail(error: unknown): void;
}

export interface RunningService {
  /** Stops accepting, finishes what was begun, flushes, closes. */
  stop(): Promise<void>;
}

export type StartService = (context: ServiceContext) => Promise<RunningService>;

/**
 * Runs a service as this process, start to end. A failed start prints one line and exits with code 1; SIGTERM and
 * SIGINT stop it in order within the bound (exit code 0, or 1 when the bound was not enough); a second signal exits at
 * once; an error that nobody handled is logged and ends the process with code 1.
 */
export async function runService(name: string, start: StartService): Promise<void> {
  const process_ = new ServiceProcess(name);
  await process_.run(start);
}

class ServiceProcess {
  #logger: Logger | undefined;
  #shutdownTimeoutMs = SHUTDOWN_TIMEOUT_MS;
  #exitCode = 0;
  readonly #stopRequests: StopRequests;

  constructor(private readonly name: string) {
    this.#stopRequests = attachToPrimary() ?? listenForStop((signal) => this.#exitAtOnce(signal));
    process.on('uncaughtException', (error) => this.#crash(error, 'An error was not handled.'));
    process.on('unhandledRejection', (error) => this.#crash(error, 'A rejection was not handled.'));
  }

  async run(start: StartService): Promise<void> {
    // A process without an open handle would end by itself while it waits for a stop.
    setInterval(() => undefined, FOREVER_MS);
    const service = await this.#start(start);
    process.send?.({ type: 'tollgate:ready' });
    await aborted(this.#stopRequests.signal);
    await this.#stop(service);
  }

  async #start(start: StartService): Promise<RunningService> {
    const { signal } = this.#stopRequests;
    // Without this a stop during a start that hangs would wait for ever.
    signal.addEventListener('abort', () => this.#limitShutdown(), { once: true });
    try {
      return await start({
        name: this.name,
        signal,
        configure: ({ logger, shutdownTimeoutMs }) => {
          this.#logger = logger ?? this.#logger;
          this.#shutdownTimeoutMs = shutdownTimeoutMs ?? this.#shutdownTimeoutMs;
        },
        fail: (error) => this.#fail(error),
      });
    } catch (error) {
      // A start that gave up because it was told to stop did as it was told.
      if (signal.aborted && this.#exitCode === 0) {
        return process.exit(0);
      }
      this.#print(startFailureLines(error));
      return process.exit(1);
    }
  }

  async #stop(service: RunningService): Promise<never> {
    this.#logger?.info({ reason: String(this.#stopRequests.signal.reason) }, 'Stopping.');
    try {
      await service.stop();
      this.#logger?.info('Stopped.');
    } catch (error) {
      this.#report(error, 'Stopping failed.');
      this.#exitCode = 1;
    }
    return process.exit(this.#exitCode);
  }

  #limitShutdown(): void {
    const timer = setTimeout(() => {
      this.#report(undefined, `Stopping took longer than ${this.#shutdownTimeoutMs} ms: exiting without it.`);
      process.exit(1);
    }, this.#shutdownTimeoutMs);
    timer.unref();
  }

  #fail(error: unknown): void {
    this.#report(error, 'A part of the service failed: stopping.');
    this.#exitCode = 1;
    this.#stopRequests.request('failure');
  }

  #exitAtOnce(signal: NodeJS.Signals): never {
    this.#report(undefined, `Second ${signal}: exiting at once.`);
    process.exit(signal === 'SIGINT' ? SIGNAL_EXIT_CODES.SIGINT : SIGNAL_EXIT_CODES.SIGTERM);
  }

  #crash(error: unknown, message: string): never {
    this.#report(error, message);
    process.exit(1);
  }

  #report(error: unknown, message: string): void {
    if (this.#logger === undefined) {
      this.#print([message, ...(error === undefined ? [] : startFailureLines(error))]);
    } else {
      this.#logger.error({ error }, message);
    }
  }

  #print(lines: readonly string[]): void {
    process.stderr.write(lines.map((line) => `${this.name}: ${line}\n`).join(''));
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) {
      resolve();
    } else {
      signal.addEventListener('abort', () => resolve(), { once: true });
    }
  });
}
