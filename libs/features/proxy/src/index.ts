export { proxyHttpAdapter, ProxyModule, type ProxyModuleOptions } from './proxy.module.js';
export { ProxyService, type ProxyDependencies, type ProxyLimits } from './proxy-service.js';
