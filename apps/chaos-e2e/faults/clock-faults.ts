import type { ServiceName } from '../../distributed-e2e/distributed-gateway.js';
import { SERVICES } from '../services.js';
import { stepClock } from './clock.js';
import { hold, type Fault, type Faults } from './fault.js';

const TWO_HOURS_MS = 2 * 3_600_000;

/** The wall clock of one process is wrong for a while, then right again. */
function stepped(service: ServiceName, offsetMs: number): Fault {
  return async (world, holdMs) => {
    await stepClock(world, service, offsetMs);
    await hold(holdMs);
    await stepClock(world, service, 0);
  };
}

/** Each process: two hours ahead, two hours behind. */
export const CLOCK_FAULTS: Faults = Object.fromEntries(
  SERVICES.flatMap((service) => [
    [`${service} clock 2 h ahead`, stepped(service, TWO_HOURS_MS)],
    [`${service} clock 2 h behind`, stepped(service, -TWO_HOURS_MS)],
  ]),
);
