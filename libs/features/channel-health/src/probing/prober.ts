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
  /** Probes at most. */
  readonly count: number;
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
        void this.#try(id, targets, { count, isLeading });
      }
    }
  }

  /** Channels that no longer exist. */
  forget(ids: readonly ChannelId[]): void {
    for (const id of ids) {
      this.#nextAt.delete(id);
    }
  }

  /** One probe, stored and told. @throws GatewayError when no proxy tried: `service_unavailable`, `not_found` … */
  async probe(request: ChannelProbeRequest, trigger: ProbeTrigger): Promise<StoredProbe> {
    const { port, store, clock } = this.dependencies;
    if (port === undefined) {
      throw new GatewayError('service_unavailable', 'This service has no way to ask a proxy.');
    }
    const reply = await port.probe(request);
    const probe = await store.add({ channelId: request.channelId, trigger, reply, at: clock.now() });
    await this.#tell(request.channelId, reply);
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

  /** Until one fails: it rests again then, and more would only cost. So would those of a replica that leads no more. */
  async #tryPart(channelId: ChannelId, target: ProbePart, { count, isLeading }: Trial): Promise<void> {
    for (let probes = 0; probes < count && isLeading(); probes += 1) {
      const request = { channelId, operation: null, streamed: false, ...target };
      const { failure } = await this.probe(request, 'scheduled');
      if (failure !== null) {
        return;
      }
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
