import {
  FAILED_ORGANIZATIONS_MAX,
  LATENCY_BUCKETS,
  latencyBucket,
  newId,
  type ChannelId,
  type ChannelObservationV1,
  type ChannelObservationsV1,
  type Clock,
  type OrganizationId,
} from '@tollgate/contracts';
import type { EventLog } from '@tollgate/messaging';
import { VendorRefusal } from '@tollgate/providers';
import type { Logger } from '@tollgate/telemetry';
import { errorOf, type RelayResult } from '../request/relay-result.js';
import type { ProxyMetrics } from './proxy-metrics.js';

export interface ChannelObserverOptions {
  readonly eventLog: EventLog;
  readonly proxyId: string;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: ProxyMetrics;
}

const WINDOW_MS = 1_000;
/** Combinations of channel, credential and model that are told apart in one window; more are told of the channel alone. */
const TALLIES_MAX = 5_000;
/** Each takes up to some 5 KB, in an outage that hits very many: no log takes more than 200 of these at once. */
const OBSERVATIONS_A_MESSAGE_MAX = 100;

/** One attempt that is over. */
export interface Attempted {
  readonly channel: { readonly id: ChannelId; readonly name: string };
  /** Position in the channel's document. */
  readonly credential: number;
  /** The gateway's name of the model. */
  readonly model: string;
  readonly organizationId: OrganizationId;
  readonly firstByteMs: number;
  readonly durationMs: number;
}

interface Tally {
  succeeded: number;
  readonly failed: Record<string, number>;
  firstByteMsSum: number;
  durationMsSum: number;
  /** By bucket. */
  readonly firstBytes: Uint32Array;
  readonly durations: Uint32Array;
  /** Whose attempts failed. */
  organizations: Set<OrganizationId> | undefined;
}

/** Tallies of one channel: model → credential's position → tally. What is not told apart has no model. */
type ChannelTallies = Map<string | undefined, (Tally | undefined)[]>;

/**
 * What this proxy sees of its channels: counted in memory, told to channel-health once a second, and only of channels
 * that were used. Lost when the event log is away: health is a judgement of now, and later observations replace it.
 */
export class ChannelObserver {
  private tallies = new Map<ChannelId, ChannelTallies>();
  private tallyCount = 0;
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

  observe(attempted: Attempted, result: RelayResult): void {
    const error = errorOf(result);
    this.options.metrics.attempted(attempted.channel.name, error?.code ?? 'ok');
    // A client that went away, or asked for what no vendor can do, says nothing about the channel.
    if (result.kind === 'abandoned' || result.kind === 'refused') return;
    if ('blamesChannel' in result && !result.blamesChannel) return;
    // We ended it ourselves.
    if (error?.code === 'shutting_down') return;
    const tally = this.tally(attempted);
    if (error !== null) {
      const failure = (error instanceof VendorRefusal ? error.decisive : undefined) ?? error.code;
      tally.failed[failure] = (tally.failed[failure] ?? 0) + 1;
      tally.organizations ??= new Set();
      if (tally.organizations.size < FAILED_ORGANIZATIONS_MAX)
        tally.organizations.add(attempted.organizationId);
      return;
    }
    tally.succeeded += 1;
    tally.firstByteMsSum += attempted.firstByteMs;
    tally.durationMsSum += attempted.durationMs;
    count(tally.firstBytes, attempted.firstByteMs);
    count(tally.durations, attempted.durationMs);
  }

  private tally({ channel, credential, model }: Attempted): Tally {
    const known = this.tallies.get(channel.id)?.get(model)?.[credential];
    if (known !== undefined) return known;
    return this.tallyCount < TALLIES_MAX
      ? this.addTally(channel.id, model, credential)
      : (this.tallies.get(channel.id)?.get(undefined)?.[0] ?? this.addTally(channel.id, undefined, 0));
  }

  private addTally(channel: ChannelId, model: string | undefined, credential: number): Tally {
    const models: ChannelTallies =
      this.tallies.get(channel) ?? new Map<string | undefined, (Tally | undefined)[]>();
    this.tallies.set(channel, models);
    const credentials = models.get(model) ?? [];
    models.set(model, credentials);
    const tally: Tally = {
      ...{ succeeded: 0, failed: {}, firstByteMsSum: 0, durationMsSum: 0 },
      firstBytes: new Uint32Array(LATENCY_BUCKETS),
      durations: new Uint32Array(LATENCY_BUCKETS),
      organizations: undefined,
    };
    credentials[credential] = tally;
    this.tallyCount += 1;
    return tally;
  }

  private async publish(): Promise<void> {
    const windowStart = this.windowStart;
    this.windowStart = this.options.clock.now();
    if (this.tallyCount === 0) return;
    const windowMs = Math.max(0, this.windowStart - windowStart);
    const observations = observationsOf(this.tallies, { windowStart, windowMs });
    this.tallies = new Map();
    this.tallyCount = 0;
    try {
      for (let start = 0; start < observations.length; start += OBSERVATIONS_A_MESSAGE_MAX) {
        const body: ChannelObservationsV1 = {
          type: 'channel.observed',
          version: 1,
          proxyId: this.options.proxyId,
          observations: observations.slice(start, start + OBSERVATIONS_A_MESSAGE_MAX),
        };
        await this.options.eventLog.publish('channel-observations', { id: newId(), body });
      }
    } catch (error) {
      this.options.logger.debug({ error }, 'channel observations were dropped: the event log is away');
    }
  }
}

function observationsOf(
  tallies: ReadonlyMap<ChannelId, ChannelTallies>,
  window: { readonly windowStart: number; readonly windowMs: number },
): ChannelObservationV1[] {
  const observations: ChannelObservationV1[] = [];
  for (const [channelId, models] of tallies) {
    for (const [model, credentials] of models) {
      credentials.forEach((tally, credential) => {
        if (tally === undefined) return;
        const part = model === undefined ? {} : { credential, model };
        const { firstBytes, durations, organizations, ...counts } = tally;
        const spread =
          counts.succeeded === 0
            ? {}
            : { firstByteMsCounts: countsOf(firstBytes), durationMsCounts: countsOf(durations) };
        const affected = organizations === undefined ? {} : { failedOrganizations: [...organizations] };
        observations.push({ channelId, ...part, ...window, ...counts, ...spread, ...affected });
      });
    }
  }
  return observations;
}

function count(buckets: Uint32Array, ms: number): void {
  const bucket = latencyBucket(ms);
  buckets[bucket] = (buckets[bucket] ?? 0) + 1;
}

/** Nearly all are empty, and a hundred channels have thousands of them to be looked at each second. */
function countsOf(buckets: Uint32Array): [number, number][] {
  const counts: [number, number][] = [];
  for (let bucket = 0; bucket < buckets.length; bucket += 1) {
    const counted = buckets[bucket] ?? 0;
    if (counted > 0) counts.push([bucket, counted]);
  }
  return counts;
}
