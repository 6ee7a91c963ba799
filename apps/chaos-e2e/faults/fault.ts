import { setTimeout as delay } from 'node:timers/promises';
import type { World } from '../world.js';

/**
 * Does something bad to a gateway under traffic, for a while, and makes it good again before it resolves. Resolves with
 * a reason when it can't be played here.
 */
export type Fault = (world: World, holdMs: number) => Promise<string | void>;
export type Faults = Readonly<Record<string, Fault>>;

export function hold(holdMs: number): Promise<void> {
  return delay(holdMs);
}
