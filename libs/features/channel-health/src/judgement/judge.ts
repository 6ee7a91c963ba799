import { type ChannelState, type DecisiveFailure } from '@tollgate/contracts';
import { type WindowTotals } from './channel-window.js';
import { type Thresholds } from './thresholds.js';

/** What we think of one channel, or of one of its credentials or models, now. */
export interface Judgement {
  readonly state: ChannelState;
  /** One sentence for a person. */
  readonly reason: string;
  /** Milliseconds since the epoch. */
  readonly since: number;
  /** When an open channel goes on trial; `null` in other states. */
  readonly retryAt: number | null;
  /** Rests since the channel was last healthy; decides how long the next one is. */
  readonly rests: number;
}

export interface JudgeInput {
  readonly current: Judgement;
  /** For a half-open channel: what was seen since its trial began. */
  readonly window: WindowTotals;
  readonly now: number;
  /** An operator changed the channel since it was judged last: what was wrong may be right now. */
  readonly changed: boolean;
  /** A failure that leaves no doubt, unless something succeeded since. */
  readonly decisive?: DecisiveFailure | undefined;
  /** One sentence while it is far slower than usual. */
  readonly slowness?: string | undefined;
  readonly thresholds: Thresholds;
  /** From 0 (included) to 1 (excluded): spreads the ends of rests, so that channels do not come back all at once. */
  readonly random: () => number;
}

/** For a person. */
const DECISIVE_REASONS: Readonly<Record<DecisiveFailure, string>> = {
  credential_invalid: 'The vendor does not accept the credential.',
  balance_exhausted: "The account's balance at the vendor is exhausted.",
  model_gone: 'The vendor says that it has no such model.',
};

/** The judgement of a channel of which nothing is known. */
export function firstJudgement(now: number): Judgement {
  return healthy(now, 'Nothing speaks against it.');
}

/** The judgement of every channel while judging is switched off by `settings.health.enabled`. */
export function acquit(current: Judgement, now: number): Judgement {
  return current.state === 'healthy'
    ? current
    : healthy(now, 'Channels are not judged: settings.health.enabled is false.');
}

/**
 * healthy ⇄ degraded → open → half-open → healthy or open again. Pure; gives back `current` itself when nothing
 * changes.
 */
export function judge(input: JudgeInput): Judgement {
  switch (input.current.state) {
    case 'healthy':
    case 'degraded':
      return judgeServing(input);
    case 'open':
      return judgeResting(input);
    case 'half-open':
      return judgeOnTrial(input);
  }
}

function judgeServing(input: JudgeInput): Judgement {
  const { current, window, now, thresholds, decisive, slowness } = input;
  if (decisive !== undefined) {
    return open(input, DECISIVE_REASONS[decisive]);
  }
  const requests = window.succeeded + window.failed;
  const unauthorized = window.failedByCode.upstream_unauthorized ?? 0;
  if (unauthorized >= thresholds.unauthorizedMax && window.succeeded === 0) {
    return open(input, `The vendor refused the credentials ${times(unauthorized)}.`);
  }
  const ratio = requests === 0 ? 0 : window.failed / requests;
  const isTelling = requests >= thresholds.requestsMin;
  if (isTelling && ratio >= thresholds.openRatio) {
    return open(input, failures(window));
  }
  if (current.state === 'healthy') {
    const reason = isTelling && ratio >= thresholds.degradedRatio ? failures(window) : slowness;
    return reason === undefined
      ? current
      : { state: 'degraded', reason, since: now, retryAt: null, rests: 0 };
  }
  const isRecovered = (!isTelling || ratio < thresholds.recoveredRatio) && slowness === undefined;
  return isRecovered ? healthy(now, 'It fails rarely, and is as fast as usual or not asked.') : current;
}

function judgeResting({ current, now, changed }: JudgeInput): Judgement {
  const onTrial = { ...current, state: 'half-open', since: now, retryAt: null } as const;
  if (changed) {
    return { ...onTrial, reason: 'On trial: the channel was changed.' };
  }
  return now >= (current.retryAt ?? now)
    ? { ...onTrial, reason: `On trial. Before: ${current.reason}` }
    : current;
}

function judgeOnTrial(input: JudgeInput): Judgement {
  const { current, window, now, thresholds } = input;
  if (window.failed > 0) {
    return open(input, `The trial failed (${codes(window)}).`);
  }
  return window.succeeded >= thresholds.trialsMin
    ? healthy(now, `The trial succeeded ${times(window.succeeded)}.`)
    : current;
}

function healthy(now: number, reason: string): Judgement {
  return { state: 'healthy', reason, since: now, retryAt: null, rests: 0 };
}

function open({ current, now, thresholds, random }: JudgeInput, reason: string): Judgement {
  const restMs = Math.min(thresholds.restMaxMs, thresholds.restMs * 2 ** current.rests);
  const spreadMs = Math.round(restMs * thresholds.restSpread * (2 * random() - 1));
  return { state: 'open', reason, since: now, retryAt: now + restMs + spreadMs, rests: current.rests + 1 };
}

function failures(window: WindowTotals): string {
  const requests = window.succeeded + window.failed;
  return `${window.failed} of ${requests} requests failed in ${window.windowMs / 1_000} s (${codes(window)}).`;
}

/** The most frequent first. */
function codes(window: WindowTotals): string {
  return Object.entries(window.failedByCode)
    .sort(([, one], [, other]) => other - one)
    .map(([code]) => code)
    .join(', ');
}

function times(count: number): string {
  return count === 1 ? 'once' : `${count} times`;
}
