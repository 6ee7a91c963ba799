import type { ConfigFile } from '@tollgate/contracts';
import { MODEL_DEFAULTS } from '../../models/model-values.js';
import { definedOnly } from '../../write-path/defined-only.js';
import { compareFields, newFields } from './compare-fields.js';
import type { CurrentState } from './current-state.js';
import type { PlannedChange, PlanPart } from './plan.js';

export function planModels(file: Pick<ConfigFile, 'models'>, current: CurrentState): PlanPart {
  const changes = file.models.flatMap<PlannedChange>((model) => {
    const { name, ...rest } = model;
    const given = definedOnly(rest);
    const existing = current.models.get(name);
    if (existing === undefined) {
      return [
        {
          change: { kind: 'model', name, action: 'create', fields: newFields(given) },
          operation: { kind: 'model', values: { ...MODEL_DEFAULTS, ...given, name } },
        },
      ];
    }
    const fields = compareFields({ ...existing }, given);
    if (fields.length === 0) return [];
    return [
      {
        change: { kind: 'model', name, action: 'update', fields },
        operation: { kind: 'model', id: existing.id, values: { ...given, name } },
      },
    ];
  });
  return { changes, problems: [], notes: [] };
}
