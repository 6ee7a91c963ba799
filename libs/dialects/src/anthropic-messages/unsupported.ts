import { GatewayError } from '@tollgate/contracts';

/** The target can't be told this, and leaving it out would change the meaning: another channel may take it. */
export function unsupported(field: string, sentence: string): GatewayError {
  return new GatewayError('unsupported_feature', sentence, { field, retry: 'next-channel' });
}
