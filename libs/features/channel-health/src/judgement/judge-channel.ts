import { type ChannelState } from '@tollgate/contracts';
import { type ChannelParts, hasPart, type Part, partCount, type PartKind } from './channel-parts.js';
import { ChannelWindow, type Pace, sumTotals, type WindowSummary } from './channel-window.js';
import { type ChannelWindows, type Look } from './channel-windows.js';
import { sumFailures } from './failure-run.js';
import { acquit, endRest, firstJudgement, judge, type JudgeInput, type Judgement } from './judge.js';
import { slownessOf, type SlownessLimits, type UsualPace } from './slowness.js';
import { type LimitsBySubject } from './rate-limits.js';
import { type Thresholds } from './thresholds.js';

/** What we think of one channel and its parts. */
export interface Verdict {
  /** Of the channel as a whole, and what is published: never better than the best of its credentials, or models. */
  readonly whole: Judgement;
  /** By what belongs to no part. */
  readonly own: Judgement;
  /** Those that are not healthy. */
  readonly credentials: ReadonlyMap<number, Judgement>;
  readonly models: ReadonlyMap<string, Judgement>;
}

export interface JudgeChannelInput {
  readonly current: Verdict;
  readonly windows: ChannelWindows;
  readonly parts: ChannelParts;
  readonly now: number;
  /** An operator changed the channel since it was judged last. */
  readonly changed: boolean;
  /** The change was about credentials: what was known of them is about others. */
  readonly credentialsChanged: boolean;
  readonly thresholds: Thresholds;
  /** By models; `undefined`: nobody is judged by how fast it is. */
  readonly slowness?: SlownessFacts | undefined;
  readonly random: () => number;
}

export interface SlownessFacts {
  readonly limits: SlownessLimits;
  usual(model: string): UsualPace | undefined;
}

/** A state that changed; `part` is `null` where it is the channel's. */
export interface Transition {
  readonly part: Part | null;
  readonly from: ChannelState;
  readonly to: Judgement;
  readonly observed: WindowSummary;
}

export function firstVerdict(now: number): Verdict {
  const judgement = firstJudgement(now);
  return { whole: judgement, own: judgement, credentials: new Map(), models: new Map() };
}

/** While judging is switched off. */
export function acquitChannel(current: Verdict, now: number): Verdict {
  const whole = acquit(current.whole, now);
  const hasParts = current.credentials.size > 0 || current.models.size > 0;
  return whole === current.whole && !hasParts
    ? current
    : { whole, own: whole, credentials: new Map(), models: new Map() };
}

/**
 * A probe succeeded: whatever rests and was tried by it goes on trial with the next judgement. A probe that fails says
 * nothing new of what rests. Gives back `current` itself when nothing of it rests.
 *
 * @param tried - the credential and the model of the probe
 */
export function endRests(
  current: Verdict,
  tried: { readonly credential?: number | undefined; readonly model?: string | undefined },
  now: number,
): Verdict {
  const { own, credentials, models } = current;
  const ended = {
    own: endRest(own, now),
    credentials: endRestOf(credentials, tried.credential, now),
    models: endRestOf(models, tried.model, now),
  };
  const isSame = ended.own === own && ended.credentials === credentials && ended.models === models;
  return isSame ? current : { whole: current.whole, ...ended };
}

function endRestOf<Key>(
  parts: ReadonlyMap<Key, Judgement>,
  key: Key | undefined,
  now: number,
): ReadonlyMap<Key, Judgement> {
  const part = key === undefined ? undefined : parts.get(key);
  const ended = part && endRest(part, now);
  return key === undefined || ended === undefined || ended === part ? parts : new Map(parts).set(key, ended);
}

/** Gives back `current` itself when nothing changes. Pure, but for windows that drop what is old. */
export function judgeChannel(input: JudgeChannelInput): Verdict {
  const { current, windows, parts, credentialsChanged } = input;
  const known = credentialsChanged ? new Map<number, Judgement>() : current.credentials;
  const limits = windows.limits.bySubject(input.now, input.thresholds.oneModelShare, (limited) =>
    isServing(limited === 'channel' ? current.own : known.get(limited)),
  );
  const ofCredentials = { windows: windows.credentials, limits: limits.credentials };
  // What was seen so far is of others than are known now.
  const credentials = credentialsChanged
    ? known
    : judgeParts(input, known, { kind: 'credential', ...ofCredentials });
  const ofModels = { windows: windows.models, limits: limits.models };
  const models = judgeParts(input, current.models, { kind: 'model', ...ofModels });
  const own = judgeOwn(input, models, limits);
  const candidate = worst([
    own,
    best('credential', partCount(parts, 'credential'), [...credentials.values()]),
    best('model', partCount(parts, 'model'), [...models.values()]),
  ]);
  const whole = settle(current.whole, candidate, input.now);
  const isSame =
    whole === current.whole &&
    own === current.own &&
    models === current.models &&
    credentials === current.credentials;
  return isSame ? current : { whole, own, credentials, models };
}

interface PartsOfOneKind<Key> {
  readonly kind: PartKind;
  readonly windows: ReadonlyMap<Key, ChannelWindow>;
  readonly limits: ReadonlyMap<Key, readonly ChannelWindow[]>;
}

function judgeParts<Key extends string | number>(
  input: JudgeChannelInput,
  known: ReadonlyMap<Key, Judgement>,
  { kind, windows, limits }: PartsOfOneKind<Key>,
): ReadonlyMap<Key, Judgement> {
  if (known.size === 0 && windows.size === 0) {
    return known;
  }
  const { now, parts } = input;
  const judged = new Map<Key, Judgement>();
  for (const key of new Set([...known.keys(), ...windows.keys()])) {
    if (!hasPart(parts, { kind, key } as Part)) {
      continue;
    }
    const window = windows.get(key) ?? new ChannelWindow();
    const current = known.get(key) ?? firstJudgement(now);
    const judgement = judge({
      ...input,
      current,
      ...seenIn(window, limits.get(key) ?? [], { look: lookOf(current), now }),
      slowness: kind === 'model' ? slowness(input, current, String(key), window.pace(now)) : undefined,
    });
    if (judgement.state !== 'healthy') {
      judged.set(key, judgement);
    }
  }
  const isSame = judged.size === known.size && [...judged].every(([key, value]) => known.get(key) === value);
  return isSame ? known : judged;
}

/** A part that is not listed is healthy. */
function isServing(judgement: Judgement | undefined): boolean {
  return judgement === undefined || judgement.state === 'healthy' || judgement.state === 'degraded';
}

function lookOf({ state }: Judgement): Look {
  return state === 'half-open' ? 'trial' : 'totals';
}

/** `own` is that of the part; beside it stand rate limits, which nothing but its successes ends. */
function seenIn(
  own: ChannelWindow,
  limits: readonly ChannelWindow[],
  { look, now }: { readonly look: Look; readonly now: number },
): Pick<JudgeInput, 'window' | 'run' | 'decisive'> {
  const windows = [own, ...limits];
  return {
    window: sumTotals(windows.map((window) => window[look](now))),
    run: sumFailures(windows.map((window) => window.failures(now, own.succeededUntil))),
    decisive: own.decisive(now),
  };
}

/**
 * By what belongs to no part and by the models that still serve. While it serves the worst of them is left out, for as long
 * as it alone fails it rests alone.
 */
function judgeOwn(
  input: JudgeChannelInput,
  models: ReadonlyMap<string, Judgement>,
  limits: LimitsBySubject,
): Judgement {
  const { current, windows, parts, now } = input;
  // Where models are no parts, the channel is as fast as its only one.
  const [onlyModel] = parts.models.size === 1 ? parts.models : [];
  const worstIn = (look: 'totals' | 'failures'): ((model: string) => boolean) => {
    const failing = isServing(current.own)
      ? worstModel(windows, limits, (window) => window[look](now).failed)
      : undefined;
    return (model) => model === failing || models.get(model)?.state === 'open';
  };
  return judge({
    ...input,
    current: current.own,
    window: windows.whole(lookOf(current.own), now, { isLeftOut: worstIn('totals'), limits }),
    run: windows.failures(now, { isLeftOut: worstIn('failures'), limits }),
    decisive: windows.decisive(now),
    slowness:
      onlyModel === undefined ? undefined : slowness(input, current.own, onlyModel, windows.pace(now)),
  });
}

function slowness(
  { slowness: facts }: JudgeChannelInput,
  current: Judgement,
  model: string,
  pace: Pace | undefined,
): string | undefined {
  if (facts === undefined || pace === undefined) {
    return undefined;
  }
  const isDegraded = current.state === 'degraded';
  return slownessOf({ pace, usual: facts.usual(model), limits: facts.limits, isDegraded });
}

function worstModel(
  windows: ChannelWindows,
  limits: LimitsBySubject,
  failedIn: (window: ChannelWindow) => number,
): string | undefined {
  let worstOfAll: string | undefined;
  let failedMax = 0;
  for (const [model, window] of windows.models) {
    const failed = [window, ...(limits.models.get(model) ?? [])].reduce((sum, one) => sum + failedIn(one), 0);
    if (failed > failedMax) {
      failedMax = failed;
      worstOfAll = model;
    }
  }
  return worstOfAll;
}

const RANKS: Readonly<Record<ChannelState, number>> = { healthy: 0, degraded: 1, 'half-open': 2, open: 3 };

/** The judgement of the best of all parts of a kind; `undefined` while one of them is healthy, or there are none. */
function best(kind: PartKind, count: number, unhealthy: readonly Judgement[]): Judgement | undefined {
  if (count === 0 || unhealthy.length < count) {
    return undefined;
  }
  const [first] = [...unhealthy].sort(
    (one, other) => RANKS[one.state] - RANKS[other.state] || (one.retryAt ?? 0) - (other.retryAt ?? 0),
  );
  return first === undefined
    ? undefined
    : { ...first, reason: `No ${kind} is healthy. The best of them: ${first.reason}` };
}

function worst([own, ...others]: readonly [Judgement, ...(Judgement | undefined)[]]): Judgement {
  let result = own;
  for (const other of others) {
    if (other !== undefined && RANKS[other.state] > RANKS[result.state]) {
      result = other;
    }
  }
  return result;
}

/** A state goes on from when it began, whichever part it comes from. */
function settle(current: Judgement, candidate: Judgement, now: number): Judgement {
  if (candidate.state !== current.state) {
    return { ...candidate, since: now };
  }
  return candidate.retryAt === current.retryAt ? current : { ...candidate, since: current.since };
}

/** What changed from one verdict to the next, the channel's own state last. */
export function transitions(
  before: Verdict,
  after: Verdict,
  windows: ChannelWindows,
  now: number,
): Transition[] {
  if (before === after) {
    return [];
  }
  const changes = [
    ...partTransitions('credential', { before: before.credentials, after: after.credentials, windows, now }),
    ...partTransitions('model', { before: before.models, after: after.models, windows, now }),
  ];
  if (before.whole.state !== after.whole.state) {
    changes.push({
      part: null,
      from: before.whole.state,
      to: after.whole,
      observed: windows.total.summary(now),
    });
  }
  return changes;
}

interface PartVerdicts<Key> {
  readonly before: ReadonlyMap<Key, Judgement>;
  readonly after: ReadonlyMap<Key, Judgement>;
  readonly windows: ChannelWindows;
  readonly now: number;
}

function partTransitions<Key extends string | number>(
  kind: PartKind,
  { before, after, windows, now }: PartVerdicts<Key>,
): Transition[] {
  const changes: Transition[] = [];
  for (const key of new Set([...before.keys(), ...after.keys()])) {
    const from = before.get(key)?.state ?? 'healthy';
    const to = after.get(key) ?? recovered(now);
    if (from !== to.state) {
      const part = { kind, key } as Part;
      const observed = windows.summary(part, now) ?? windows.total.summary(now);
      changes.push({ part, from, to, observed });
    }
  }
  return changes;
}

/** A part that is no longer listed is healthy, or is another. */
function recovered(now: number): Judgement {
  return { ...firstJudgement(now), reason: 'It serves again, or was replaced.' };
}
