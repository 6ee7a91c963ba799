import type { Fault } from './fault.js';
import { PROCESS_FAULTS } from './process-faults.js';

/** Every fault, by the name that schedules and reports use. */
export const FAULTS: Readonly<Record<string, Fault>> = { ...PROCESS_FAULTS };
