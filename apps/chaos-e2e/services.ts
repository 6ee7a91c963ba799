import type { ServiceName } from '../distributed-e2e/distributed-gateway.js';

export const PROXIES = ['proxy-1', 'proxy-2'] as const satisfies readonly ServiceName[];
export type ProxyName = (typeof PROXIES)[number];

export const SERVICES = [
  'admin',
  'billing',
  'channel-health',
  ...PROXIES,
] as const satisfies readonly ServiceName[];
