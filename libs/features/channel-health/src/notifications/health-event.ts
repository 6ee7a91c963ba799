import { type HealthNotificationRule } from '@tollgate/contracts';
import { type StoredIncident } from '../database/incident-rows.js';

/** What operators may want to be told. */
export interface HealthEvent {
  readonly kind: HealthNotificationRule['on'][number];
  readonly channelId: string;
  readonly channelName: string;
  /** One sentence. */
  readonly summary: string;
  /** For programs; JSON. */
  readonly facts: Readonly<Record<string, unknown>>;
}

interface Channel {
  readonly id: string;
  readonly name: string;
}

/** Names are shown in a sentence: the first are enough. */
const NAMES_SHOWN_MAX = 10;

export function incidentOpened(incident: StoredIncident): HealthEvent {
  return ofIncident('incident-opened', incident, `${subjectOf(incident)} rests: ${incident.cause}`);
}

export function incidentClosed(incident: StoredIncident): HealthEvent {
  const minutes = Math.round(((incident.ended_at ?? incident.started_at) - incident.started_at) / 60_000);
  const affected = `${incident.affected_requests} attempts failed`;
  return ofIncident(
    'incident-closed',
    incident,
    `${subjectOf(incident)} serves again after ${minutes} min; ${affected}.`,
  );
}

export function balanceLow(
  { id, name }: Channel,
  balance: { amount: string; currency: string },
): HealthEvent {
  return {
    ...{ kind: 'balance-low', channelId: id, channelName: name, facts: balance },
    summary: `The balance of channel ${name} at its vendor is low: ${balance.amount} ${balance.currency}.`,
  };
}

export function modelsChanged(
  { id, name }: Channel,
  changes: { readonly added: readonly string[]; readonly removed: readonly string[] },
): HealthEvent {
  const told = [
    ...(changes.added.length === 0 ? [] : [`has new models (${shown(changes.added)})`]),
    ...(changes.removed.length === 0 ? [] : [`no longer lists ${shown(changes.removed)}`]),
  ];
  return {
    ...{ kind: 'models-changed', channelId: id, channelName: name, facts: changes },
    summary: `The vendor of channel ${name} ${told.join(' and ')}.`,
  };
}

function ofIncident(
  kind: 'incident-opened' | 'incident-closed',
  incident: StoredIncident,
  summary: string,
): HealthEvent {
  const { id, credential, model, cause, started_at, ended_at, affected_requests } = incident;
  return {
    ...{ kind, channelId: incident.channel_id, channelName: incident.channel_name, summary },
    facts: {
      ...{ incidentId: id, credential, model, cause },
      startedAt: new Date(started_at).toISOString(),
      endedAt: ended_at === null ? null : new Date(ended_at).toISOString(),
      affectedRequests: affected_requests,
    },
  };
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
