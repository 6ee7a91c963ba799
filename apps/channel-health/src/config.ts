import {
  databaseSection,
  httpSection,
  messagingSection,
  parseSettings,
  processSection,
  securitySection,
  mailSection,
  tracingSection,
  upstreamSection,
} from '@tollgate/service';

export const PORT_SETTING = 'TOLLGATE_CHANNEL_HEALTH_PORT';

const MIGRATION_SETTINGS = { ...processSection, ...databaseSection };

const SETTINGS = {
  ...MIGRATION_SETTINGS,
  ...httpSection({ portSetting: PORT_SETTING, port: 8083, host: '0.0.0.0' }),
  ...messagingSection,
  ...securitySection,
  ...tracingSection(1),
  ...upstreamSection('deny'),
  ...mailSection,
};

/** @throws SettingsError naming every wrong variable */
export function readSettings() {
  return parseSettings(SETTINGS, process.env);
}

/** What a migration job needs. @throws SettingsError naming every wrong variable */
export function readMigrationSettings() {
  return parseSettings(MIGRATION_SETTINGS, process.env);
}

export type ChannelHealthSettings = ReturnType<typeof readSettings>;
