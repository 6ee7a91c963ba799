import { GatewayError } from '@tollgate/contracts';

export function unsupported(field: string, why: string): GatewayError {
  return new GatewayError('unsupported_feature', why, { field, retry: 'next-channel' });
}
