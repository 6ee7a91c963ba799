import { GatewayError } from '@tollgate/contracts';
import type { BudgetAccount } from '../admission.js';

const RETRY_AFTER_SECONDS = 2;

export const insufficientBalance = (): GatewayError =>
  new GatewayError(
    'insufficient_balance',
    'The balance of the organisation does not cover this request: top it up, or ask for fewer tokens.',
  );

/** Names the budget and when it begins anew: without that, a client could only guess what to wait for. */
export function budgetExceeded({ id, scope, period, endsAt }: BudgetAccount): GatewayError {
  const owner = scope === 'api-key' ? 'API key' : 'organisation';
  const anew = Number.isFinite(endsAt) ? ` It begins anew at ${new Date(endsAt).toISOString()}.` : '';
  return new GatewayError(
    'budget_exceeded',
    `The ${period} budget ${id} of the ${owner} does not cover this request.${anew}`,
  );
}

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
