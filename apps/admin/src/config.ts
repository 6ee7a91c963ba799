import {
  bootstrapSection,
  databaseSection,
  httpSection,
  messagingSection,
  parseSettings,
  processSection,
  securitySection,
  tracingSection,
} from '@tollgate/service';

export const PORT_SETTING = 'TOLLGATE_ADMIN_PORT';

const MIGRATION_SETTINGS = { ...processSection, ...databaseSection };

const SETTINGS = {
  ...MIGRATION_SETTINGS,
  ...httpSection({ portSetting: PORT_SETTING, port: 8081, host: '0.0.0.0' }),
  ...messagingSection,
  ...securitySection,
  ...tracingSection(1),
  ...bootstrapSection,
};

/** @throws SettingsError naming every wrong variable */
export function readSettings() {
  return parseSettings(SETTINGS, process.env);
}

/** What a migration job needs. @throws SettingsError naming every wrong variable */
export function readMigrationSettings() {
  return parseSettings(MIGRATION_SETTINGS, process.env);
}

/** Where `{ env: NAME }` of a declarative file is looked up. */
export function readEnvironment(): Readonly<Record<string, string | undefined>> {
  return process.env;
}

export type AdminSettings = ReturnType<typeof readSettings>;
