/** Nobody listens for the pattern. */
export class NoResponderError extends Error {
  override readonly name = 'NoResponderError';

  constructor(pattern: string) {
    super(`No service answers ${pattern}`);
  }
}
