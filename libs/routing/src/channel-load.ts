import type { ChannelCaps } from './channel-caps.js';
import { PeakEwma } from './peak-ewma.js';

/** The first rest of a part that failed; each further failure doubles it. */
const REST_MS = 1_000;
const REST_MS_MAX = 300_000;
/** Parts that rest, each remembered with its failures; a channel has hardly ever so many credentials that fail. */
const RESTS_MAX = 1_000;

/** A part of a channel. */
export interface ChannelPart {
  /** Position of the credential; `null`: all of them. */
  readonly credential: number | null;
  /** The vendor's name of a model; `null`: all of them. */
  readonly upstream: string | null;
}

interface Rest extends ChannelPart {
  readonly until: number;
  readonly demanded: boolean;
  readonly failures: number;
}

/** Of most channels, at most times. */
const NO_RESTS: readonly Rest[] = [];

/**
 * Whether a part of a channel rests: `demanded` by its vendor, or only `tired`, which a request without another way may
 * disregard.
 */
export type RestKind = 'awake' | 'tired' | 'demanded';

/**
 * What one process sees of a channel by itself, at once and without asking anybody: requests under way, time to the first
 * byte, and parts that rest after a failure. All times are monotonic milliseconds.
 */
export class ChannelLoad {
  /** Attempts under way. */
  inFlight = 0;
  /** A half-open channel gets one trial at a time from each proxy. */
  trialUnderWay = false;
  readonly firstByte = new PeakEwma();
  /** No part rests after this time: the one question that a request asks of a channel that is well. */
  restsUntil = 0;
  private rests = NO_RESTS;
  private turn = 0;

  /**
   * @param credentials how many the channel has; 1 for one without any
   * @param caps what the vendor's account can take; `undefined`: nobody said
   */
  constructor(
    readonly credentials: number,
    readonly caps?: ChannelCaps,
  ) {}

  /** The position whose turn it is. */
  nextCredential(): number {
    const position = this.turn;
    this.turn = position + 1 >= this.credentials ? 0 : position + 1;
    return position;
  }

  /**
   * Lets a part rest that failed: for as long as the vendor demanded, else for a time that doubles with each failure.
   * Both are bounded by five minutes.
   */
  rest(part: ChannelPart, now: number, demandedMs?: number): void {
    const known = this.rests.find((rest) => isSame(rest, part));
    const failures = (known?.failures ?? 0) + 1;
    const doubled = REST_MS * 2 ** Math.min(failures - 1, 20);
    const until = now + Math.min(demandedMs ?? doubled, REST_MS_MAX);
    const rest = { ...part, until, demanded: demandedMs !== undefined, failures };
    const remembered = this.rests.filter((other) => other !== known && other.until + REST_MS_MAX > now);
    this.rests = [...remembered.slice(1 - RESTS_MAX), rest];
    this.restsUntil = Math.max(this.restsUntil, until);
  }

  /** A part that served is rested no more, and its failures are forgotten. */
  recover(credential: number, upstream: string): void {
    if (this.rests.length === 0) return;
    this.rests = this.rests.filter((rest) => !concerns(rest, credential, upstream));
    this.restsUntil = this.rests.reduce((latest, { until }) => Math.max(latest, until), 0);
  }

  restOf(credential: number, upstream: string, now: number): RestKind {
    if (this.restsUntil <= now) return 'awake';
    let kind: RestKind = 'awake';
    for (const rest of this.rests) {
      if (rest.until <= now || !concerns(rest, credential, upstream)) continue;
      if (rest.demanded) return 'demanded';
      kind = 'tired';
    }
    return kind;
  }

  /** When the first of the credentials that rest on demand may be used again for a model; `Infinity`: none rests so. */
  wakesAt(upstream: string, now: number): number {
    let earliest = Infinity;
    for (let credential = 0; credential < this.credentials; credential += 1) {
      if (this.restOf(credential, upstream, now) !== 'demanded') continue;
      earliest = Math.min(earliest, this.demandedUntil(credential, upstream));
    }
    return earliest;
  }

  private demandedUntil(credential: number, upstream: string): number {
    return this.rests.reduce(
      (latest, rest) =>
        rest.demanded && concerns(rest, credential, upstream) ? Math.max(latest, rest.until) : latest,
      0,
    );
  }
}

function isSame(rest: Rest, { credential, upstream }: ChannelPart): boolean {
  return rest.credential === credential && rest.upstream === upstream;
}

function concerns(rest: Rest, credential: number, upstream: string): boolean {
  return (
    (rest.credential === null || rest.credential === credential) &&
    (rest.upstream === null || rest.upstream === upstream)
  );
}
