import type { ConfigFile } from '@tollgate/contracts';
import type { AccessValues } from './plan.js';

type WithAccess = Pick<ConfigFile['keys'][number], 'limits' | 'allowedAddresses'>;

/** The rules of access that the file names. */
export function accessValues({ limits, allowedAddresses }: WithAccess): AccessValues {
  return {
    ...(limits === undefined ? {} : { limits }),
    ...(allowedAddresses === undefined ? {} : { allowedAddresses }),
  };
}
