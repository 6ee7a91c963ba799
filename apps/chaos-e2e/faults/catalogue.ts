import { CLOCK_FAULTS } from './clock-faults.js';
import { DISK_FAULTS } from './disk-faults.js';
import type { Faults } from './fault.js';
import { PROCESS_FAULTS } from './process-faults.js';
import { SERVER_FAULTS } from './server-faults.js';
import { VENDOR_FAULTS } from './vendor-faults.js';

/** Every fault, by the name that schedules and reports use. */
export const FAULTS: Faults = {
  ...PROCESS_FAULTS,
  ...SERVER_FAULTS,
  ...DISK_FAULTS,
  ...CLOCK_FAULTS,
  ...VENDOR_FAULTS,
};
