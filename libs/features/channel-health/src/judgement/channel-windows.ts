import { type DecisiveFailure } from '@tollgate/contracts';
import { type ChannelParts, hasPart, type Part, type PartKind, subjectOf } from './channel-parts.js';
import { type Failures, sumFailures } from './failure-run.js';
import { ChannelWindow, type Observed, type Pace, sumTotals, type WindowTotals } from './channel-window.js';

/** What proxies report of one channel, of one credential and model where they can say so. */
export interface ChannelObserved extends Observed {
  readonly credential?: number | undefined;
  readonly model?: string | undefined;
}

/** Credentials are not judged by how fast they are. */
const NO_LATENCIES = { firstByteMsCounts: undefined, durationMsCounts: undefined };

/** What a state is judged by: the last minute, or all since a trial began. */
export type Look = 'totals' | 'trial';

type FailedBy = Record<PartKind | 'channel', Record<string, number>>;

/**
 * The windows of one channel: a failure counts where its code says it belongs, against the credential, the model or the
 * channel. So a bad key speaks against no model, and a model that fails against no key.
 */
export class ChannelWindows {
  /** Everything, for people. */
  readonly total = new ChannelWindow();
  /** What belongs to no part. */
  readonly #rest = new ChannelWindow();
  readonly credentials = new Map<number, ChannelWindow>();
  readonly models = new Map<string, ChannelWindow>();
  /** What began before speaks of credentials that the channel had then. */
  #credentialsSince = 0;

  observe(observed: ChannelObserved, parts: ChannelParts, now: number): void {
    this.total.add(observed, now);
    const { credential, model } = toldApart(observed, parts);
    const failed = bySubject(observed.failed);
    if (observed.windowStart < this.#credentialsSince) {
      failed.credential = {};
    } else if (credential === undefined) {
      Object.assign(failed.channel, failed.credential);
    } else {
      const ofCredential = { ...observed, ...NO_LATENCIES, failed: failed.credential };
      windowOf(this.credentials, credential).add(ofCredential, now);
    }
    if (model === undefined) {
      Object.assign(failed.channel, failed.model);
      this.#rest.add({ ...observed, failed: failed.channel }, now);
      return;
    }
    windowOf(this.models, model).add({ ...observed, failed: failed.model }, now);
    if (Object.keys(failed.channel).length > 0) {
      const nothing = { succeeded: 0, firstByteMsSum: 0, durationMsSum: 0, ...NO_LATENCIES };
      this.#rest.add({ ...observed, ...nothing, failed: failed.channel }, now);
    }
    if (observed.succeeded > 0) {
      this.#rest.noteSuccess(observed.windowStart + observed.windowMs);
    }
  }

  /** What speaks for and against the channel itself: what belongs to no part, and its models but those left out. */
  whole(look: Look, now: number, isLeftOut: (model: string) => boolean): WindowTotals {
    const parts = [this.#rest[look](now)];
    for (const [model, window] of this.models) {
      if (!isLeftOut(model)) {
        parts.push(window[look](now));
      }
    }
    return sumTotals(parts);
  }

  /** What of that failed in the last ten minutes, and nothing of the channel succeeded since. */
  failures(now: number, isLeftOut: (model: string) => boolean): Failures {
    // Successes of its models are noted there as well.
    const since = this.#rest.succeededUntil;
    const parts = [this.#rest.failures(now)];
    for (const [model, window] of this.models) {
      if (!isLeftOut(model)) {
        parts.push(window.failures(now, since));
      }
    }
    return sumFailures(parts);
  }

  /** Of what belongs to no part: of everything, where the channel has one model. */
  pace(now: number): Pace | undefined {
    return this.#rest.pace(now);
  }

  /** Of what belongs to no part. */
  decisive(now: number): DecisiveFailure | undefined {
    return this.#rest.decisive(now);
  }

  /** The channel has others from now on: a position is another credential's. */
  replaceCredentials(now: number): void {
    this.credentials.clear();
    this.#credentialsSince = now;
  }

  /** What is reported from now on counts alone. */
  restart(now: number): void {
    for (const window of [this.total, this.#rest, ...this.credentials.values(), ...this.models.values()]) {
      window.restart(now);
    }
  }

  restartPart(part: Part, now: number): void {
    const window =
      part.kind === 'credential' ? windowOf(this.credentials, part.key) : windowOf(this.models, part.key);
    window.restart(now);
  }

  /** Forgets windows in which nothing is left, unless they are still needed. */
  prune(now: number, isNeeded: (part: Part) => boolean): void {
    for (const [key, window] of this.credentials) {
      if (window.isEmpty(now) && !isNeeded({ kind: 'credential', key })) {
        this.credentials.delete(key);
      }
    }
    for (const [key, window] of this.models) {
      if (window.isEmpty(now) && !isNeeded({ kind: 'model', key })) {
        this.models.delete(key);
      }
    }
  }
}

function windowOf<Key>(windows: Map<Key, ChannelWindow>, key: Key): ChannelWindow {
  const known = windows.get(key) ?? new ChannelWindow();
  windows.set(key, known);
  return known;
}

/** The parts that an observation is of, as far as the channel has them. */
function toldApart(
  { credential, model }: ChannelObserved,
  parts: ChannelParts,
): { readonly credential: number | undefined; readonly model: string | undefined } {
  const hasCredential = credential !== undefined && hasPart(parts, { kind: 'credential', key: credential });
  const hasModel = model !== undefined && hasPart(parts, { kind: 'model', key: model });
  return { credential: hasCredential ? credential : undefined, model: hasModel ? model : undefined };
}

function bySubject(failed: Readonly<Record<string, number>>): FailedBy {
  const by: FailedBy = { channel: {}, credential: {}, model: {} };
  for (const [code, count] of Object.entries(failed)) {
    by[subjectOf(code)][code] = count;
  }
  return by;
}
