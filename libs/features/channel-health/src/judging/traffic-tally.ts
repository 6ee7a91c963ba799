import { type ChannelId, type ChannelObservationV1 } from '@tollgate/contracts';
import { Latencies } from '../judgement/latencies.js';

/** What was seen of one model of one channel since the tally was taken last. */
export interface Traffic {
  readonly channelId: ChannelId;
  /** Empty: not known. */
  readonly model: string;
  succeeded: number;
  failed: number;
  firstByteMsSum: number;
  durationMsSum: number;
  readonly firstByte: Latencies;
  readonly duration: Latencies;
}

/** Counts requests by channel and model between two writes. */
export class TrafficTally {
  #counts = new Map<string, Traffic>();

  observe({ channelId, model = '', failed, ...observed }: ChannelObservationV1): void {
    const key = `${channelId} ${model}`;
    const traffic = this.#counts.get(key) ?? {
      ...{ channelId, model, succeeded: 0, failed: 0, firstByteMsSum: 0, durationMsSum: 0 },
      ...{ firstByte: new Latencies(), duration: new Latencies() },
    };
    this.#counts.set(key, traffic);
    traffic.succeeded += observed.succeeded;
    traffic.failed += Object.values(failed).reduce((sum, one) => sum + one, 0);
    traffic.firstByteMsSum += observed.firstByteMsSum;
    traffic.durationMsSum += observed.durationMsSum;
    traffic.firstByte.add(observed.firstByteMsCounts ?? []);
    traffic.duration.add(observed.durationMsCounts ?? []);
  }

  /** Takes what has been counted; it is the caller's then. */
  take(): Traffic[] {
    const taken = [...this.#counts.values()];
    this.#counts = new Map();
    return taken;
  }
}
