import type { ConfigApplyReply, ConfigChange, ConfigFieldChange } from '@tollgate/contracts';
import type { FileCommand } from './command-line.js';

/** What the server answered, for a person. */
export function describeReply(command: FileCommand['name'], reply: ConfigApplyReply): string {
  return [
    ...reply.changes.flatMap(describeChange),
    ...reply.notes.map((note) => `note: ${note}`),
    ...reply.generatedKeys.map(
      ({ organization, name, secret }) =>
        `key ${organization}/${name}: ${secret}   (shown this once, never again)`,
    ),
    summary(command, reply.changes),
  ].join('\n');
}

const SIGNS = { create: '+', update: '~', delete: '-' } as const;

function describeChange({ kind, name, action, fields }: ConfigChange): string[] {
  return [
    `${SIGNS[action]} ${kind} ${name}`,
    ...fields.map((field) => `    ${describeField(action, field)}`),
  ];
}

function describeField(action: ConfigChange['action'], { field, from, to }: ConfigFieldChange): string {
  if (action === 'create' || from === null) return `${field}: ${show(to)}`;
  return `${field}: ${show(from)} → ${show(to)}`;
}

function show(value: unknown): string {
  if (value === null) return 'nothing';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function summary(command: FileCommand['name'], changes: readonly ConfigChange[]): string {
  if (changes.length === 0) return 'No differences: everything is as the file says.';
  const count = (counted: ConfigChange['action']): number =>
    changes.filter(({ action }) => action === counted).length;
  const [created, updated, removed] = [count('create'), count('update'), count('delete')];
  return command === 'apply'
    ? `Applied: ${created} created, ${updated} updated${removed === 0 ? '' : `, ${removed} removed`}.`
    : `${created} to create, ${updated} to update${removed === 0 ? '' : `, ${removed} to remove`}.`;
}
