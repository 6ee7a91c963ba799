import { GatewayError, type ErrorCode } from '@tollgate/contracts';
import { QueryFailedError } from 'typeorm';

/** What the violation of a named constraint tells a caller. */
const VIOLATIONS: Readonly<Record<string, { code: ErrorCode; field: string; message: string }>> = {
  organizations_name_unique: {
    code: 'already_exists',
    field: 'name',
    message: 'There is an organization of this name.',
  },
  api_keys_active_name_unique: {
    code: 'already_exists',
    field: 'name',
    message: 'The organization has an active key of this name.',
  },
  api_keys_hash_unique: { code: 'already_exists', field: 'secret', message: 'Another key has this secret.' },
  api_keys_organization: {
    code: 'in_use',
    field: 'organizationId',
    message: 'The organization does not exist any more, or has API keys.',
  },
  budgets_scope_period_unique: {
    code: 'already_exists',
    field: 'period',
    message: 'There is such a budget for this period: change its amount.',
  },
  channels_name_unique: {
    code: 'already_exists',
    field: 'name',
    message: 'There is a channel of this name.',
  },
  models_name_unique: { code: 'already_exists', field: 'name', message: 'There is a model of this name.' },
};

/** The error a caller should see for a failed statement; anything unknown comes back as it is. */
export function fromConstraintViolation(error: unknown): unknown {
  if (!(error instanceof QueryFailedError)) return error;
  const driverError = error.driverError as { readonly constraint?: string };
  const violation = driverError.constraint === undefined ? undefined : VIOLATIONS[driverError.constraint];
  if (violation === undefined) return error;
  return new GatewayError(violation.code, violation.message, { field: violation.field });
}
