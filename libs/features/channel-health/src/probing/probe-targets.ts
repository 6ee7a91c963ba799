import { type ProbeOperation, type SettingsDocument } from '@tollgate/contracts';
import { type Judgement } from '../judgement/judge.js';
import { type Verdict } from '../judgement/judge-channel.js';

/** What of a channel is to be tried; `null` leaves the choice to the proxy. */
export interface ProbePart {
  readonly credential: number | null;
  readonly model: string | null;
  /** In turn. */
  readonly operations: readonly (ProbeOperation | null)[];
}

/** What the model is for. */
const OWN_OPERATION = [null];

export interface ProbeSubject {
  readonly verdict: Verdict;
  /** When requests of it were reported last, or it was first seen. */
  readonly seenAt: number;
}

/** Everything that is on trial, else the channel where nobody used it for long. Empty: nothing is to be tried. */
export function probeTargets(
  { verdict, seenAt }: ProbeSubject,
  { idleSeconds, ...settings }: Pick<SettingsDocument['health']['probes'], 'idleSeconds' | 'operations'>,
  now: number,
): ProbePart[] {
  const { own, credentials, models } = verdict;
  if (own.state === 'open') {
    return [];
  }
  const operations = settings.operations ?? OWN_OPERATION;
  const parts: ProbePart[] = [
    ...onTrial(credentials).map((credential) => ({ credential, model: null, operations })),
    // Another operation than its own would fail, and be held against it.
    ...onTrial(models).map((model) => ({ credential: null, model, operations: OWN_OPERATION })),
  ];
  const isIdle =
    idleSeconds !== null && now - seenAt >= idleSeconds * 1_000 && verdict.whole.state !== 'open';
  return parts.length === 0 && (own.state === 'half-open' || isIdle)
    ? [{ credential: null, model: null, operations }]
    : parts;
}

function onTrial<Key>(parts: ReadonlyMap<Key, Judgement>): Key[] {
  return [...parts].filter(([, { state }]) => state === 'half-open').map(([key]) => key);
}
