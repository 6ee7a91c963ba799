import { type ChannelId, type LatencyCounts } from '@tollgate/contracts';
import { Latencies } from '../judgement/latencies.js';
import { type UsualPace } from '../judgement/slowness.js';
import { type Traffic } from './traffic-tally.js';

/** How the latencies of one model of one channel are usually spread. */
export interface LatencyBaseline {
  readonly channelId: ChannelId;
  /** Empty: not known. */
  readonly model: string;
  readonly firstByte: LatencyCounts;
  readonly duration: LatencyCounts;
}

interface Entry {
  readonly firstByte: Latencies;
  readonly duration: Latencies;
  usual: UsualPace | undefined;
}

/** With each minute that had requests, what is older weighs less: by half after six hours of them. */
const FADE_A_MINUTE = 2 ** (-1 / 360);

/** What is usual, in the memory of the replica that judges; a slide over the last hours of traffic. */
export class LatencyBaselines {
  readonly #entries = new Map<ChannelId, Map<string, Entry>>();

  /** Begins again from what is stored. */
  load(baselines: readonly LatencyBaseline[]): void {
    this.#entries.clear();
    for (const { channelId, model, firstByte, duration } of baselines) {
      const entry = this.#entry(channelId, model);
      entry.firstByte.add(firstByte);
      entry.duration.add(duration);
      entry.usual = usualOf(entry);
    }
  }

  /** `undefined`: nothing is known of it. */
  usual(channelId: ChannelId, model: string): UsualPace | undefined {
    return this.#entries.get(channelId)?.get(model)?.usual;
  }

  /** Takes in what a minute showed. @returns what changed, to be stored */
  fold(traffic: readonly Traffic[]): LatencyBaseline[] {
    const changed: LatencyBaseline[] = [];
    for (const { channelId, model, firstByte, duration } of traffic) {
      if (firstByte.total > 0) {
        const entry = this.#entry(channelId, model);
        takeIn(entry.firstByte, firstByte);
        takeIn(entry.duration, duration);
        entry.usual = usualOf(entry);
        const counts = { firstByte: entry.firstByte.toCounts(), duration: entry.duration.toCounts() };
        changed.push({ channelId, model, ...counts });
      }
    }
    return changed;
  }

  /** Channels that no longer exist. */
  remove(ids: readonly ChannelId[]): void {
    for (const id of ids) {
      this.#entries.delete(id);
    }
  }

  #entry(channelId: ChannelId, model: string): Entry {
    const models = this.#entries.get(channelId) ?? new Map<string, Entry>();
    this.#entries.set(channelId, models);
    const entry = models.get(model) ?? {
      ...{ firstByte: new Latencies(), duration: new Latencies(), usual: undefined },
    };
    models.set(model, entry);
    return entry;
  }
}

function takeIn(latencies: Latencies, minute: Latencies): void {
  latencies.fade(FADE_A_MINUTE);
  latencies.add(minute.toCounts());
}

function usualOf({ firstByte }: Entry): UsualPace | undefined {
  const percentiles = firstByte.percentiles();
  return percentiles === undefined ? undefined : { firstByteMs: percentiles.p50, samples: firstByte.total };
}
