import { GatewayError, type ErrorCode } from '@tollgate/contracts';
import type { VendorError } from './dialect.js';

/**
 * An error that a vendor wrote where an answer belongs: into its stream, or with status 200. It has no status to be judged
 * by, so that it says what the vendor said.
 */
export class VendorFault extends GatewayError {
  constructor(
    code: ErrorCode,
    message: string,
    readonly vendor: VendorError,
  ) {
    super(code, message, { retry: 'next-channel' });
  }
}
