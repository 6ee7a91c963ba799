import { formatUsd, parseUsd, type ConfigFile } from '@tollgate/contracts';
import { accessValues } from './access-values.js';
import { compareFields, newFields } from './compare-fields.js';
import type { CurrentState } from './current-state.js';
import type { PlannedChange, PlanPart } from './plan.js';

export function planOrganizations(file: Pick<ConfigFile, 'organizations'>, current: CurrentState): PlanPart {
  const changes: PlannedChange[] = [];
  const notes: string[] = [];
  for (const [index, organization] of file.organizations.entries()) {
    const { name, group } = organization;
    const openingBalance = organization.balance === undefined ? undefined : canonical(organization.balance);
    const access = accessValues(organization);
    const existing = current.organizations.get(name);
    if (existing === undefined) {
      const values = { name, group: group ?? 'default', openingBalance: openingBalance ?? '0.00', ...access };
      changes.push({
        change: {
          kind: 'organization',
          name,
          action: 'create',
          fields: newFields({ group: values.group, balance: values.openingBalance, ...access }),
        },
        operation: { kind: 'organization', values },
      });
      continue;
    }
    if (openingBalance !== undefined && openingBalance !== canonical(existing.openingBalance)) {
      notes.push(
        `organizations[${index}].balance: "${name}" exists; its opening balance of ` +
          `${canonical(existing.openingBalance)} USD is posted once and stays`,
      );
    }
    const fields = compareFields({ ...existing }, { group, ...access });
    if (fields.length > 0) {
      changes.push({
        change: { kind: 'organization', name, action: 'update', fields },
        operation: {
          kind: 'organization',
          id: existing.id,
          values: { name, ...(group === undefined ? {} : { group }), ...access },
        },
      });
    }
  }
  return { changes, problems: [], notes };
}

function canonical(amount: string): string {
  return formatUsd(parseUsd(amount) ?? 0n);
}
