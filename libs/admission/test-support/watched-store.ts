import { GatewayError, type LeaseId } from '@tollgate/contracts';
import type { ManualClock } from '@tollgate/testing';
import type { Hold } from '../src/admission.js';
import { MemoryQuotaStore } from '../src/memory/memory-quota-store.js';
import type { AcquireInput, AcquireResult } from '../src/quota-store.js';
import type { Timers } from '../src/timers.js';

/** A memory store that can be away, counts what it is asked, and answers when it is told to. */
export class WatchedStore extends MemoryQuotaStore {
  away = false;
  acquires: AcquireInput[] = [];
  renewals = 0;

  override async acquire(input: AcquireInput): Promise<AcquireResult> {
    this.acquires.push(input);
    this.#answer();
    return super.acquire(input);
  }

  override async renew(...input: Parameters<MemoryQuotaStore['renew']>): Promise<readonly LeaseId[]> {
    this.renewals += 1;
    this.#answer();
    return super.renew(...input);
  }

  override async giveBack(...input: Parameters<MemoryQuotaStore['giveBack']>): Promise<void> {
    this.#answer();
    return super.giveBack(...input);
  }

  override async ping(): Promise<void> {
    this.#answer();
  }

  #answer(): void {
    if (this.away) throw new GatewayError('admission_unavailable', 'The store is away.');
  }
}

/** Time passes when it is told to; whoever waits for it goes on then. */
export class ManualTimers implements Timers {
  readonly #tasks = new Set<() => void>();

  constructor(private readonly clock: ManualClock) {}

  repeat(_intervalMs: number, task: () => void): () => void {
    this.#tasks.add(task);
    return () => this.#tasks.delete(task);
  }

  async delay(durationMs: number): Promise<void> {
    this.clock.advance(durationMs);
    await new Promise((resolve) => setImmediate(resolve));
  }

  /** Lets ticks of half a second happen. */
  async tick(times: number): Promise<void> {
    for (let tick = 0; tick < times; tick += 1) {
      this.clock.advance(500);
      for (const task of this.#tasks) task();
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  get running(): number {
    return this.#tasks.size;
  }
}

/** What was answered at once. */
export function held(answer: Hold | GatewayError | Promise<Hold | GatewayError>): Hold {
  if (answer instanceof Promise || answer instanceof GatewayError) {
    throw new Error(`Expected a hold, got ${answer instanceof Promise ? 'a promise' : answer.code}.`);
  }
  return answer;
}
