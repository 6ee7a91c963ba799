import { VENDOR_TROUBLE_NAMES, type VendorTroubleName } from '../vendor/vendor-trouble.js';
import { hold, type Fault, type Faults } from './fault.js';

/** Both vendors do every second request wrong: what one can't answer, the other often can't either. */
function troubled(trouble: VendorTroubleName): Fault {
  return async ({ vendors }, holdMs) => {
    for (const vendor of vendors) vendor.behave({ trouble, every: 2 });
    await hold(holdMs);
    for (const vendor of vendors) vendor.behave(undefined);
  };
}

/** Nobody listens at one vendor, or at any. */
function refused(count: 1 | 2): Fault {
  return async ({ vendors }, holdMs) => {
    const refusing = vendors.slice(0, count);
    await Promise.all(refusing.map((vendor) => vendor.refuse()));
    await hold(holdMs);
    await Promise.all(refusing.map((vendor) => vendor.open()));
  };
}

export const VENDOR_FAULTS: Faults = {
  'one vendor: refuses connections': refused(1),
  'both vendors: refuse connections': refused(2),
  ...Object.fromEntries(
    VENDOR_TROUBLE_NAMES.map((trouble) => [`both vendors: ${trouble}`, troubled(trouble)]),
  ),
};
