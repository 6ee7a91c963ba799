/** What can be told of a thrown value, whatever it is. */
export interface ErrorFacts {
  readonly name: string;
  readonly message: string;
  /** Of system errors, e.g. `ENOENT`. */
  readonly code: string | undefined;
  readonly cause: unknown;
}

/** By shape, not by class: errors of another realm (a worker, a test runner) are errors all the same. */
export function errorFacts(error: unknown): ErrorFacts {
  const shape: { name?: unknown; message?: unknown; code?: unknown; cause?: unknown } =
    typeof error === 'object' && error !== null ? error : { message: error };
  return {
    name: typeof shape.name === 'string' ? shape.name : 'Error',
    message: typeof shape.message === 'string' ? shape.message : 'unknown reason',
    code: typeof shape.code === 'string' ? shape.code : undefined,
    cause: shape.cause,
  };
}
