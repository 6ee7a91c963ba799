import { type SettingsDocument } from '@tollgate/contracts';
import { type Pace } from './channel-window.js';

/** How fast something usually answers. */
export interface UsualPace {
  /** Median time to the first byte. */
  readonly firstByteMs: number;
  /** What it rests on. */
  readonly samples: number;
}

export type SlownessLimits = SettingsDocument['health']['slowness'];

export interface SlownessInput {
  /** `undefined`: nothing was seen. */
  readonly pace: Pace | undefined;
  /** `undefined`: not known. */
  readonly usual: UsualPace | undefined;
  readonly limits: SlownessLimits;
  /** It is degraded already: it must come closer to what is usual to be healthy again, so that it does not flicker. */
  readonly isDegraded: boolean;
}

/** Fewer say nothing about what is usual. */
const USUAL_SAMPLES_MIN = 100;
/** What was seen must reach back so far: a slow moment is no slow minute. */
const SPAN_MIN_MS = 50_000;
const RECOVERED_SHARE = 0.6;

/** One sentence where each part of the last minute was far slower than usual; `undefined`: it was not, or it is not known. */
export function slownessOf({ pace, usual, limits, isDegraded }: SlownessInput): string | undefined {
  if (!limits.enabled || pace === undefined || usual === undefined) {
    return undefined;
  }
  const isTelling =
    usual.samples >= USUAL_SAMPLES_MIN && pace.samples >= limits.requestsMin && pace.spanMs >= SPAN_MIN_MS;
  const share = isDegraded ? RECOVERED_SHARE : 1;
  const slowMs = Math.max(
    usual.firstByteMs * Math.max(1, limits.factor * share),
    usual.firstByteMs + limits.differenceMs * share,
  );
  return isTelling && pace.firstByteMs >= slowMs
    ? `It answers after ${pace.firstByteMs} ms or later, usually after ${usual.firstByteMs} ms (medians).`
    : undefined;
}
