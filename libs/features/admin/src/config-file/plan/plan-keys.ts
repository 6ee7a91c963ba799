import type { ConfigFieldChange, ConfigFile } from '@tollgate/contracts';
import type { ConfigProblem } from '../config-problems.js';
import { accessValues } from './access-values.js';
import { compareFields, newFields } from './compare-fields.js';
import type { CurrentKey, CurrentState } from './current-state.js';
import type { PlannedChange, PlanPart } from './plan.js';

type FileKey = ConfigFile['keys'][number];

/** @param hashes of the secrets, for each key of the file in its order; `null` where the file names no secret */
export function planKeys(
  file: Pick<ConfigFile, 'keys' | 'organizations'>,
  hashes: readonly (string | null)[],
  current: CurrentState,
): PlanPart {
  const changes: PlannedChange[] = [];
  const problems: ConfigProblem[] = [];
  const notes: string[] = [];
  const organizations = new Set([
    ...current.organizations.keys(),
    ...file.organizations.map(({ name }) => name),
  ]);
  for (const [index, key] of file.keys.entries()) {
    const path = `keys[${index}]`;
    if (!organizations.has(key.organization)) {
      problems.push({
        path: `${path}.organization`,
        message: `unknown organization "${key.organization}"; name it under organizations`,
      });
      continue;
    }
    const found = findKey(key, hashes[index] ?? null, current.keys);
    if (found.kind === 'foreign') {
      problems.push({ path: `${path}.secret`, message: 'another key has this secret' });
    } else if (found.kind === 'revoked') {
      notes.push(`${path}: the key "${key.name}" of "${key.organization}" is revoked and stays so`);
    } else if (found.kind === 'none') {
      changes.push(newKey(key));
    } else {
      changes.push(...changedKey(key, found.key, hashes[index] ?? null));
    }
  }
  return { changes, problems, notes };
}

type Found =
  | { readonly kind: 'none' }
  | { readonly kind: 'foreign' }
  /** Revocation wins over the file: a leaked secret must not come back with the next apply. */
  | { readonly kind: 'revoked' }
  | { readonly kind: 'active'; readonly key: CurrentKey };

function findKey(key: FileKey, hash: string | null, keys: readonly CurrentKey[]): Found {
  const sameSecret = hash === null ? undefined : keys.find((candidate) => candidate.hash === hash);
  const sameName = keys.filter(
    (candidate) => candidate.organization === key.organization && candidate.name === key.name,
  );
  const active = sameName.find(({ status }) => status === 'active');
  if (sameSecret !== undefined && !sameName.includes(sameSecret)) return { kind: 'foreign' };
  if (sameSecret?.status === 'revoked') return { kind: 'revoked' };
  if (active !== undefined) return { kind: 'active', key: active };
  return hash === null && sameName.length > 0 ? { kind: 'revoked' } : { kind: 'none' };
}

function newKey(key: FileKey): PlannedChange {
  const { name, organization } = key;
  return {
    change: {
      kind: 'key',
      name: qualifiedName(key),
      action: 'create',
      fields: [
        ...newFields({ organization, ...desiredFields(key) }),
        { field: 'secret', from: null, to: key.secret === undefined ? '(generated)' : '(secret)' },
      ],
    },
    operation: { kind: 'key', values: { name, organization, ...givenValues(key) } },
  };
}

function changedKey(key: FileKey, existing: CurrentKey, hash: string | null): PlannedChange[] {
  const rotated = hash !== null && hash !== existing.hash;
  const fields: ConfigFieldChange[] = [
    ...compareFields({ ...existing, expiresAt: isoDate(existing.expiresAt) }, desiredFields(key)),
    ...(rotated ? [{ field: 'secret', from: '(secret)', to: '(secret)' }] : []),
  ];
  if (fields.length === 0) return [];
  const { secret, ...rest } = givenValues(key);
  const values = rotated && secret !== undefined ? { ...rest, secret } : rest;
  return [
    {
      change: { kind: 'key', name: qualifiedName(key), action: 'update', fields },
      operation: { kind: 'key', id: existing.id, values },
    },
  ];
}

function desiredFields(key: FileKey) {
  const { models, requireTags } = key;
  return { models, requireTags, expiresAt: isoDate(key.expiresAt), ...accessValues(key) };
}

function givenValues(key: FileKey) {
  return {
    ...(key.secret === undefined ? {} : { secret: key.secret }),
    ...(key.models === undefined ? {} : { models: key.models }),
    ...(key.requireTags === undefined ? {} : { requireTags: key.requireTags }),
    ...(key.expiresAt === undefined ? {} : { expiresAt: Date.parse(key.expiresAt) }),
    ...accessValues(key),
  };
}

function qualifiedName(key: FileKey): string {
  return `${key.organization}/${key.name}`;
}

function isoDate(date: string | number | null | undefined): string | null | undefined {
  return date === null || date === undefined ? date : new Date(date).toISOString();
}
