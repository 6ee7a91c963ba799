import {
  bootstrapSection,
  dataSection,
  httpSection,
  optionalInfrastructureSection,
  optionalSecuritySection,
  parseSettings,
  processSection,
  proxyLimitsSection,
  tracingSection,
  upstreamSection,
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
  ...tracingSection(1),
  ...proxyLimitsSection,
  ...bootstrapSection,
};

/** @throws SettingsError naming every wrong variable */
export function readSettings() {
  return parseSettings(SETTINGS, process.env);
}

/** Where `{ env: NAME }` of a declarative file is looked up. */
export function readEnvironment(): Readonly<Record<string, string | undefined>> {
  return process.env;
}

export type StandaloneSettings = ReturnType<typeof readSettings>;
