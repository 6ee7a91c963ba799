import type { Rate, LimitSet, Measure, SlotLimit } from '@tollgate/admission';
import type {
  ApiKeyDocument,
  CountedLimits,
  GroupLimits,
  Limits,
  OrganizationDocument,
} from '@tollgate/contracts';
import type { Identity } from './identities.js';
import { matchesPattern } from './model-names.js';

interface Known {
  readonly organization: OrganizationDocument;
  readonly group: GroupLimits | undefined;
  /** `null`: none of the limits is about the model. */
  readonly byModel: Map<string, LimitSet | null>;
}

/** Whose limits they are: how its counters begin, and what a person is told. */
interface Subject {
  readonly key: string;
  readonly label: string;
}

const MINUTE_MS = 60_000;

/**
 * The limits of an identity's requests to a model: its key's, its organisation's and its group's. They are worked out
 * once and kept with the key's document: a change of it, of the organisation or of the group's limits makes others.
 */
export class RequestLimits {
  private readonly known = new WeakMap<ApiKeyDocument, Known>();

  /** @returns `null` for the many that have no limit */
  of({ apiKey, organization }: Identity, model: string, group: GroupLimits | undefined): LimitSet | null {
    if (apiKey.limits === null && organization.limits === null && group === undefined) return null;
    let known = this.known.get(apiKey);
    if (known === undefined || known.organization !== organization || known.group !== group) {
      known = { organization, group, byModel: new Map() };
      this.known.set(apiKey, known);
    }
    let limits = known.byModel.get(model);
    if (limits === undefined) {
      limits = compile({ apiKey, organization }, model, group);
      known.byModel.set(model, limits);
    }
    return limits;
  }
}

function compile(
  { apiKey, organization }: Identity,
  model: string,
  group: GroupLimits | undefined,
): LimitSet | null {
  const set: MutableLimitSet = { rates: [], slots: [] };
  addAll(set, { key: `key:${apiKey.id}`, label: 'the API key' }, model, apiKey.limits);
  addAll(
    set,
    { key: `organization:${organization.id}`, label: 'the organisation' },
    model,
    organization.limits,
  );
  if (group !== undefined) {
    const key = `group:${organization.id}:${group.group}`;
    addAll(set, { key, label: `the group "${group.group}"` }, model, group);
  }
  return set.rates.length + set.slots.length === 0 ? null : set;
}

interface MutableLimitSet extends LimitSet {
  readonly rates: Rate[];
  readonly slots: SlotLimit[];
}

function addAll(set: MutableLimitSet, subject: Subject, model: string, limits: Limits | null): void {
  if (limits === null) return;
  add(set, subject, limits);
  for (const rule of limits.models ?? []) {
    if (!matchesPattern(rule.model, model)) continue;
    add(set, { key: `${subject.key}:${rule.model}`, label: `${subject.label} for ${rule.model}` }, rule);
  }
}

function add({ rates, slots }: MutableLimitSet, { key, label }: Subject, limits: CountedLimits): void {
  const rate = (measure: Measure, max: number, windowMs: number, words: string): void => {
    const counter = `${key}:${measure}:${windowMs}`;
    rates.push({ key: counter, measure, max, windowMs, label: `${max} ${words} of ${label}` });
  };
  const { requestsPerMinute, tokensPerMinute, requestsPerWindow, successesPerWindow, concurrencyMax } =
    limits;
  if (requestsPerMinute !== undefined) rate('requests', requestsPerMinute, MINUTE_MS, 'requests per minute');
  if (tokensPerMinute !== undefined) rate('tokens', tokensPerMinute, MINUTE_MS, 'tokens per minute');
  if (requestsPerWindow !== undefined) {
    const { max, seconds } = requestsPerWindow;
    // Another counter than that of a limit per minute, whatever the window.
    rates.push({
      ...{ key: `${key}:window:${seconds}`, measure: 'requests', max, windowMs: seconds * 1_000 },
      label: `${max} requests in ${seconds} s of ${label}`,
    });
  }
  if (successesPerWindow !== undefined) {
    const { max, seconds } = successesPerWindow;
    rate('successes', max, seconds * 1_000, `successful requests in ${seconds} s`);
  }
  if (concurrencyMax !== undefined) {
    slots.push({
      ...{ key: `${key}:slots`, max: concurrencyMax },
      label: `${concurrencyMax} concurrent requests of ${label}`,
    });
  }
}
