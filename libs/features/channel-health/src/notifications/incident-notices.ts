import { type NotificationRule, type OrganizationId } from '@tollgate/contracts';
import { type EntityManager } from 'typeorm';
import { type OrganizationNames } from '../configuration/organization-names.js';
import { type StoredIncident } from '../database/incident-rows.js';
import { type IncidentChanges, type IncidentStore } from '../database/incident-store.js';
import { incidentClosed, incidentOpened, type Notice } from './notice.js';

export interface IncidentNoticesInput {
  /** What one round of judging brought. */
  readonly changes: IncidentChanges;
  readonly rules: readonly NotificationRule[];
}

/** What operators are told of incidents, as far as a rule names organisations with those that each affected. */
export class IncidentNotices {
  constructor(
    private readonly incidents: IncidentStore,
    private readonly organizations: OrganizationNames,
  ) {}

  /** In the transaction that stored the changes. */
  async of(manager: EntityManager, { changes, rules }: IncidentNoticesInput): Promise<Notice[]> {
    const { opened, closed, widened } = changes;
    const named = new Set(rules.flatMap(({ organizations }) => organizations ?? []));
    const concerned = [...opened, ...closed, ...widened.map(({ incident }) => incident)];
    const affected = await this.incidents.affectedAmong(
      manager,
      concerned.map(({ id }) => id),
      named.size === 0 ? [] : this.organizations.idsOf(named),
    );
    const namesOf = ({ id }: StoredIncident, isMeant: (id: OrganizationId) => boolean): string[] =>
      this.organizations.namesOf([...(affected.get(id) ?? [])].filter(isMeant));
    return [
      ...opened.map((incident) => incidentOpened(incident, { affected: namesOf(incident, all) })),
      ...widened.map(({ incident, added }) =>
        incidentOpened(incident, {
          affected: namesOf(incident, (id) => added.has(id)),
          affectedBefore: namesOf(incident, (id) => !added.has(id)),
        }),
      ),
      ...closed.map((incident) => incidentClosed(incident, { affected: namesOf(incident, all) })),
    ];
  }
}

const all = (): boolean => true;
