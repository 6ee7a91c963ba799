import { type ChannelState, type DecisiveFailure } from '@tollgate/contracts';
import { type WindowTotals } from './channel-window.js';
import { type Failures } from './failure-run.js';
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
  /** What failed without a success in between, over longer than the window. */
  readonly run: Failures;
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

/** What rests may go on trial from now on; anything else is left as it is. */
export function endRest(current: Judgement, now: number): Judgement {
  return current.state === 'open' ? { ...current, retryAt: now } : current;
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
  const { current, window, now, thresholds, slowness } = input;
  const failure = failureOf(input);
  if (failure !== undefined) {
    return open(input, failure);
  }
  const isTelling = requests(window) >= thresholds.requestsMin;
  const ratio = failedShare(window);
  if (current.state === 'healthy') {
    const reason = isTelling && ratio >= thresholds.degradedRatio ? failures(window) : slowness;
    return reason === undefined
      ? current
      : { state: 'degraded', reason, since: now, retryAt: null, rests: 0 };
  }
  const isRecovered = (!isTelling || ratio < thresholds.recoveredRatio) && slowness === undefined;
  return isRecovered ? healthy(now, 'It fails rarely, and is as fast as usual or not asked.') : current;
}

/** Why it has to rest, in one sentence; `undefined`: nothing says that it has to. */
function failureOf({ window, run, thresholds, decisive }: JudgeInput): string | undefined {
  if (decisive !== undefined) {
    return DECISIVE_REASONS[decisive];
  }
  const unauthorized = window.failedByCode.upstream_unauthorized ?? 0;
  if (unauthorized >= thresholds.unauthorizedMax && window.succeeded === 0) {
    return `The vendor refused the credentials ${times(unauthorized)}.`;
  }
  if (requests(window) >= thresholds.requestsMin && failedShare(window) >= thresholds.openRatio) {
    return failures(window);
  }
  // It gets too few requests to be judged by a minute, and none of them succeeds.
  const isDead =
    run.failed >= thresholds.failuresInARowMin && run.lastAt - run.firstAt >= thresholds.failuresInARowMs;
  return isDead ? inARow(run) : undefined;
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
    return open(input, `The trial failed (${codes(window.failedByCode)}).`);
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

function requests({ succeeded, failed }: WindowTotals): number {
  return succeeded + failed;
}

function failedShare(window: WindowTotals): number {
  return window.failed === 0 ? 0 : window.failed / requests(window);
}

function failures(window: WindowTotals): string {
  return `${window.failed} of ${requests(window)} requests failed in ${window.windowMs / 1_000} s (${codes(window.failedByCode)}).`;
}

function inARow({ failed, failedByCode, firstAt, lastAt }: Failures): string {
  const seconds = Math.round((lastAt - firstAt) / 1_000);
  return `${failed} requests in a row failed over ${seconds} s (${codes(failedByCode)}).`;
}

/** The most frequent first. */
function codes(failedByCode: Readonly<Record<string, number>>): string {
  return Object.entries(failedByCode)
    .sort(([, one], [, other]) => other - one)
    .map(([code]) => code)
    .join(', ');
}

function times(count: number): string {
  return count === 1 ? 'once' : `${count} times`;
}
