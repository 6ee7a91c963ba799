import { writeFile } from 'node:fs/promises';
import type { ServiceEnvironment, ServiceName } from '../../distributed-e2e/distributed-gateway.js';
import type { World } from '../world.js';

const PRELOAD = new URL('./clock-step.mjs', import.meta.url).href;

/** Makes the wall clocks of all services steppable. */
export const clockEnvironment: ServiceEnvironment = (_service, dataDirectory) => ({
  NODE_OPTIONS: `--import ${PRELOAD}`,
  TOLLGATE_CHAOS_CLOCK: clockFile(dataDirectory),
});

/** Sets the wall clock of a service wrong by so much; 0 sets it right. A service that is restarted starts right. */
export async function stepClock({ gateway }: World, service: ServiceName, offsetMs: number): Promise<void> {
  await writeFile(clockFile(gateway.dataDirectory(service)), String(offsetMs));
  gateway.process(service).signal('SIGUSR2');
}

function clockFile(dataDirectory: string): string {
  return `${dataDirectory}.clock`;
}
