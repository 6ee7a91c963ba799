import { setTimeout as delay } from 'node:timers/promises';
import type { World } from '../world.js';

/** Does something bad to a gateway under traffic, for a while, and makes it good again before it resolves. */
export type Fault = (world: World, holdMs: number) => Promise<void>;

export function hold(holdMs: number): Promise<void> {
  return delay(holdMs);
}
