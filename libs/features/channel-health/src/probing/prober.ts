import {
  type ChannelId,
  type ChannelObservationsV1,
  type ChannelProbeReply,
  type ChannelProbeRequest,
  type Clock,
  GatewayError,
  newId,
  type SettingsDocument,
} from '@tollgate/contracts';
import { type EventLog } from '@tollgate/messaging';
import { type Logger } from '@tollgate/telemetry';
import { type ProbeStore, type ProbeTrigger, type StoredProbe } from '../database/probe-store.js';
import { type ProbePort } from './probe-port.js';
import { type ProbePart, type ProbeSubject, probeTargets } from './probe-targets.js';

export interface ProberDependencies {
  /** `undefined`: there is no way to a proxy. */
  readonly port: ProbePort | undefined;
  readonly store: ProbeStore;
  readonly eventLog: EventLog;
  readonly clock: Clock;
  readonly random: () => number;
  readonly logger: Logger;
}

/** Who observations of probes come from; they count for health, and not as traffic. */
export const PROBER_ID = 'probes';
const IN_FLIGHT_MAX = 20;
/** As many as close what is on trial. */
const PROBES_A_TRIAL = 3;
const INTERVAL_SPREAD = 0.1;

type ProbeSettings = SettingsDocument['health']['probes'];

interface Trial {
  /** Successes that are enough, unless there are more operations to try. */
  readonly count: number;
  readonly streamed: boolean;
  readonly isLeading: () => boolean;
}

/**
 * Tries channels: on the leading replica what is due, on any replica what an operator asks for. What a probe showed goes
 * the way of all observations, so that whoever leads judges by it.
 */
export class Prober {
  readonly #nextAt = new Map<ChannelId, number>();
  #inFlight = 0;

  constructor(private readonly dependencies: ProberDependencies) {}

  /** Begins what is due and does not wait for it; called by the leading replica again and again. */
  runDue(
    subjects: Iterable<readonly [ChannelId, ProbeSubject]>,
    settings: ProbeSettings,
    isLeading: () => boolean,
  ): void {
    if (!settings.enabled || this.dependencies.port === undefined) {
      return;
    }
    const now = this.dependencies.clock.now();
    for (const [id, subject] of subjects) {
      if (this.#inFlight >= IN_FLIGHT_MAX) {
        return;
      }
      const targets = (this.#nextAt.get(id) ?? 0) <= now ? probeTargets(subject, settings, now) : [];
      if (targets.length > 0) {
        this.#nextAt.set(id, now + this.#intervalMs(settings));
        const count =
          subject.verdict.whole.state === 'healthy' && subject.verdict.models.size === 0 ? 1 : PROBES_A_TRIAL;
        void this.#try(id, targets, { count, streamed: settings.stream, isLeading });
      }
    }
  }

  /** Channels that no longer exist. */
  forget(ids: readonly ChannelId[]): void {
    for (const id of ids) {
      this.#nextAt.delete(id);
    }
  }

  /** What an operator asks for. @throws GatewayError when no proxy tried: `service_unavailable`, `not_found` … */
  async probe(request: ChannelProbeRequest): Promise<StoredProbe> {
    const reply = await this.#ask(request);
    return this.#keep(request.channelId, 'manual', reply);
  }

  async #ask(request: ChannelProbeRequest): Promise<ChannelProbeReply> {
    const { port } = this.dependencies;
    if (port === undefined) {
      throw new GatewayError('service_unavailable', 'This service has no way to ask a proxy.');
    }
    return port.probe(request);
  }

  /** Stored, and told to whoever judges. */
  async #keep(channelId: ChannelId, trigger: ProbeTrigger, reply: ChannelProbeReply): Promise<StoredProbe> {
    const { store, clock } = this.dependencies;
    const probe = await store.add({ channelId, trigger, reply, at: clock.now() });
    await this.#tell(channelId, reply);
    return probe;
  }

  async #try(channelId: ChannelId, targets: readonly ProbePart[], trial: Trial): Promise<void> {
    this.#inFlight += 1;
    try {
      for (const target of targets) {
        await this.#tryPart(channelId, target, trial);
      }
    } catch (error) {
      this.dependencies.logger.debug({ error, channelId }, 'A channel could not be probed.');
    } finally {
      this.#inFlight -= 1;
    }
  }

  /**
   * Until one fails: it rests again then, and more would only cost. So would those of a replica that leads no more. What
   * tells nothing about the channel ends the tries of its operation alone.
   */
  async #tryPart(channelId: ChannelId, { operations, ...part }: ProbePart, trial: Trial): Promise<void> {
    const { count, streamed, isLeading } = trial;
    const waiting = [...operations];
    let succeeded = 0;
    while (succeeded < Math.max(count, waiting.length) && isLeading()) {
      const operation = waiting[succeeded % waiting.length];
      if (operation === undefined) {
        return;
      }
      const reply = await this.#askScheduled({ channelId, operation, streamed, ...part });
      if (reply?.failure === null) {
        succeeded += 1;
      } else if (reply?.blamesChannel === true) {
        return;
      } else {
        waiting.splice(waiting.indexOf(operation), 1);
      }
    }
  }

  /** `undefined`: the proxy has nothing to try. @throws GatewayError `service_unavailable` when no proxy answers */
  async #askScheduled(request: ChannelProbeRequest): Promise<ChannelProbeReply | undefined> {
    try {
      const reply = await this.#ask(request);
      await this.#keep(request.channelId, 'scheduled', reply);
      return reply;
    } catch (error) {
      if (!(error instanceof GatewayError) || error.code === 'service_unavailable') {
        throw error;
      }
      this.dependencies.logger.debug({ error, ...request }, 'A channel has nothing to probe.');
      return undefined;
    }
  }

  /** A failure that says nothing about the channel, such as a request that it can't take, is told to nobody. */
  async #tell(channelId: ChannelId, reply: ChannelProbeReply): Promise<void> {
    const { failure, blamesChannel, credential, model, durationMs } = reply;
    if (failure !== null && !blamesChannel) {
      return;
    }
    const windowMs = Math.round(durationMs);
    const isGood = failure === null;
    const body: ChannelObservationsV1 = {
      ...{ type: 'channel.observed', version: 1, proxyId: PROBER_ID },
      observations: [
        {
          ...{
            channelId,
            credential,
            model,
            windowStart: this.dependencies.clock.now() - windowMs,
            windowMs,
          },
          succeeded: isGood ? 1 : 0,
          failed: isGood ? {} : { [failure]: 1 },
          firstByteMsSum: isGood ? (reply.firstByteMs ?? durationMs) : 0,
          durationMsSum: isGood ? durationMs : 0,
        },
      ],
    };
    await this.dependencies.eventLog.publish('channel-observations', { id: newId(), body });
  }

  #intervalMs({ intervalSeconds }: ProbeSettings): number {
    return intervalSeconds * 1_000 * (1 + INTERVAL_SPREAD * (2 * this.dependencies.random() - 1));
  }
}
