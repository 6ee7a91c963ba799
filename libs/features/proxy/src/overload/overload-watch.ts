import { performance, type EventLoopUtilization } from 'node:perf_hooks';
import type { Clock } from '@tollgate/contracts';
import { HeldConnections, type HoldableConnection } from './held-connections.js';
import { OverloadGuard, TICK_MS, type OverloadGuardOptions } from './overload-guard.js';

/** Looks after the guard of one process: feeds it with how late and how busy the event loop is. */
export class OverloadWatch {
  readonly guard: OverloadGuard;
  private readonly held = new HeldConnections(setImmediate);
  private readonly clock: Clock;
  private utilization: EventLoopUtilization = performance.eventLoopUtilization();
  private timer: NodeJS.Timeout | undefined;

  constructor(options: OverloadGuardOptions) {
    this.guard = new OverloadGuard(options);
    this.clock = options.clock;
  }

  start(): void {
    this.timer = setInterval(() => this.tick(), TICK_MS).unref();
  }

  stop(): void {
    clearInterval(this.timer);
    this.held.releaseAll();
  }

  /** Its request was refused: nothing more is read from it for a while. */
  hold(connection: HoldableConnection): void {
    if (this.timer !== undefined) this.held.hold(connection, this.clock.monotonic());
  }

  private tick(): void {
    const utilization = performance.eventLoopUtilization();
    const { utilization: busyShare } = performance.eventLoopUtilization(utilization, this.utilization);
    this.utilization = utilization;
    const elapsedMs = this.guard.tick(busyShare);
    this.held.tick(this.clock.monotonic(), elapsedMs);
  }
}
