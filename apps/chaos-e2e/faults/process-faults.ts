import type { ServiceName } from '../../distributed-e2e/distributed-gateway.js';
import { PROXIES, SERVICES } from '../services.js';
import type { World } from '../world.js';
import { hold, type Fault, type Faults } from './fault.js';

/** kill -9, and started again after a while. */
function killed(service: ServiceName): Fault {
  return async (world, holdMs) => {
    noteDeath(world, service);
    await world.gateway.kill(service);
    await hold(holdMs);
    await world.gateway.restart(service);
  };
}

/** SIGTERM, as an orchestrator ends a process, and started again after a while. */
function terminated(service: ServiceName): Fault {
  return async (world, holdMs) => {
    const code = await world.gateway.process(service).stop();
    if (code !== 0) throw new Error(`${service} ended with ${code ?? 'a signal'} instead of in order.`);
    await hold(holdMs);
    await world.gateway.restart(service);
  };
}

/** SIGSTOP, then SIGCONT: the process is there and does nothing, as on a machine that swaps or is migrated. */
function paused(service: ServiceName): Fault {
  return async ({ gateway }, holdMs) => {
    gateway.process(service).signal('SIGSTOP');
    await hold(holdMs);
    gateway.process(service).signal('SIGCONT');
  };
}

function noteDeath({ deaths }: World, service: ServiceName): void {
  const proxy = PROXIES.find((name) => name === service);
  if (proxy !== undefined) deaths.push({ proxy, at: performance.now() });
}

/** Each process: killed, ended in order, paused. */
export const PROCESS_FAULTS: Faults = Object.fromEntries(
  SERVICES.flatMap((service) => [
    [`${service} killed`, killed(service)],
    [`${service} terminated`, terminated(service)],
    [`${service} paused`, paused(service)],
  ]),
);
