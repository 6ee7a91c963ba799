import { mergeSettings, type SettingsPatch } from '../../settings/merge-settings.js';
import { compareFields } from './compare-fields.js';
import type { CurrentState } from './current-state.js';
import type { PlanPart } from './plan.js';

export function planSettings(patch: SettingsPatch, current: CurrentState): PlanPart {
  const value = mergeSettings(current.settings, patch);
  const fields = Object.entries(value).flatMap(([section, after]) => {
    const before: object = current.settings[section as keyof typeof value];
    return compareFields({ ...before }, { ...after }).map((change) => ({
      ...change,
      field: `${section}.${change.field}`,
    }));
  });
  if (fields.length === 0) return { changes: [], problems: [], notes: [] };
  return {
    changes: [
      {
        change: { kind: 'settings', name: 'global', action: 'update', fields },
        operation: { kind: 'settings', value },
      },
    ],
    problems: [],
    notes: [],
  };
}
