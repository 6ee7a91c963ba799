import type { Logger } from '@tollgate/telemetry';

export interface JobOptions {
  /** Shown in logs. */
  readonly name: string;
  readonly everyMs: number;
  readonly run: () => Promise<void>;
  readonly logger: Logger;
}

/**
 * Work that is repeated: one run at a time, `wake` asks for one now, a failed run is reported and tried again with the
 * next. A wake during a run is answered by one more run after it.
 */
export class Job {
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> | undefined;
  #again = false;
  #stopped = false;

  constructor(private readonly options: JobOptions) {}

  start(): void {
    this.#timer ??= setInterval(() => void this.wake(), this.options.everyMs);
    this.#timer.unref();
  }

  /** Resolves when a run that began after this call has ended, whether it failed or not. */
  wake(): Promise<void> {
    if (this.#stopped) return Promise.resolve();
    if (this.#running === undefined) {
      this.#running = this.#loop().finally(() => (this.#running = undefined));
    } else {
      this.#again = true;
    }
    return this.#running;
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    clearInterval(this.#timer);
    await this.#running;
  }

  async #loop(): Promise<void> {
    do {
      this.#again = false;
      try {
        await this.options.run();
      } catch (error) {
        this.options.logger.warn(
          { error, job: this.options.name },
          'a billing job failed and will run again',
        );
      }
    } while (this.#again && !this.#stopped);
  }
}
