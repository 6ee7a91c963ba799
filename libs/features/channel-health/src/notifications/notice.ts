import { type BudgetThresholdReachedV1, type NotificationKind } from '@tollgate/contracts';
import { type StoredIncident } from '../database/incident-rows.js';

/** What operators may want to be told. */
export interface Notice {
  readonly kind: NotificationKind;
  readonly subject: NoticeSubject;
  /** A rule that told of the same keeps quiet for its cool-down. */
  readonly topic: string;
  /** One sentence. */
  readonly summary: string;
  /** For programs; JSON. */
  readonly facts: Readonly<Record<string, unknown>>;
  /** Absent: it is of no organisation, so that rules tell of it whichever they name. */
  readonly organizations?: NoticeOrganizations;
}

/** By name, those that rules name at least. */
export interface NoticeOrganizations {
  readonly affected: readonly string[];
  /** Rules that name one of these, or none at all, were told before; absent: it is news to all. */
  readonly affectedBefore?: readonly string[];
}

export interface NoticeSubject {
  readonly kind: 'channel' | 'budget';
  readonly id: string;
  /** For a person. */
  readonly name: string;
}

interface Channel {
  readonly id: string;
  readonly name: string;
}

/** Names are shown in a sentence: the first are enough. */
const NAMES_SHOWN_MAX = 10;

export function incidentOpened(incident: StoredIncident, organizations: NoticeOrganizations): Notice {
  const summary = `${subjectOf(incident)} rests: ${incident.cause}`;
  return { ...ofIncident('incident-opened', incident, summary), organizations };
}

export function incidentClosed(incident: StoredIncident, organizations: NoticeOrganizations): Notice {
  const minutes = Math.round(((incident.ended_at ?? incident.started_at) - incident.started_at) / 60_000);
  const affected = affectedBy(incident);
  const summary = `${subjectOf(incident)} serves again after ${minutes} min; ${affected}.`;
  return { ...ofIncident('incident-closed', incident, summary), organizations };
}

export function balanceLow(channel: Channel, balance: { amount: string; currency: string }): Notice {
  return {
    ...{ kind: 'balance-low', ...ofChannel(channel), facts: balance },
    summary: `The balance of channel ${channel.name} at its vendor is low: ${balance.amount} ${balance.currency}.`,
  };
}

export function modelsChanged(
  channel: Channel,
  changes: { readonly added: readonly string[]; readonly removed: readonly string[] },
): Notice {
  const told = [
    ...(changes.added.length === 0 ? [] : [`has new models (${shown(changes.added)})`]),
    ...(changes.removed.length === 0 ? [] : [`no longer lists ${shown(changes.removed)}`]),
  ];
  return {
    ...{ kind: 'models-changed', ...ofChannel(channel), facts: changes },
    summary: `The vendor of channel ${channel.name} ${told.join(' and ')}.`,
  };
}

export function budgetThreshold(event: BudgetThresholdReachedV1, organizations: NoticeOrganizations): Notice {
  const { id, budgetId, scope, period, soft, startsAt, endsAt, threshold, amount, spent } = event;
  const name = `${period} budget of ${scope.kind === 'organization' ? 'organisation' : 'key'} ${scope.name ?? scope.id}`;
  const refuses = soft || threshold < 100 ? '' : ' Requests that it does not cover are refused.';
  return {
    kind: 'budget-threshold',
    subject: { kind: 'budget', id: budgetId, name },
    topic: `${budgetId} ${threshold}`,
    summary: `The ${name} reached ${threshold} %: ${spent} of ${amount} USD are spent.${refuses}`,
    facts: {
      ...{ alertId: id, scope, period, soft, threshold, amount, spent },
      startsAt: new Date(startsAt).toISOString(),
      endsAt: endsAt === null ? null : new Date(endsAt).toISOString(),
    },
    organizations,
  };
}

function ofChannel({ id, name }: Channel): Pick<Notice, 'subject' | 'topic'> {
  return { subject: { kind: 'channel', id, name }, topic: id };
}

function ofIncident(
  kind: 'incident-opened' | 'incident-closed',
  incident: StoredIncident,
  summary: string,
): Notice {
  const { id, credential, model, cause, started_at, ended_at } = incident;
  return {
    ...{ kind, ...ofChannel({ id: incident.channel_id, name: incident.channel_name }), summary },
    // That a credential rests is no reason to keep quiet when the channel does.
    topic: topicOf(incident),
    facts: {
      ...{ incidentId: id, credential, model, cause },
      startedAt: new Date(started_at).toISOString(),
      endedAt: ended_at === null ? null : new Date(ended_at).toISOString(),
      affectedRequests: incident.affected_requests,
      affectedOrganizations: incident.affected_organizations,
    },
  };
}

function topicOf({ channel_id, credential, model }: StoredIncident): string {
  if (credential !== null) {
    return `${channel_id} credential ${credential}`;
  }
  return model === null ? channel_id : `${channel_id} model ${model}`;
}

function affectedBy({ affected_requests, affected_organizations }: StoredIncident): string {
  const whose = affected_organizations === 1 ? '1 organisation' : `${affected_organizations} organisations`;
  return affected_organizations === 0
    ? `${affected_requests} attempts failed`
    : `${affected_requests} attempts of ${whose} failed`;
}

function subjectOf({ channel_name, credential, model }: StoredIncident): string {
  if (credential !== null) {
    return `Credential ${credential} of channel ${channel_name}`;
  }
  return model === null ? `Channel ${channel_name}` : `Model ${model} of channel ${channel_name}`;
}

function shown(names: readonly string[]): string {
  const rest = names.length - NAMES_SHOWN_MAX;
  return names.slice(0, NAMES_SHOWN_MAX).join(', ') + (rest > 0 ? ` and ${rest} more` : '');
}
