export {
  createProxyApplication,
  type ProxyApplication,
  type ProxyApplicationOptions,
} from './proxy-application.js';
export { ProxyService, type ProxyDependencies, type ProxyLimits } from './proxy-service.js';
