import { settingsDocument, type SettingsDocument } from '@tollgate/contracts';

/** Some settings of some sections; what is not named keeps its value. */
export type SettingsPatch = {
  readonly [Section in keyof SettingsDocument]?: Readonly<Partial<SettingsDocument[Section]>> | undefined;
};

/** The settings after the patch; section by section, field by field. */
export function mergeSettings(current: SettingsDocument, patch: SettingsPatch): SettingsDocument {
  const sections = Object.entries(patch).map(([section, fields]) => {
    const before: object = current[section as keyof SettingsDocument];
    return [section, { ...before, ...definedOnly(fields ?? {}) }];
  });
  return settingsDocument.parse({ ...current, ...Object.fromEntries(sections) });
}

function definedOnly(fields: object): object {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}
