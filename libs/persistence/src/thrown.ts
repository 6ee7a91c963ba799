/** What was thrown, read by shape: errors of Node's own modules are no `instanceof Error` in every realm. */
export function messageOf(thrown: unknown): string {
  const message = property(thrown, 'message');
  return typeof message === 'string' && message !== '' ? message : String(thrown);
}

/** The SQLSTATE or the system's error code (e.g. `EACCES`), wherever the drivers put it. */
export function codeOf(thrown: unknown): string | undefined {
  const code = property(thrown, 'code');
  const driverError = property(thrown, 'driverError');
  if (driverError !== undefined && driverError !== thrown) return codeOf(driverError);
  if (typeof code === 'string') return code;
  const errors = property(thrown, 'errors');
  if (!Array.isArray(errors)) return undefined;
  return errors.map(codeOf).find((found) => found !== undefined);
}

export function property(thrown: unknown, name: string): unknown {
  return typeof thrown === 'object' && thrown !== null ? Reflect.get(thrown, name) : undefined;
}
