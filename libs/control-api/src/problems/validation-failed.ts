import { GatewayError } from '@tollgate/contracts';

export interface FieldError {
  /** Path of the field, e.g. `models[0].name`. */
  readonly field: string;
  /** What is wrong with it, one sentence. */
  readonly message: string;
}

/** A request with wrong fields; `errors` names each of them. */
export class ValidationFailed extends GatewayError {
  constructor(readonly errors: readonly FieldError[]) {
    super('validation_failed', summary(errors));
  }
}

function summary(errors: readonly FieldError[]): string {
  const [first, ...others] = errors;
  if (first === undefined) {
    return 'The request has wrong fields.';
  }
  return others.length === 0 ? first.message : `${first.message} (and ${others.length} more)`;
}
