/**
 * Follows names that stand for other names to the end.
 *
 * @param next what a name stands for; `undefined`, or the name itself, where it is the end
 * @returns the last name; `undefined` when the names go in circles
 */
export function followChain(start: string, next: (name: string) => string | undefined): string | undefined {
  const seen = new Set<string>();
  let name = start;
  for (let to = next(name); to !== undefined && to !== name; to = next(name)) {
    if (seen.has(name)) return undefined;
    seen.add(name);
    name = to;
  }
  return name;
}
