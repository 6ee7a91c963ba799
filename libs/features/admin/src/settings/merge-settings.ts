import { settingsDocument, type SettingsDocument, type SettingsInput } from '@tollgate/contracts';

/** Some settings of some sections; what is not named keeps its value. */
export type SettingsPatch = SettingsInput;

/** The settings after the patch; section by section, field by field. Lists are replaced whole. */
export function mergeSettings(current: SettingsDocument, patch: SettingsPatch): SettingsDocument {
  return settingsDocument.parse(merged(current, patch));
}

function merged(before: unknown, patch: unknown): unknown {
  if (!isRecord(before) || !isRecord(patch)) return patch;
  const named = Object.entries(patch).filter(([, value]) => value !== undefined);
  return {
    ...before,
    ...Object.fromEntries(named.map(([name, value]) => [name, merged(before[name], value)])),
  };
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
