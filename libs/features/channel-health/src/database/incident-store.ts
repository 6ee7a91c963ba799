import { type ChannelId, type OrganizationId } from '@tollgate/contracts';
import { type EntityManager } from 'typeorm';
import { type Part } from '../judgement/channel-parts.js';
import { type ChannelUpdate } from './channel-store.js';
import { incidentsFromRows, type StoredIncident } from './incident-rows.js';

const HISTORY_DAYS = 90;
/** From so many on, no further organisation of an incident is noted. */
const ORGANIZATIONS_MAX = 1_000;

/** The incidents that began and ended with one round of judging. */
export interface IncidentChanges {
  readonly opened: readonly StoredIncident[];
  readonly closed: readonly StoredIncident[];
  /** That go on, and affected organisations which they did not affect before. */
  readonly widened: readonly WidenedIncident[];
}

export interface WidenedIncident {
  readonly incident: StoredIncident;
  readonly added: ReadonlySet<OrganizationId>;
}

/** Organisations by the id of the incident that affected them. */
type OrganizationsByIncident = ReadonlyMap<string, ReadonlySet<OrganizationId>>;

/**
 * Incidents, written in the session of whoever leads: one begins when something is opened, and ends when it serves again
 * or is gone.
 */
export class IncidentStore {
  /** In the transaction that stores the verdicts. */
  async save(
    manager: EntityManager,
    updates: readonly ChannelUpdate[],
    now: number,
  ): Promise<IncidentChanges> {
    await this.#count(manager, updates);
    const opened: object[] = [];
    const closed: object[] = [];
    for (const update of updates) {
      for (const { part, to, observed } of update.transitions) {
        const subject = subjectOf(update, part);
        if (to.state === 'open') {
          const counts = { started_at: new Date(now), affected_requests: observed.failed };
          opened.push({ ...subject, cause: to.reason, ...counts });
        } else if (to.state === 'healthy' || to.state === 'degraded') {
          closed.push(subject);
        }
      }
    }
    const begun = (await this.#open(manager, opened)).map(({ id }) => id);
    const added = await this.#noteOrganizations(manager, updates);
    const ended = await this.#close(manager, closed, now);
    const changed = await this.#read(manager, [...begun, ...added.keys()]);
    const isNew = new Set(begun);
    return {
      opened: changed.filter(({ id }) => isNew.has(id)),
      closed: ended,
      widened: changed
        .filter(({ id, ended_at }) => !isNew.has(id) && ended_at === null)
        .map((incident) => ({ incident, added: added.get(incident.id) ?? new Set() })),
    };
  }

  /** Which of these organisations the incidents affected, by the id of the incident. */
  async affectedAmong(
    manager: EntityManager,
    incidentIds: readonly string[],
    organizationIds: readonly OrganizationId[],
  ): Promise<OrganizationsByIncident> {
    if (incidentIds.length === 0 || organizationIds.length === 0) {
      return new Map();
    }
    return byIncident(
      await manager.query(
        `select incident_id, organization_id from channel_health.incident_organizations
         where incident_id = any($1) and organization_id = any($2)`,
        [incidentIds, organizationIds],
      ),
    );
  }

  /** Those of channels that no longer exist. */
  async closeAll(manager: EntityManager, ids: readonly ChannelId[], now: number): Promise<StoredIncident[]> {
    if (ids.length === 0) {
      return [];
    }
    const [rows] = await manager.query<[unknown, number]>(
      `update channel_health.incidents set ended_at = $2
       where channel_id = any($1) and ended_at is null returning *`,
      [ids, new Date(now)],
    );
    return incidentsFromRows(rows);
  }

  /** Kept for 90 days after their end. */
  async forgetOld(manager: EntityManager, now: number): Promise<void> {
    await manager.query(
      `delete from channel_health.incidents where ended_at < $1::timestamptz - make_interval(days => $2)`,
      [new Date(now), HISTORY_DAYS],
    );
  }

  async #count(manager: EntityManager, updates: readonly ChannelUpdate[]): Promise<void> {
    const rows = updates.flatMap((update) =>
      update.affected
        .filter(({ count }) => count > 0)
        .map(({ part, count }) => ({ ...subjectOf(update, part), count })),
    );
    if (rows.length > 0) {
      await manager.query(
        `update channel_health.incidents as incident
         set affected_requests = incident.affected_requests + subject.count
         from jsonb_to_recordset($1::jsonb) as subject (
           channel_id text, credential integer, model text, count bigint)
         where incident.ended_at is null and ${SAME_SUBJECT}`,
        [JSON.stringify(rows)],
      );
    }
  }

  /** Each organisation once an incident, as far as so many are kept. @returns those that are new */
  async #noteOrganizations(
    manager: EntityManager,
    updates: readonly ChannelUpdate[],
  ): Promise<OrganizationsByIncident> {
    const rows = updates.flatMap((update) =>
      update.affected
        .filter(({ organizations }) => organizations.length > 0)
        .map(({ part, organizations }) => ({ ...subjectOf(update, part), organizations })),
    );
    if (rows.length === 0) {
      return new Map();
    }
    return byIncident(
      await manager.query(
        `with added as (
           insert into channel_health.incident_organizations (incident_id, organization_id)
           select incident.id, organization.id
           from jsonb_to_recordset($1::jsonb) as subject (
             channel_id text, credential integer, model text, organizations jsonb)
           join channel_health.incidents as incident on incident.ended_at is null and ${SAME_SUBJECT}
           cross join lateral jsonb_array_elements_text(subject.organizations) as organization (id)
           where incident.affected_organizations < $2
           on conflict do nothing returning incident_id, organization_id),
         counted as (
           update channel_health.incidents as incident
           set affected_organizations = incident.affected_organizations + sum.count
           from (select incident_id, count(*) from added group by incident_id) as sum
           where incident.id = sum.incident_id)
         select incident_id, organization_id from added`,
        [JSON.stringify(rows), ORGANIZATIONS_MAX],
      ),
    );
  }

  async #read(manager: EntityManager, ids: readonly string[]): Promise<StoredIncident[]> {
    return ids.length === 0
      ? []
      : incidentsFromRows(
          await manager.query('select * from channel_health.incidents where id = any($1) order by id', [ids]),
        );
  }

  /** A rest after a failed trial belongs to the incident that is open. */
  async #open(manager: EntityManager, rows: readonly object[]): Promise<StoredIncident[]> {
    if (rows.length === 0) {
      return [];
    }
    const inserted: unknown = await manager.query(
      `insert into channel_health.incidents
         (channel_id, channel_name, credential, model, cause, started_at, affected_requests)
       select channel_id, channel_name, credential, model, cause, started_at, affected_requests
       from jsonb_to_recordset($1::jsonb) as row (
         channel_id text, channel_name text, credential integer, model text, cause text,
         started_at timestamptz, affected_requests bigint)
       on conflict (channel_id, coalesce(credential, -1), coalesce(model, '')) where ended_at is null
       do nothing returning *`,
      [JSON.stringify(rows)],
    );
    return incidentsFromRows(inserted);
  }

  async #close(manager: EntityManager, rows: readonly object[], now: number): Promise<StoredIncident[]> {
    if (rows.length === 0) {
      return [];
    }
    const [updated] = await manager.query<[unknown, number]>(
      `update channel_health.incidents as incident set ended_at = $2
       from jsonb_to_recordset($1::jsonb) as subject (channel_id text, credential integer, model text)
       where incident.ended_at is null and ${SAME_SUBJECT} returning incident.*`,
      [JSON.stringify(rows), new Date(now)],
    );
    return incidentsFromRows(updated);
  }
}

const SAME_SUBJECT = `incident.channel_id = subject.channel_id
  and incident.credential is not distinct from subject.credential
  and incident.model is not distinct from subject.model`;

function byIncident(
  rows: readonly { readonly incident_id: string; readonly organization_id: OrganizationId }[],
): OrganizationsByIncident {
  const affected = new Map<string, Set<OrganizationId>>();
  for (const { incident_id, organization_id } of rows) {
    const known = affected.get(incident_id) ?? new Set();
    affected.set(incident_id, known.add(organization_id));
  }
  return affected;
}

interface Subject {
  readonly channel_id: string;
  readonly channel_name: string;
  readonly credential: number | null;
  readonly model: string | null;
}

function subjectOf({ id, name }: ChannelUpdate, part: Part | null): Subject {
  return {
    channel_id: id,
    channel_name: name,
    credential: part?.kind === 'credential' ? part.key : null,
    model: part?.kind === 'model' ? part.key : null,
  };
}
