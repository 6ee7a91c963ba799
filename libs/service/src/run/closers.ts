/** Ends one part of a service. */
export type Closer = () => unknown;

/**
 * What a service has started, to be ended in reverse order. A part that fails to end does not keep the others from
 * ending.
 */
export class Closers {
  private readonly closers: Closer[] = [];

  add(...closers: readonly Closer[]): void {
    this.closers.push(...closers);
  }

  /** @throws AggregateError of everything that failed, once all parts have been ended */
  async close(): Promise<void> {
    const failures: unknown[] = [];
    for (const closer of this.closers.splice(0).reverse()) {
      try {
        await closer();
      } catch (error) {
        failures.push(error);
      }
    }
    if (failures.length > 0) throw new AggregateError(failures, `${failures.length} part(s) failed to stop.`);
  }
}
