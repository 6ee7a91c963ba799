/** A list of an input as a column takes it. */
export function copyOrNull(list: readonly string[] | null | undefined): string[] | null {
  return list === null || list === undefined ? null : [...list];
}
