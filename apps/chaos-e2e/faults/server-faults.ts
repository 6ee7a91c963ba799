import type { PrivateServer } from '@tollgate/testing/launcher';
import { Redis } from 'ioredis';
import type { World } from '../world.js';
import { hold, type Fault, type Faults } from './fault.js';

type ServerName = 'postgres' | 'nats' | 'redis';

/** Away for a while, in the given way, and started again on what it has. */
function away(name: ServerName, leave: (server: PrivateServer) => Promise<void>): Fault {
  return async (world, holdMs) => {
    const server = world.gateway.servers[name];
    await leave(server);
    await holdAway(world, name, holdMs);
    await server.restart();
  };
}

/** There, and answers nobody. */
function paused(name: ServerName): Fault {
  return async (world, holdMs) => {
    const server = world.gateway.servers[name];
    server.signal('SIGSTOP');
    await holdAway(world, name, holdMs);
    server.signal('SIGCONT');
  };
}

/** What clients are told meanwhile is compared with the time in which they were told it. */
async function holdAway({ redisOutages }: World, name: ServerName, holdMs: number): Promise<void> {
  const from = performance.now();
  await hold(holdMs);
  if (name === 'redis') redisOutages.push({ from, to: performance.now() });
}

/** Empty from one moment to the next, while everybody is connected. */
async function flushed({ gateway, redisOutages }: World, holdMs: number): Promise<void> {
  const redis = new Redis(gateway.servers.redis.url);
  await redis.flushall();
  redis.disconnect();
  const at = performance.now();
  redisOutages.push({ from: at, to: at });
  await hold(holdMs);
}

/** Each server: killed, stopped in order, paused; and a NATS and a Redis that lose what they had. */
export const SERVER_FAULTS: Faults = {
  'NATS killed': away('nats', (server) => server.kill()),
  'NATS stopped': away('nats', (server) => server.stop()),
  'NATS paused': paused('nats'),
  'NATS lost its disk': away('nats', (server) => server.loseData()),
  'Redis killed': away('redis', (server) => server.kill()),
  'Redis stopped': away('redis', (server) => server.stop()),
  'Redis paused': paused('redis'),
  'Redis flushed': flushed,
  'Redis lost its disk': away('redis', (server) => server.loseData()),
  'Postgres killed': away('postgres', (server) => server.kill()),
  'Postgres stopped': away('postgres', (server) => server.stop()),
  'Postgres paused': paused('postgres'),
};
