import { GatewayError } from '@tollgate/contracts';

const RETRY_AFTER_SECONDS = 2;

export const insufficientBalance = (): GatewayError =>
  new GatewayError(
    'insufficient_balance',
    'The balance of the organisation does not cover this request: top it up, or ask for fewer tokens.',
  );

export const storeUnavailable = (): GatewayError =>
  new GatewayError(
    'admission_unavailable',
    'The balance cannot be checked at the moment: try again shortly.',
    {
      retryAfterSeconds: RETRY_AFTER_SECONDS,
    },
  );

export const unknownAccount = (): GatewayError =>
  new GatewayError(
    'admission_unavailable',
    'The balance of the organisation is not known yet: try again shortly.',
    { retryAfterSeconds: RETRY_AFTER_SECONDS },
  );

export const closed = (): GatewayError =>
  new GatewayError('admission_unavailable', 'This gateway process is stopping: try again.', {
    retryAfterSeconds: 1,
  });
