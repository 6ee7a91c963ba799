import { type DecisiveFailure } from '@tollgate/contracts';
import { type ChannelParts, hasPart, type Part, type Subject, subjectOf } from './channel-parts.js';
import { type Failures, sumFailures } from './failure-run.js';
import {
  ChannelWindow,
  type Observed,
  type Pace,
  sumTotals,
  type WindowSummary,
  type WindowTotals,
} from './channel-window.js';
import { type LimitsBySubject, RateLimits } from './rate-limits.js';

/** What proxies report of one channel, of one credential and model where they can say so. */
export interface ChannelObserved extends Observed {
  readonly credential?: number | undefined;
  readonly model?: string | undefined;
}

/** Credentials are not judged by how fast they are. */
const NO_LATENCIES = { firstByteMsCounts: undefined, durationMsCounts: undefined };

/** What a state is judged by: the last minute, or all since a trial began. */
export type Look = 'totals' | 'trial';

/** What speaks for and against the channel itself. */
export interface OfChannel {
  readonly isLeftOut: (model: string) => boolean;
  readonly limits: LimitsBySubject;
}

type FailedBy = Record<Subject, Record<string, number>>;

const NO_SUCCESSES = { succeeded: 0, firstByteMsSum: 0, durationMsSum: 0, ...NO_LATENCIES };

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
  /** Apart from the others, for only together they say whom they count against. */
  readonly limits = new RateLimits();
  /** What began before speaks of credentials that the channel had then. */
  #credentialsSince = 0;

  observe(observed: ChannelObserved, parts: ChannelParts, now: number): void {
    this.total.add(observed, now);
    const part = toldApart(observed, parts);
    const { model } = part;
    const failed = bySubject(observed.failed);
    if (observed.windowStart >= this.#credentialsSince) {
      this.#observeCredential({ ...observed, ...part }, failed, now);
    }
    if (model === undefined) {
      Object.assign(failed.channel, failed.model);
      this.#rest.add({ ...observed, failed: failed.channel }, now);
      return;
    }
    windowOf(this.models, model).add({ ...observed, failed: failed.model }, now);
    if (Object.keys(failed.channel).length > 0) {
      this.#rest.add({ ...observed, ...NO_SUCCESSES, failed: failed.channel }, now);
    }
    if (observed.succeeded > 0) {
      this.#rest.noteSuccess(observed.windowStart + observed.windowMs);
    }
  }

  /** What a vendor said of the credential, which limits rates as well; of the channel, where credentials are no parts. */
  #observeCredential(observed: ChannelObserved, failed: FailedBy, now: number): void {
    const { credential, model } = observed;
    if (model === undefined) {
      Object.assign(failed.credential, failed.limit);
    } else if (Object.keys(failed.limit).length > 0) {
      this.limits.add({ ...observed, ...NO_SUCCESSES, failed: failed.limit }, { credential, model }, now);
    }
    if (credential === undefined) {
      Object.assign(failed.channel, failed.credential);
    } else {
      const ofCredential = { ...observed, ...NO_LATENCIES, failed: failed.credential };
      windowOf(this.credentials, credential).add(ofCredential, now);
    }
  }

  /** What speaks for and against the channel itself: what belongs to no part, and its models but those left out. */
  whole(look: Look, now: number, which: OfChannel): WindowTotals {
    return sumTotals(this.#ofChannel(which).map((window) => window[look](now)));
  }

  /** What of that failed in the last ten minutes, and nothing of the channel succeeded since. */
  failures(now: number, which: OfChannel): Failures {
    // Successes of its models are noted there as well.
    const since = this.#rest.succeededUntil;
    return sumFailures(this.#ofChannel(which).map((window) => window.failures(now, since)));
  }

  #ofChannel({ isLeftOut, limits }: OfChannel): ChannelWindow[] {
    const ofModels = [...this.models]
      .filter(([model]) => !isLeftOut(model))
      .flatMap(([model, window]) => [window, ...(limits.models.get(model) ?? [])]);
    return [this.#rest, ...limits.channel, ...ofModels];
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
    this.limits.clear();
    this.#credentialsSince = now;
  }

  /** What is reported from now on counts alone. */
  restart(now: number): void {
    for (const window of [this.total, this.#rest, ...this.credentials.values(), ...this.models.values()]) {
      window.restart(now);
    }
    this.limits.restart(now);
  }

  restartPart(part: Part, now: number): void {
    const window =
      part.kind === 'credential' ? windowOf(this.credentials, part.key) : windowOf(this.models, part.key);
    window.restart(now);
    this.limits.restart(now, part);
  }

  /** What was seen of a part, for people; `undefined`: nothing is known of it alone. */
  summary(part: Part, now: number): WindowSummary | undefined {
    const window = part.kind === 'credential' ? this.credentials.get(part.key) : this.models.get(part.key);
    const limits = this.limits.of(part).map((limit) => limit.totals(now));
    return window && { ...window.summary(now), ...sumTotals([window.totals(now), ...limits]) };
  }

  /** Forgets windows in which nothing is left, unless they are still needed. */
  prune(now: number, isNeeded: (part: Part) => boolean): void {
    this.limits.prune(now);
    const isOver = (window: ChannelWindow, part: Part): boolean =>
      window.isEmpty(now) && !isNeeded(part) && this.limits.of(part).length === 0;
    for (const [key, window] of this.credentials) {
      if (isOver(window, { kind: 'credential', key })) {
        this.credentials.delete(key);
      }
    }
    for (const [key, window] of this.models) {
      if (isOver(window, { kind: 'model', key })) {
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
  const by: FailedBy = { channel: {}, credential: {}, model: {}, limit: {} };
  for (const [code, count] of Object.entries(failed)) {
    by[subjectOf(code)][code] = count;
  }
  return by;
}
