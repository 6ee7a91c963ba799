import {
  bootstrapSection,
  dataSection,
  httpSection,
  mailSection,
  optionalInfrastructureSection,
  optionalSecuritySection,
  parseSettings,
  SettingsError,
  processSection,
  proxyLimitsSection,
  tracingSection,
  upstreamSection,
  workersSection,
} from '@tollgate/service';

export const PROXY_PORT_SETTING = 'TOLLGATE_PROXY_PORT';
export const ADMIN_PORT_SETTING = 'TOLLGATE_ADMIN_PORT';

const LOOPBACK = '127.0.0.1';

const SETTINGS = {
  ...processSection,
  ...httpSection({ portSetting: PROXY_PORT_SETTING, port: 8080, host: LOOPBACK }),
  adminPort: httpSection({ portSetting: ADMIN_PORT_SETTING, port: 8081, host: LOOPBACK }).port,
  ...dataSection,
  ...optionalInfrastructureSection,
  ...optionalSecuritySection,
  ...upstreamSection('allow'),
  ...workersSection,
  ...tracingSection(1),
  ...proxyLimitsSection,
  ...mailSection,
  ...bootstrapSection,
};

/** @throws SettingsError naming every wrong variable */
export function readSettings() {
  const settings = parseSettings(SETTINGS, process.env);
  if (settings.workers !== 1) {
    throw new SettingsError([
      'TOLLGATE_WORKERS must be 1 here: this is one process. Run the proxy service for several.',
    ]);
  }
  return settings;
}

/** Where `{ env: NAME }` of a declarative file is looked up. */
export function readEnvironment(): Readonly<Record<string, string | undefined>> {
  return process.env;
}

export type StandaloneSettings = ReturnType<typeof readSettings>;
