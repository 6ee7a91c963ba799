import { performance, type EventLoopUtilization } from 'node:perf_hooks';
import type { Clock, GatewayError } from '@tollgate/contracts';
import { OverloadGuard, TICK_MS, type OverloadGuardOptions } from './overload-guard.js';
import { Refusals, type Refusable } from './refusals.js';

/** Looks after the guard of one process: feeds it with how late and how busy the event loop is. */
export class OverloadWatch {
  readonly guard: OverloadGuard;
  private readonly refusals = new Refusals();
  private readonly clock: Clock;
  private utilization: EventLoopUtilization = performance.eventLoopUtilization();
  private cpu = process.threadCpuUsage();
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
    this.refusals.tellAll(this.clock.monotonic());
  }

  /** Tells a client that it is refused, at once or in a second. */
  refuse(connection: object, client: Refusable, error: GatewayError): void {
    this.refusals.refuse(connection, client, error, this.clock.monotonic());
  }

  private tick(): void {
    const utilization = performance.eventLoopUtilization();
    const { utilization: busyShare } = performance.eventLoopUtilization(utilization, this.utilization);
    this.utilization = utilization;
    const cpu = process.threadCpuUsage();
    const workedMs = (cpu.user - this.cpu.user + cpu.system - this.cpu.system) / 1_000;
    this.cpu = cpu;
    this.guard.tick(busyShare, workedMs);
    this.refusals.tick(this.clock.monotonic());
  }
}
