import {
  dataSection,
  httpSection,
  messagingSection,
  parseSettings,
  processSection,
  proxyLimitsSection,
  redisSection,
  securitySection,
  tracingSection,
  upstreamSection,
  workersSection,
} from '@tollgate/service';

export const PORT_SETTING = 'TOLLGATE_PROXY_PORT';

const SETTINGS = {
  ...processSection,
  ...httpSection({ portSetting: PORT_SETTING, port: 8080, host: '0.0.0.0' }),
  ...dataSection,
  ...messagingSection,
  ...redisSection,
  ...securitySection,
  ...upstreamSection('deny'),
  ...workersSection,
  ...tracingSection(0.01),
  ...proxyLimitsSection,
};

/** @throws SettingsError naming every wrong variable */
export function readSettings() {
  return parseSettings(SETTINGS, process.env);
}

export type ProxySettings = ReturnType<typeof readSettings>;
