/** A process that starts servers, tells its parent where, and holds them until it is killed: for launcher tests. */
import { startServers } from './private-servers.js';

const servers = await startServers({
  nats: true,
  redis: true,
  postgres: process.argv.includes('--postgres'),
});
process.send?.({ nats: servers.nats.port, redis: servers.redis.port });
setInterval(() => undefined, 60_000);
