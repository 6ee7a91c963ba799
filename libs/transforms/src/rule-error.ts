/** A rule that can't be compiled, and where in it the fault lies. */
export class RuleError extends Error {
  override readonly name = 'RuleError';

  constructor(
    /** From the rule that was compiled, e.g. `[2].conditions[0].value`. */
    readonly path: string,
    message: string,
  ) {
    super(message);
  }

  /** The error as it is told from one level further out. */
  static at(path: string, error: unknown): RuleError {
    if (error instanceof RuleError) return new RuleError(joined(path, error.path), error.message);
    return new RuleError(path, error instanceof Error ? error.message : String(error));
  }
}

function joined(outer: string, inner: string): string {
  return inner === '' || inner.startsWith('[') ? outer + inner : `${outer}.${inner}`;
}
