export { startServers, type PrivateServers, type ServersWanted } from './private-servers.js';
export { type PrivateServer } from './private-server.js';
export { freePort } from './ports.js';
