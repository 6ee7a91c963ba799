import { GatewayError } from '@tollgate/contracts';

/** Resolves when the part can do its job; rejects with one clear sentence when it can't. */
export type HealthCheck = () => Promise<void> | void;

export interface CheckResult {
  readonly name: string;
  readonly status: 'ok' | 'failed';
  /** Why it failed, one sentence without internals. */
  readonly detail?: string;
}

export interface HealthReport {
  readonly status: 'ok' | 'unavailable';
  readonly checks: readonly CheckResult[];
}

const CHECK_TIMEOUT_MS = 3_000;

/** What a service needs in order to do its job, asked together by the probe `GET /readyz`. */
export class HealthChecks {
  readonly #checks = new Map<string, HealthCheck>();
  #draining = false;

  constructor(private readonly timeoutMs = CHECK_TIMEOUT_MS) {}

  /** Registering a name again replaces its check. */
  register(name: string, check: HealthCheck): void {
    this.#checks.set(name, check);
  }

  /** From now on not ready: the service is stopping and wants no new work. */
  drain(): void {
    this.#draining = true;
  }

  /** Alive as long as the process answers. */
  live(): HealthReport {
    return { status: 'ok', checks: [] };
  }

  /** Runs every check at once, each within the time limit; a check that hangs has failed. Never rejects. */
  async ready(): Promise<HealthReport> {
    const checks = await Promise.all([...this.#checks].map(([name, check]) => this.#run(name, check)));
    if (this.#draining) {
      checks.push({ name: 'shutdown', status: 'failed', detail: 'The service is shutting down.' });
    }
    return { status: checks.every(({ status }) => status === 'ok') ? 'ok' : 'unavailable', checks };
  }

  async #run(name: string, check: HealthCheck): Promise<CheckResult> {
    let timer: NodeJS.Timeout | undefined;
    const limit = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => {
        reject(new GatewayError('service_unavailable', `No answer within ${this.timeoutMs} ms.`));
      }, this.timeoutMs);
    });
    try {
      await Promise.race([(async () => check())(), limit]);
      return { name, status: 'ok' };
    } catch (error) {
      return { name, status: 'failed', detail: publicDetail(error) };
    } finally {
      clearTimeout(timer);
    }
  }
}

/** The probe is open to everybody: only what was written for a person outside leaves. */
function publicDetail(error: unknown): string {
  return error instanceof GatewayError && error.exposure === 'public' ? error.message : 'The check failed.';
}
