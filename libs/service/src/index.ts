export { listenFailure, type ListenAddress } from './listen-failure.js';
export { parseSettings, SettingsError } from './settings/parse-settings.js';
export {
  bootstrapSection,
  databaseSection,
  dataSection,
  httpSection,
  mailOf,
  mailSection,
  messagingSection,
  optionalInfrastructureSection,
  optionalSecuritySection,
  processSection,
  proxyLimitsSection,
  redisSection,
  securitySection,
  tracingSection,
  upstreamSection,
  workersSection,
  type HttpDefaults,
} from './settings/sections.js';
export {
  choice,
  integer,
  optional,
  port,
  ratio,
  required,
  secretSetting,
  setting,
  text,
  url,
  withDefault,
  workers,
  type Setting,
  type Settings,
  type SettingsValues,
} from './settings/setting.js';
export {
  runService,
  type RunningService,
  type ServiceContext,
  type StartService,
} from './run/run-service.js';
export { runWorkers, type WorkersOptions } from './workers/run-workers.js';
export { processMetrics } from './workers/worker-side.js';
export { Closers, type Closer } from './run/closers.js';
