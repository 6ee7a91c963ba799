import type { UsageRecordedV1 } from '@tollgate/contracts';
import type { EntityManager } from 'typeorm';
import { insertRows } from '../database/insert-rows.js';

/** What has an id and a name that reports show. */
export type NamedKind = 'organization' | 'key' | 'channel';

export interface SeenName {
  readonly kind: NamedKind;
  readonly id: string;
  readonly name: string;
  /** Whose a key is. */
  readonly organizationId?: string;
  /** Milliseconds since the epoch. */
  readonly seenAt: number;
}

export function namesOf(event: UsageRecordedV1): SeenName[] {
  const seen = (kind: NamedKind, named: { id: string; name: string }): SeenName => ({
    kind,
    id: named.id,
    name: named.name,
    seenAt: event.occurredAt,
  });
  const key = { ...seen('key', event.apiKey), organizationId: event.organization.id };
  const names = [seen('organization', event.organization), key];
  return event.channel === null ? names : [...names, seen('channel', event.channel)];
}

/** Keeps the latest name of each id. A name that stays the same is not written again with every batch. */
export async function storeNames(manager: EntityManager, names: readonly SeenName[]): Promise<void> {
  const latest = new Map<string, SeenName>();
  for (const seen of names) {
    const key = `${seen.kind}:${seen.id}`;
    if ((latest.get(key)?.seenAt ?? 0) <= seen.seenAt) latest.set(key, seen);
  }
  await insertRows(manager, {
    table: 'billing.names as n',
    columns: [
      { name: 'kind', type: 'text', value: ({ kind }) => kind },
      { name: 'id', type: 'text', value: ({ id }) => id },
      { name: 'name', type: 'text', value: ({ name }) => name },
      { name: 'organization_id', type: 'text', value: ({ organizationId }) => organizationId ?? null },
      { name: 'seen_at', type: 'timestamptz', value: ({ seenAt }) => new Date(seenAt).toISOString() },
    ],
    rows: [...latest.values()],
    orderBy: 'kind, id',
    suffix: `on conflict (kind, id) do update set name = excluded.name, seen_at = excluded.seen_at,
        organization_id = excluded.organization_id
      where excluded.seen_at > n.seen_at
        and (excluded.name <> n.name or excluded.organization_id is distinct from n.organization_id
          or excluded.seen_at > n.seen_at + interval '1 hour')`,
  });
}
