import {
  databaseSection,
  httpSection,
  messagingSection,
  parseSettings,
  processSection,
  redisSection,
  securitySection,
  tracingSection,
} from '@tollgate/service';

export const PORT_SETTING = 'TOLLGATE_BILLING_PORT';

const MIGRATION_SETTINGS = { ...processSection, ...databaseSection };

const SETTINGS = {
  ...MIGRATION_SETTINGS,
  ...httpSection({ portSetting: PORT_SETTING, port: 8082, host: '0.0.0.0' }),
  ...messagingSection,
  ...redisSection,
  ...securitySection,
  ...tracingSection(1),
};

/** @throws SettingsError naming every wrong variable */
export function readSettings() {
  return parseSettings(SETTINGS, process.env);
}

/** What a migration job needs. @throws SettingsError naming every wrong variable */
export function readMigrationSettings() {
  return parseSettings(MIGRATION_SETTINGS, process.env);
}

export type BillingSettings = ReturnType<typeof readSettings>;
export type BillingMigrationSettings = ReturnType<typeof readMigrationSettings>;
