import {
  newId,
  type ChannelId,
  type ChannelObservationV1,
  type ChannelObservationsV1,
  type Clock,
} from '@tollgate/contracts';
import type { EventLog } from '@tollgate/messaging';
import type { Logger } from '@tollgate/telemetry';
import type { RelayResult } from '../request/relay.js';
import type { ProxyMetrics } from './proxy-metrics.js';

export interface ChannelObserverOptions {
  readonly eventLog: EventLog;
  readonly proxyId: string;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: ProxyMetrics;
}

const WINDOW_MS = 1_000;

interface Tally {
  succeeded: number;
  readonly failed: Record<string, number>;
  firstByteMsSum: number;
  durationMsSum: number;
}

/**
 * What this proxy sees of its channels: counted in memory, told to channel-health once a second, and only of channels
 * that were used. Lost when the event log is away: health is a judgement of now, and later observations replace it.
 */
export class ChannelObserver {
  private tallies = new Map<ChannelId, Tally>();
  private readonly trials = new Set<ChannelId>();
  private windowStart: number;
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly options: ChannelObserverOptions) {
    this.windowStart = options.clock.now();
  }

  start(): void {
    this.timer = setInterval(() => void this.publish(), WINDOW_MS).unref();
  }

  async stop(): Promise<void> {
    clearInterval(this.timer);
    await this.publish();
  }

  isTrying(channel: ChannelId): boolean {
    return this.trials.has(channel);
  }

  beginTrial(channel: ChannelId): void {
    this.trials.add(channel);
  }

  endTrial(channel: ChannelId): void {
    this.trials.delete(channel);
  }

  observe(
    channel: { readonly id: ChannelId; readonly name: string },
    result: RelayResult,
    times: { readonly firstByteMs: number; readonly durationMs: number },
  ): void {
    const failure = failureOf(result);
    this.options.metrics.attempted(channel.name, failure ?? 'ok');
    // A client that went away, or asked for what no vendor can do, says nothing about the channel.
    if (result.kind === 'abandoned' || result.kind === 'refused') return;
    if (result.kind === 'failed' && !result.blamesChannel) return;
    // We ended it ourselves.
    if (failure === 'shutting_down') return;
    const tally = this.tally(channel.id);
    if (failure !== null) {
      tally.failed[failure] = (tally.failed[failure] ?? 0) + 1;
      return;
    }
    tally.succeeded += 1;
    tally.firstByteMsSum += times.firstByteMs;
    tally.durationMsSum += times.durationMs;
  }

  private tally(channel: ChannelId): Tally {
    let tally = this.tallies.get(channel);
    if (tally === undefined) {
      tally = { succeeded: 0, failed: {}, firstByteMsSum: 0, durationMsSum: 0 };
      this.tallies.set(channel, tally);
    }
    return tally;
  }

  private async publish(): Promise<void> {
    const windowStart = this.windowStart;
    this.windowStart = this.options.clock.now();
    if (this.tallies.size === 0) return;
    const windowMs = Math.max(0, this.windowStart - windowStart);
    const observations: ChannelObservationV1[] = [...this.tallies].map(([channelId, tally]) => ({
      channelId,
      windowStart,
      windowMs,
      ...tally,
    }));
    this.tallies = new Map();
    const body: ChannelObservationsV1 = {
      type: 'channel.observed',
      version: 1,
      proxyId: this.options.proxyId,
      observations,
    };
    try {
      await this.options.eventLog.publish('channel-observations', { id: newId(), body });
    } catch (error) {
      this.options.logger.debug({ error }, 'channel observations were dropped: the event log is away');
    }
  }
}

function failureOf(result: RelayResult): string | null {
  return result.kind === 'failed' || result.kind === 'broken' || result.kind === 'refused'
    ? result.error.code
    : null;
}
