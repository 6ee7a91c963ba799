import { type Part } from './channel-parts.js';
import { ChannelWindow, type Observed } from './channel-window.js';

/** Rate limits by what they count against. */
export interface LimitsBySubject {
  readonly credentials: ReadonlyMap<number, readonly ChannelWindow[]>;
  readonly models: ReadonlyMap<string, readonly ChannelWindow[]>;
  readonly channel: readonly ChannelWindow[];
}

/** Where credentials are no parts, what they are told is the channel's. */
type Limited = number | 'channel';

/**
 * The rate limits that a channel ran into, by credential and model. Vendors count requests of an account, or of each model
 * of it, and seldom say which: what nearly always meets one model is that model's, anything else the credential's.
 */
export class RateLimits {
  readonly #windows = new Map<Limited, Map<string, ChannelWindow>>();

  add(
    observed: Observed,
    { credential = 'channel', model }: { readonly credential?: Limited | undefined; readonly model: string },
    now: number,
  ): void {
    const models = this.#windows.get(credential) ?? new Map<string, ChannelWindow>();
    this.#windows.set(credential, models);
    const window = models.get(model) ?? new ChannelWindow();
    models.set(model, window);
    window.add(observed, now);
  }

  /** `isServing`: what rests or is on trial keeps its own, for one failure ends a trial. */
  bySubject(now: number, oneModelShare: number, isServing: (limited: Limited) => boolean): LimitsBySubject {
    const credentials = new Map<number, ChannelWindow[]>();
    const models = new Map<string, ChannelWindow[]>();
    let channel: ChannelWindow[] = [];
    for (const [limited, windows] of this.#windows) {
      const meant = isServing(limited) ? meantModel(windows, now, oneModelShare) : undefined;
      const others: ChannelWindow[] = [];
      for (const [model, window] of windows) {
        if (model === meant) {
          models.set(model, [...(models.get(model) ?? []), window]);
        } else {
          others.push(window);
        }
      }
      if (limited === 'channel') {
        channel = others;
      } else {
        credentials.set(limited, others);
      }
    }
    return { credentials, models, channel };
  }

  /** Whatever they count against. */
  of(part: Part): readonly ChannelWindow[] {
    if (part.kind === 'credential') {
      return [...(this.#windows.get(part.key)?.values() ?? [])];
    }
    return [...this.#windows.values()].flatMap((models) => models.get(part.key) ?? []);
  }

  /** Of a part, or all. */
  restart(now: number, part?: Part): void {
    const windows =
      part === undefined
        ? [...this.#windows.values()].flatMap((models) => [...models.values()])
        : this.of(part);
    for (const window of windows) {
      window.restart(now);
    }
  }

  prune(now: number): void {
    for (const [limited, models] of this.#windows) {
      for (const [model, window] of models) {
        if (window.isEmpty(now)) {
          models.delete(model);
        }
      }
      if (models.size === 0) {
        this.#windows.delete(limited);
      }
    }
  }

  clear(): void {
    this.#windows.clear();
  }
}

/** The one model that nearly all of the last minute were of, or of the last ten where that saw none. */
function meantModel(
  windows: ReadonlyMap<string, ChannelWindow>,
  now: number,
  oneModelShare: number,
): string | undefined {
  const seen = [...windows].map(([model, window]) => ({
    model,
    recently: window.totals(now).failed,
    longer: window.failures(now).failed,
  }));
  const look = seen.some(({ recently }) => recently > 0) ? 'recently' : 'longer';
  const all = seen.reduce((sum, one) => sum + one[look], 0);
  return seen.find((one) => one[look] > all * oneModelShare)?.model;
}
